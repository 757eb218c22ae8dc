// What the files that make up the Python face share.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <string>
#include <utility>
#include <vector>

namespace py = pybind11;

namespace sentiment_fast {

// Without copying: the array owns the vector.
template <class Item>
py::array_t<Item> as_array(std::vector<Item>&& items) {
  auto* const owned = new std::vector<Item>(std::move(items));
  const py::capsule owner(owned, [](void* vector) { delete static_cast<std::vector<Item>*>(vector); });
  return py::array_t<Item>(static_cast<py::ssize_t>(owned->size()), owned->data(), owner);
}

// Raises ValueError for a number of threads that makes no sense.
inline void check_threads(int threads) {
  if (threads < 1 || threads > 4096)
    throw py::value_error("Expected 1 to 4096 threads, got " + std::to_string(threads));
}

// bindings_lstm.cpp: the recurrent layers, for scoring.
void bind_lstm(py::module_& module);

// bindings_lstm_training.cpp: the same, for training.
void bind_lstm_training(py::module_& module);

// bindings_ngrams.cpp: hashed n-grams of ids.
void bind_ngrams(py::module_& module);

// bindings_csv.cpp: where a CSV file's records are, their fields' values, and writing them.
void bind_csv(py::module_& module);

}  // namespace sentiment_fast
