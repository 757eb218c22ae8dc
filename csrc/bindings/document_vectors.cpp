// Python bindings of the document vectors: NumPy arrays -> the core -> NumPy arrays. _core.pyi documents each function.
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
                                              const Array<float>& draw_probabilities, float sharpness, int negatives,
                                              int groups, uint64_t seed) {
  expect_shape(values, "values", {-1});
  expect_rows(values, offsets);
  expect_shape(draw_probabilities, "draw_probabilities", {-1});
  const auto ends = offsets.data();
  DocumentNgrams known{{values.data() + ends[0], values.data() + ends[offsets.size() - 1]},
                       {ends, ends + offsets.size()},
                       {draw_probabilities.data(), draw_probabilities.data() + draw_probabilities.size()}};
  for (int64_t& end : known.offsets) end -= offsets.data()[0];
  for (const int32_t ngram : known.values)
    if (ngram < 0 || ngram >= known.ngrams())
      throw py::value_error("Expected values of 0 up to the " + std::to_string(known.ngrams()) + " n-grams, got " +
                            std::to_string(ngram));
  for (const float probability : known.draw_probabilities)
    if (!(probability >= 0 && probability <= 1))
      throw py::value_error("Expected draw_probabilities of 0 to 1, got " + std::to_string(probability));
  if (!std::isfinite(sharpness) || sharpness <= 0)
    throw py::value_error("Expected a finite sharpness above 0, got " + std::to_string(sharpness));
  if (negatives < 1 || negatives > kMostNegatives || groups < 1 || groups > kMostGroups)
    throw py::value_error("Expected 1 to " + std::to_string(kMostNegatives) + " negatives and 1 to " +
                          std::to_string(kMostGroups) + " groups, got " + std::to_string(negatives) + " and " +
                          std::to_string(groups));
  const WithoutGil unlocked;
  return std::make_unique<DocumentVectors>(std::move(known), sharpness, negatives, groups, seed);
}

void learn(DocumentVectors& documents, float begin, float end, int threads) {
  check_threads(threads);
  for (const float rate : {begin, end})
    if (!std::isfinite(rate) || rate < 0)
      throw py::value_error("Expected finite rates of 0 or more, got " + std::to_string(rate));
  const WithoutGil unlocked;
  documents.learn(begin, end, threads);
}

py::array_t<float> vectors(const DocumentVectors& documents) {
  py::array_t<float> out({static_cast<py::ssize_t>(documents.documents()), static_cast<py::ssize_t>(documents.groups()),
                          static_cast<py::ssize_t>(kDocumentDimensions)});
  documents.copy_to(out.mutable_data());
  return out;
}

}  // namespace

void bind_document_vectors(py::module_& module) {
  py::class_<DocumentVectors>(module, "DocumentVectors")
      .def(py::init(&documents_of), py::arg("values"), py::arg("offsets"), py::arg("draw_probabilities"),
           py::arg("sharpness"), py::arg("negatives"), py::arg("groups"), py::arg("seed"))
      .def("learn", &learn, py::arg("begin"), py::arg("end"), py::arg("threads"))
      .def("vectors", &vectors);
}

}  // namespace sentiment_fast
