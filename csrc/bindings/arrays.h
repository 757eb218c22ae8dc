// NumPy arrays between Python and the core: what is checked of those that come in, how those that go out are made.
//
// Every check of shapes, offsets and types of ids is here, once; each raises a Python error that names what was
// expected and what came. What the numbers mean is for the files that use this.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace py = pybind11;

namespace sentiment_fast {

// Contiguous; NumPy converts what is not, or of another type, if it loses nothing.
template <class Number>
using Array = py::array_t<Number, py::array::c_style>;

// Without copying: the array owns the vector.
template <class Item>
py::array_t<Item> as_array(std::vector<Item>&& items) {
  auto* const owned = new std::vector<Item>(std::move(items));
  const py::capsule owner(owned, [](void* vector) { delete static_cast<std::vector<Item>*>(vector); });
  return py::array_t<Item>(static_cast<py::ssize_t>(owned->size()), owned->data(), owner);
}

// Raises ValueError for a number of threads that makes no sense.
void check_threads(int threads);

// Raises ValueError for an array of another shape; a -1 is any size.
void expect_shape(const py::array& array, const char* name, const std::vector<int64_t>& shape);

// Raises ValueError for an array whose items do not lie side by side, in C's order.
void expect_contiguous(const py::array& array, const char* name);

// Whether they are in one dimension, never fall, and stay within 0 .. size.
bool are_offsets(const Array<int64_t>& offsets, int64_t size);

// Raises ValueError unless values are (total,) and offsets, (rows + 1,), tell where each row of them begins and ends.
void expect_rows(const py::array& values, const Array<int64_t>& offsets);

// Calls work(ids) with the values, (total,), as int16_t or int32_t, whichever they are. Raises TypeError for others.
template <class Work>
auto with_ids(const py::array& values, Work work) {
  expect_shape(values, "values", {-1});
  expect_contiguous(values, "values");
  if (py::isinstance<py::array_t<int16_t>>(values)) return work(static_cast<const int16_t*>(values.data()));
  if (py::isinstance<py::array_t<int32_t>>(values)) return work(static_cast<const int32_t*>(values.data()));
  throw py::type_error("Expected values of int16 or int32, got " + py::str(values.dtype()).cast<std::string>());
}

}  // namespace sentiment_fast
