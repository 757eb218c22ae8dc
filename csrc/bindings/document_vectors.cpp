// Python bindings of the vectors of documents: NumPy arrays -> the core -> NumPy arrays. _core.pyi documents each function.
#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "bindings/arrays.h"
#include "bindings/module.h"
#include "bindings/without_gil.h"
#include "document_vectors.h"

namespace sentiment_fast {
namespace {

constexpr int kMostGroups = 64, kMostNegatives = 1000;

std::unique_ptr<DocumentVectors> documents_of(const Array<int32_t>& values, const Array<int64_t>& offsets,
                                              const Array<float>& drawn, float sharpness, int negatives, int groups,
                                              uint64_t seed) {
  expect_shape(values, "values", {-1});
  expect_rows(values, offsets);
  expect_shape(drawn, "drawn", {-1});
  const auto ends = offsets.data();
  DocumentNgrams known{{values.data() + ends[0], values.data() + ends[offsets.size() - 1]},
                       {ends, ends + offsets.size()},
                       {drawn.data(), drawn.data() + drawn.size()}};
  for (int64_t& end : known.offsets) end -= offsets.data()[0];
  for (const int32_t ngram : known.numbers)
    if (ngram < 0 || ngram >= known.ngrams())
      throw py::value_error("Expected values of 0 to " + std::to_string(known.ngrams() - 1) + ", got " +
                            std::to_string(ngram));
  if (!std::isfinite(sharpness) || sharpness <= 0) throw py::value_error("Expected a finite sharpness above 0");
  if (negatives < 1 || negatives > kMostNegatives || groups < 1 || groups > kMostGroups)
    throw py::value_error("Expected 1 to " + std::to_string(kMostNegatives) + " negatives and 1 to " +
                          std::to_string(kMostGroups) + " groups, got " + std::to_string(negatives) + " and " +
                          std::to_string(groups));
  const WithoutGil unlocked;
  return std::make_unique<DocumentVectors>(std::move(known), sharpness, negatives, groups, seed);
}

void learn(DocumentVectors& documents, float begin, float end, int threads) {
  check_threads(threads);
  const WithoutGil unlocked;
  documents.learn(begin, end, threads);
}

py::array_t<float> vectors(const DocumentVectors& documents) {
  py::array_t<float> out({static_cast<py::ssize_t>(documents.documents()), static_cast<py::ssize_t>(documents.groups()),
                          static_cast<py::ssize_t>(kDocumentNumbers)});
  documents.copy_to(out.mutable_data());
  return out;
}

}  // namespace

void bind_document_vectors(py::module_& module) {
  py::class_<DocumentVectors>(module, "DocumentVectors")
      .def(py::init(&documents_of), py::arg("values"), py::arg("offsets"), py::arg("drawn"), py::arg("sharpness"),
           py::arg("negatives"), py::arg("groups"), py::arg("seed"))
      .def("learn", &learn, py::arg("begin"), py::arg("end"), py::arg("threads"))
      .def("vectors", &vectors);
}

}  // namespace sentiment_fast
