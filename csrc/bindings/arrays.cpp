#include "bindings/arrays.h"

#include <algorithm>

namespace sentiment_fast {

void check_threads(int threads) {
  if (threads < 1 || threads > 4096)
    throw py::value_error("Expected 1 to 4096 threads, got " + std::to_string(threads));
}

void expect_shape(const py::array& array, const char* name, const std::vector<int64_t>& shape) {
  std::string expected, got;
  bool fits = array.ndim() == static_cast<py::ssize_t>(shape.size());
  for (size_t i = 0; i < shape.size(); ++i) {
    fits = fits && (shape[i] == -1 || shape[i] == array.shape(static_cast<py::ssize_t>(i)));
    expected += (i ? ", " : "") + (shape[i] == -1 ? std::string("any") : std::to_string(shape[i]));
  }
  for (py::ssize_t i = 0; i < array.ndim(); ++i) got += (i ? ", " : "") + std::to_string(array.shape(i));
  if (!fits) throw py::value_error(std::string("Expected ") + name + " (" + expected + "), got (" + got + ")");
}

void expect_contiguous(const py::array& array, const char* name) {
  if (!(array.flags() & py::array::c_style)) throw py::value_error(std::string("Expected contiguous ") + name);
}

bool are_offsets(const Array<int64_t>& offsets, int64_t size) {
  const int64_t *const begin = offsets.data(), *const end = begin + offsets.size();
  return offsets.ndim() == 1 && (begin == end || (*begin >= 0 && std::is_sorted(begin, end) && end[-1] <= size));
}

void expect_rows(const py::array& values, const Array<int64_t>& offsets) {
  expect_shape(values, "values", {-1});
  expect_shape(offsets, "offsets", {-1});
  if (offsets.size() < 1 || !are_offsets(offsets, values.size()))
    throw py::value_error("Expected (rows + 1,) offsets that never decrease and stay within the values");
}

}  // namespace sentiment_fast
