// Python bindings of the n-grams: NumPy arrays -> the core -> NumPy arrays. _core.pyi documents each function.
#include <pybind11/stl.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "bindings/arrays.h"
#include "bindings/module.h"
#include "bindings/without_gil.h"
#include "ngrams.h"

namespace sentiment_fast {
namespace {

void check_between(const char* name, int64_t value, int64_t least, int64_t most) {
  if (value < least || value > most)
    throw py::value_error("Expected " + std::string(name) + " of " + std::to_string(least) + " to " +
                          std::to_string(most) + ", got " + std::to_string(value));
}

NgramSpace space_of(int longest, int bits, int64_t long_from) {
  check_between("n-grams", longest, 1, kLongestNgram);
  check_between("bits", bits, kFewestNgramBits, kMostNgramBits);
  check_between("long_from", long_from, 0, std::numeric_limits<int64_t>::max());
  return {longest, bits, long_from};
}

template <class Id>
RaggedIds<Id> ragged_ids(const Id* ids, const Array<int64_t>& offsets) {
  const int64_t* const ends = offsets.data();
  const int64_t rows = offsets.size() - 1;
  Id least = 0;
  for (int64_t i = ends[0]; i < ends[rows]; ++i) least = std::min(least, ids[i]);
  if (least < 0) throw py::value_error("Expected ids of 0 or more, got " + std::to_string(least));
  return {ids, ends, rows};
}

// Calls work with the rows, whose ids have either type.
template <class Work>
auto with_ragged_ids(const py::array& values, const Array<int64_t>& offsets, Work work) {
  expect_rows(values, offsets);
  return with_ids(values, [&](const auto* ids) { return work(ragged_ids(ids, offsets)); });
}

// Calls find(rows, space) without the GIL, and returns its numbers and offsets.
template <class Find>
py::tuple found_in(const py::array& values, const Array<int64_t>& offsets, int longest, int bits, int threads,
                   int64_t long_from, Find find) {
  check_threads(threads);
  const NgramSpace space = space_of(longest, bits, long_from);
  auto found = with_ragged_ids(values, offsets, [&](const auto& rows) {
    const WithoutGil unlocked;
    return find(rows, space);
  });
  return py::make_tuple(as_array(std::move(found.numbers)), as_array(std::move(found.offsets)));
}

py::tuple ngram_buckets(const py::array& values, const Array<int64_t>& offsets, int longest, int bits, int threads,
                        int64_t long_from) {
  return found_in(values, offsets, longest, bits, threads, long_from,
                  [&](const auto& rows, NgramSpace space) { return row_buckets(rows, space, threads); });
}

py::tuple ngram_codes(const py::array& values, const Array<int64_t>& offsets, int longest, int bits, int threads,
                      int64_t long_from) {
  return found_in(values, offsets, longest, bits, threads, long_from,
                  [&](const auto& rows, NgramSpace space) { return row_codes(rows, space, threads); });
}

std::unique_ptr<NgramModel> model_of(const Array<int8_t>& ratios, const Array<int8_t>& weights,
                                     const Array<float>& scales, const Array<float>& biases, int longest,
                                     const std::optional<Array<uint8_t>>& fingerprints, int64_t long_from) {
  expect_shape(ratios, "ratios", {-1, -1});
  const int64_t buckets = ratios.shape(0), outputs = ratios.shape(1);
  int bits = kFewestNgramBits;
  while (bits < kMostNgramBits && int64_t{1} << bits < buckets) ++bits;
  if (int64_t{1} << bits != buckets || outputs < 1)
    throw py::value_error("Expected ratios of 2**" + std::to_string(kFewestNgramBits) + " to 2**" +
                          std::to_string(kMostNgramBits) + " buckets, a power of two, and 1 or more outputs, got (" +
                          std::to_string(buckets) + ", " + std::to_string(outputs) + ")");
  expect_shape(weights, "weights", {buckets, outputs});
  expect_shape(scales, "scales", {outputs});
  expect_shape(biases, "biases", {outputs});
  if (fingerprints) expect_shape(*fingerprints, "fingerprints", {buckets});
  const NgramSpace space = space_of(longest, bits, long_from);
  const uint8_t* const owners = fingerprints ? fingerprints->data() : nullptr;
  const WithoutGil unlocked;
  return std::make_unique<NgramModel>(space, outputs, ratios.data(), weights.data(), scales.data(), biases.data(),
                                      owners);
}

py::array_t<float> logits(const NgramModel& model, const py::array& values, const Array<int64_t>& offsets,
                          int threads) {
  check_threads(threads);
  return with_ragged_ids(values, offsets, [&](const auto& rows) {
    py::array_t<float> out({static_cast<py::ssize_t>(rows.rows), static_cast<py::ssize_t>(model.outputs())});
    float* const into = out.mutable_data();
    const WithoutGil unlocked;
    model.logits(rows, into, threads);
    return out;
  });
}

}  // namespace

void bind_ngrams(py::module_& module) {
  module.def("ngram_buckets", &ngram_buckets, py::arg("values"), py::arg("offsets"), py::arg("longest"),
             py::arg("bits"), py::arg("threads"), py::arg("long_from") = 0);
  module.def("ngram_codes", &ngram_codes, py::arg("values"), py::arg("offsets"), py::arg("longest"), py::arg("bits"),
             py::arg("threads"), py::arg("long_from") = 0);
  py::class_<NgramModel>(module, "NgramModel")
      .def(py::init(&model_of), py::arg("ratios"), py::arg("weights"), py::arg("scales"), py::arg("biases"),
           py::arg("longest"), py::arg("fingerprints") = py::none(), py::arg("long_from") = 0)
      .def("logits", &logits, py::arg("values"), py::arg("offsets"), py::arg("threads"));
}

}  // namespace sentiment_fast
