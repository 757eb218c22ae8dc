// Python bindings of LSTM scoring: NumPy arrays -> the core -> NumPy arrays. _core.pyi documents each function.
#include <pybind11/stl.h>

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "bindings/arrays.h"
#include "bindings/lstm.h"
#include "bindings/module.h"
#include "bindings/without_gil.h"
#include "lstm/forward.h"
#include "simd/cpu.h"

namespace sentiment_fast {

std::vector<LstmLayerWeights> layers_of(const std::vector<Array<float>>& own, const std::vector<Array<float>>& below,
                                        const std::vector<Array<float>>& biases, int64_t hidden) {
  if (own.empty() || below.size() != own.size() - 1 || biases.size() != own.size() - 1)
    throw py::value_error(
        "Expected weights of one or more layers and, for all except the first, weights of the layer "
        "below and biases");
  std::vector<LstmLayerWeights> layers;
  for (size_t layer = 0; layer < own.size(); ++layer) {
    expect_shape(own[layer], "weights", {4 * hidden, hidden});
    layers.push_back({own[layer].data(), nullptr, nullptr});
    if (layer == 0) continue;
    expect_shape(below[layer - 1], "weights of the layer below", {4 * hidden, hidden});
    expect_shape(biases[layer - 1], "biases", {4 * hidden});
    layers.back().below = below[layer - 1].data();
    layers.back().biases = biases[layer - 1].data();
  }
  return layers;
}

namespace {

// An LSTM of either number type.
struct AnyLstm {
  std::variant<Lstm<float>, Lstm<Bf16>> of_number;
};

std::unique_ptr<AnyLstm> lstm_of(const Array<float>& table, const std::vector<Array<float>>& own,
                                 const std::vector<Array<float>>& below, const std::vector<Array<float>>& biases,
                                 const std::string& number, const std::string& level) {
  expect_shape(table, "a table", {-1, -1});
  const int64_t ids = table.shape(0), hidden = table.shape(1) / 4;
  if (ids < 1 || hidden < 1 || table.shape(1) != 4 * hidden || hidden % kUnitsMultiple != 0)
    throw py::value_error("Expected a table of 1 or more ids and four gates of a multiple of " +
                          std::to_string(kUnitsMultiple) + " units, got (" + std::to_string(ids) + ", " +
                          std::to_string(table.shape(1)) + ")");
  const std::vector<LstmLayerWeights> layers = layers_of(own, below, biases, hidden);
  const auto made = [&](auto zero) {
    using Number = decltype(zero);
    const LstmLevel<Number>& found = lstm_level_named<Number>(level);
    const WithoutGil unlocked;
    return std::make_unique<AnyLstm>(AnyLstm{Lstm<Number>(hidden, ids, table.data(), layers, found)});
  };
  if (number == kFloat32) return made(float{});
  if (number == kBf16) return made(Bf16{});
  throw py::value_error(std::string("Expected numbers of ") + kFloat32 + " or " + kBf16 + ", got '" + number + "'");
}

template <class Id, class Number>
py::array_t<float> pooled_of(const Lstm<Number>& lstm, LstmPooling pooling, const LstmRows<Id>& rows,
                             const LstmStates& states, int threads) {
  py::array_t<float> out({static_cast<py::ssize_t>(rows.rows), static_cast<py::ssize_t>(lstm.features(pooling))});
  float* const into = out.mutable_data();
  const WithoutGil unlocked;
  lstm.pool(pooling, rows, states, into, threads);
  return out;
}

template <LstmPooling kPooling>
py::array_t<float> pooled(const AnyLstm& any, const py::array& values, const Array<int64_t>& starts,
                          const Array<int64_t>& counts, const Array<int64_t>& states, const Array<float>& outputs,
                          const Array<float>& cells, bool backward, int threads) {
  check_threads(threads);
  return std::visit(
      [&](const auto& lstm) {
        expect_shape(starts, "starts", {-1});
        expect_shape(counts, "counts", {starts.size()});
        expect_shape(states, "states", {starts.size()});
        expect_shape(outputs, "outputs", {-1, lstm.layers(), lstm.hidden()});
        expect_shape(cells, "cells", {outputs.shape(0), lstm.layers(), lstm.hidden()});
        const LstmStates from{outputs.shape(0), outputs.data(), cells.data()};
        return with_ids(values, [&](const auto* ids) {
          const LstmRows<std::decay_t<decltype(*ids)>> rows{starts.size(), ids,           values.size(), starts.data(),
                                                            counts.data(), states.data(), backward};
          return pooled_of(lstm, kPooling, rows, from, threads);
        });
      },
      any.of_number);
}

template <class Number>
py::tuple names_of_levels() {
  py::list names;
  for (const LstmLevel<Number>& level : lstm_levels<Number>()) names.append(level.name);
  return py::tuple(names);
}

}  // namespace

void bind_lstm(py::module_& module) {
  py::dict levels;
  levels[kFloat32] = names_of_levels<float>();
  levels[kBf16] = names_of_levels<Bf16>();
  module.attr("LSTM_LEVELS") = levels;
  py::class_<AnyLstm>(module, "Lstm")
      .def(py::init(&lstm_of), py::arg("table"), py::arg("own"), py::arg("below"), py::arg("biases"), py::arg("number"),
           py::arg("level"))
      .def("last_outputs", &pooled<LstmPooling::kLast>, py::arg("values"), py::arg("starts"), py::arg("counts"),
           py::arg("states"), py::arg("outputs"), py::arg("cells"), py::arg("backward"), py::arg("threads"))
      .def("max_mean", &pooled<LstmPooling::kMaxMean>, py::arg("values"), py::arg("starts"), py::arg("counts"),
           py::arg("states"), py::arg("outputs"), py::arg("cells"), py::arg("backward"), py::arg("threads"));
}

}  // namespace sentiment_fast
