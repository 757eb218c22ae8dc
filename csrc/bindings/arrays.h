// Checks NumPy arrays that enter the core and wraps the core's vectors as NumPy arrays.
//
// Every check of shapes, offsets and id types is here, once; each raises a Python error that names what was expected
// and what was given. The meaning of the numbers is left to the files that use this one.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace py = pybind11;

namespace sentiment_fast {

// A contiguous array; NumPy converts other arrays if the conversion is lossless.
template <class Number>
using Array = py::array_t<Number, py::array::c_style>;

// A vector as an array, without copying: the array owns the vector.
template <class Item>
py::array_t<Item> as_array(std::vector<Item>&& items) {
  auto* const owned = new std::vector<Item>(std::move(items));
  const py::capsule owner(owned, [](void* vector) { delete static_cast<std::vector<Item>*>(vector); });
  return py::array_t<Item>(static_cast<py::ssize_t>(owned->size()), owned->data(), owner);
}

// Raises ValueError for a number of threads out of range.
void check_threads(int threads);

// Raises ValueError unless the array has this shape; -1 stands for any size.
void expect_shape(const py::array& array, const char* name, const std::vector<int64_t>& shape);

// Raises ValueError unless the array is contiguous in C order.
void expect_contiguous(const py::array& array, const char* name);

// Whether the offsets are one-dimensional, non-decreasing, and within 0 .. size.
bool are_offsets(const Array<int64_t>& offsets, int64_t size);

// Raises ValueError unless values are (total,) and offsets (rows + 1,) are the bounds of rows of values.
void expect_rows(const py::array& values, const Array<int64_t>& offsets);

// Calls work(ids) with the values, (total,), as int16_t or int32_t. Raises TypeError for other types.
template <class Work>
auto with_ids(const py::array& values, Work work) {
  expect_shape(values, "values", {-1});
  expect_contiguous(values, "values");
  if (py::isinstance<py::array_t<int16_t>>(values)) return work(static_cast<const int16_t*>(values.data()));
  if (py::isinstance<py::array_t<int32_t>>(values)) return work(static_cast<const int32_t*>(values.data()));
  throw py::type_error("Expected values of int16 or int32, got " + py::str(values.dtype()).cast<std::string>());
}

}  // namespace sentiment_fast
