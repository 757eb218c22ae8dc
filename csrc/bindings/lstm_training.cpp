// Python bindings of LSTM training: NumPy arrays -> the core -> NumPy arrays. _core.pyi documents each function.
#include <pybind11/stl.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "bindings/arrays.h"
#include "bindings/lstm.h"
#include "bindings/module.h"
#include "bindings/without_gil.h"
#include "lstm/outputs.h"
#include "simd/cpu.h"

namespace sentiment_fast {
namespace {

struct AnyTraining {
  std::variant<LstmTraining<float>, LstmTraining<Bf16>> of_number;
};

struct AnyTrace {
  std::variant<LstmTrace<float>, LstmTrace<Bf16>> of_number;
};

std::unique_ptr<AnyTraining> training_of(int64_t hidden, int64_t layers, const std::string& number,
                                         const std::string& level) {
  if (hidden < 1 || hidden % kUnitsMultiple != 0 || layers < 1)
    throw py::value_error("Expected one or more layers of a multiple of " + std::to_string(kUnitsMultiple) +
                          " units, got " + std::to_string(layers) + " of " + std::to_string(hidden));
  if (number == kFloat32)
    return std::make_unique<AnyTraining>(
        AnyTraining{LstmTraining<float>(hidden, layers, lstm_level_named<float>(level))});
  if (number == kBf16)
    return std::make_unique<AnyTraining>(
        AnyTraining{LstmTraining<Bf16>(hidden, layers, lstm_level_named<Bf16>(level))});
  throw py::value_error(std::string("Expected numbers of ") + kFloat32 + " or " + kBf16 + ", got '" + number + "'");
}

void set_weights(AnyTraining& any, const std::vector<Array<float>>& own, const std::vector<Array<float>>& below,
                 const std::vector<Array<float>>& biases, int threads) {
  check_threads(threads);
  std::visit(
      [&](auto& training) {
        const std::vector<LstmLayerWeights> layers = layers_of(own, below, biases, training.hidden());
        if (static_cast<int64_t>(layers.size()) != training.layers())
          throw py::value_error("Expected weights of " + std::to_string(training.layers()) + " layers, got " +
                                std::to_string(layers.size()));
        const WithoutGil unlocked;
        training.set_weights(layers, threads);
      },
      any.of_number);
}

std::unique_ptr<AnyTrace> trace_of(const AnyTraining& any, int64_t slots) {
  if (slots < 1) throw py::value_error("Expected a trace of 1 or more slots, got " + std::to_string(slots));
  return std::visit(
      [&](const auto& training) {
        using Number = decltype(training.number());
        const int64_t slot_size = 4 * training.hidden() * static_cast<int64_t>(sizeof(float));
        if (slots > std::numeric_limits<int64_t>::max() / slot_size) throw std::bad_alloc();
        LstmTrace<Number> trace(training.layers(), training.hidden(), training.units(), slots);
        return std::make_unique<AnyTrace>(AnyTrace{std::move(trace)});
      },
      any.of_number);
}

// Calls work(training, trace) with both specialised for the same number type.
template <class Work>
auto with(const AnyTraining& any, AnyTrace& trace, Work work) {
  return std::visit(
      [&](const auto& training) {
        using Number = decltype(training.number());
        auto* const of_number = std::get_if<LstmTrace<Number>>(&trace.of_number);
        if (!of_number || of_number->hidden != training.hidden() || of_number->units != training.units() ||
            static_cast<int64_t>(of_number->layers.size()) != training.layers())
          throw py::value_error("Expected a trace made by an LstmTraining with these layers, numbers and level");
        return work(training, *of_number);
      },
      any.of_number);
}

py::tuple forward(const AnyTraining& any, AnyTrace& any_trace, const Array<float>& table, const Array<int32_t>& ids,
                  const Array<int64_t>& counts, const Array<int64_t>& states, const Array<float>& outputs,
                  const Array<float>& cells, int threads) {
  check_threads(threads);
  return with(any, any_trace, [&](const auto& training, auto& trace) {
    const int64_t hidden = training.hidden(), layers = training.layers();
    expect_shape(table, "a table", {-1, 4 * hidden});
    expect_shape(ids, "ids", {-1});
    expect_shape(counts, "counts", {-1});
    expect_shape(states, "states", {counts.size()});
    expect_shape(outputs, "outputs", {-1, layers, hidden});
    expect_shape(cells, "cells", {outputs.shape(0), layers, hidden});
    py::array_t<float> last_outputs({counts.size(), layers, hidden}), last_cells({counts.size(), layers, hidden});
    const LstmSteps steps{counts.size(), counts.data(), states.data(), ids.data(),
                          ids.size(),    table.data(),  table.shape(0)};
    const LstmRowStates last{last_outputs.mutable_data(), last_cells.mutable_data()};
    const LstmStates from{outputs.shape(0), outputs.data(), cells.data()};
    {
      const WithoutGil unlocked;
      training.forward(steps, from, trace, last, threads);
    }
    return py::make_tuple(last_outputs, last_cells);
  });
}

py::array_t<float> zeros(const std::vector<py::ssize_t>& shape) {
  py::array_t<float> result(shape);
  std::fill_n(result.mutable_data(), result.size(), 0.0f);
  return result;
}

using LastStep = std::tuple<Array<float>, Array<float>, Array<float>>;

using MaxMean = std::tuple<Array<float>, Array<int32_t>>;

py::tuple backward(const AnyTraining& any, AnyTrace& any_trace, const Array<float>& by_outputs,
                   const Array<float>& by_cells, const std::optional<LastStep>& more, int threads,
                   const std::optional<MaxMean>& by_max_mean) {
  check_threads(threads);
  return with(any, any_trace, [&](const auto& training, auto& trace) {
    const int64_t rows = trace.rows(), layers = training.layers(), hidden = training.hidden();
    expect_shape(by_outputs, "gradients with respect to outputs", {rows, layers, hidden});
    expect_shape(by_cells, "gradients with respect to cells", {rows, layers, hidden});
    LstmLastStep last_step;
    if (more) {
      const auto& [logits, outputs, cells] = *more;
      expect_shape(logits, "gradients with respect to the last steps' logits", {rows, layers, 4 * hidden});
      expect_shape(outputs, "gradients with respect to the outputs before them", {rows, layers, hidden});
      expect_shape(cells, "gradients with respect to the cells before them", {rows, layers, hidden});
      for (const int64_t count : trace.counts)
        if (count < 2) throw py::value_error("Expected rows of 2 or more ids, got 1");
      last_step = {logits.data(), outputs.data(), cells.data()};
    }
    LstmPooledGradients by_pooled;
    if (by_max_mean) {
      const auto& [pooled, maxima] = *by_max_mean;
      expect_shape(pooled, "gradients with respect to maxima and means", {rows, 2 * hidden});
      expect_shape(maxima, "the maxima's steps", {rows, hidden});
      by_pooled = {pooled.data(), maxima.data()};
    }
    const LstmPooledGradients* const top = by_max_mean ? &by_pooled : nullptr;
    py::array_t<float> by_first_outputs = zeros({rows, layers, hidden}), cells({rows, layers, hidden});
    std::copy_n(by_cells.data(), by_cells.size(), cells.mutable_data());
    // The core writes to the cells only.
    const LstmRowStates by_last{const_cast<float*>(by_outputs.data()), cells.mutable_data()};
    float* const into = by_first_outputs.mutable_data();
    {
      const WithoutGil unlocked;
      training.backward(trace, by_last, more ? &last_step : nullptr, top, into, threads);
    }
    return py::make_tuple(by_first_outputs, cells);
  });
}

// The data of an array that is written to in place, so it must not be a converted copy.
float* written(py::array_t<float>& array, const char* name, const std::vector<int64_t>& shape) {
  expect_shape(array, name, shape);
  expect_contiguous(array, name);
  return array.mutable_data();
}

void add_weight_gradients(const AnyTraining& any, AnyTrace& any_trace, std::vector<py::array_t<float>>& own,
                          std::vector<py::array_t<float>>& below, std::vector<py::array_t<float>>& biases,
                          int threads) {
  check_threads(threads);
  with(any, any_trace, [&](const auto& training, auto& trace) {
    const int64_t hidden = training.hidden();
    const size_t layers = static_cast<size_t>(training.layers());
    if (own.size() != layers || below.size() != layers - 1 || biases.size() != layers - 1)
      throw py::value_error("Expected gradients with respect to the weights of " + std::to_string(layers) +
                            " layers and, for all except the first, to the weights of the layer below and the biases");
    std::vector<LstmLayerGradients> sums;
    for (size_t layer = 0; layer < layers; ++layer) {
      sums.push_back({written(own[layer], "gradients", {4 * hidden, hidden}), nullptr, nullptr});
      if (layer == 0) continue;
      sums.back().below = written(below[layer - 1], "gradients", {4 * hidden, hidden});
      sums.back().biases = written(biases[layer - 1], "gradients", {4 * hidden});
    }
    const WithoutGil unlocked;
    training.add_weight_gradients(trace, sums, threads);
  });
}

void add_table_gradients(const AnyTraining& any, AnyTrace& any_trace, const Array<int32_t>& ids,
                         py::array_t<float>& table, int threads) {
  check_threads(threads);
  with(any, any_trace, [&](const auto& training, auto& trace) {
    float* const into = written(table, "a table", {-1, 4 * training.hidden()});
    expect_shape(ids, "ids", {trace.slots() - trace.rows()});
    for (int64_t i = 0; i < ids.size(); ++i)
      if (ids.data()[i] < 0 || ids.data()[i] >= table.shape(0))
        throw py::value_error("Expected ids of 0 to " + std::to_string(table.shape(0) - 1) + ", got " +
                              std::to_string(ids.data()[i]));
    const int32_t* const of_slots = ids.data();
    const int64_t table_rows = table.shape(0);
    const WithoutGil unlocked;
    training.add_table_gradients(trace, of_slots, table_rows, into, threads);
  });
}

// A layer's logits of a row's last step, (4 hidden,), and its outputs and cells before that step, (hidden,), in
// float32.
py::tuple last_step(const AnyTrace& any, int64_t row, int64_t layer) {
  return std::visit(
      [&](const auto& trace) {
        if (row < 0 || row >= trace.rows() || layer < 0 || layer >= static_cast<int64_t>(trace.layers.size()))
          throw py::index_error("Expected a row and a layer that the trace has");
        if (trace.went_back) throw py::value_error("Expected a trace before backward(), which overwrites its logits");
        const auto& kept = trace.layer(layer);
        const int64_t hidden = trace.hidden, units = trace.units, slot = trace.first(row) + trace.count(row) - 1;
        py::array_t<float> logits(4 * hidden), outputs(hidden), cells(hidden);
        for (int64_t unit = 0; unit < hidden; ++unit)
          for (int64_t gate = 0; gate < 4; ++gate)
            logits.mutable_data()[gate * hidden + unit] =
                to_float(kept.logits.data()[slot * 4 * hidden + (unit / units * 4 + gate) * units + unit % units]);
        for (int64_t unit = 0; unit < hidden; ++unit)
          outputs.mutable_data()[unit] = to_float(kept.outputs.data()[slot * hidden + unit]);
        std::copy_n(kept.cells.data() + slot * hidden, hidden, cells.mutable_data());
        return py::make_tuple(logits, outputs, cells);
      },
      any.of_number);
}

// (rows, 2 hidden) float32 and (rows, hidden) int32.
py::tuple pooled_outputs(const AnyTrace& any, int threads) {
  check_threads(threads);
  return std::visit(
      [&](const auto& trace) {
        py::array_t<float> pooled({trace.rows(), 2 * trace.hidden});
        py::array_t<int32_t> maxima({trace.rows(), trace.hidden});
        float* const into = pooled.mutable_data();
        int32_t* const at = maxima.mutable_data();
        {
          const WithoutGil unlocked;
          max_mean(trace, into, at, threads);
        }
        return py::make_tuple(pooled, maxima);
      },
      any.of_number);
}

}  // namespace

void bind_lstm_training(py::module_& module) {
  py::class_<AnyTrace>(module, "LstmTrace")
      .def_property_readonly("slots",
                             [](const AnyTrace& any) {
                               return std::visit([](const auto& trace) { return trace.capacity; }, any.of_number);
                             })
      .def("last_step", &last_step, py::arg("row"), py::arg("layer"))
      .def("max_mean", &pooled_outputs, py::arg("threads"));
  py::class_<AnyTraining>(module, "LstmTraining")
      .def(py::init(&training_of), py::arg("hidden"), py::arg("layers"), py::arg("number"), py::arg("level"))
      .def("trace", &trace_of, py::arg("slots"))
      .def("set_weights", &set_weights, py::arg("own"), py::arg("below"), py::arg("biases"), py::arg("threads"))
      .def("forward", &forward, py::arg("trace"), py::arg("table"), py::arg("ids"), py::arg("counts"),
           py::arg("states"), py::arg("outputs"), py::arg("cells"), py::arg("threads"))
      .def("backward", &backward, py::arg("trace"), py::arg("by_outputs"), py::arg("by_cells"), py::arg("last_step"),
           py::arg("threads"), py::arg("by_max_mean") = py::none())
      .def("add_weight_gradients", &add_weight_gradients, py::arg("trace"), py::arg("own").noconvert(),
           py::arg("below").noconvert(), py::arg("biases").noconvert(), py::arg("threads"))
      .def("add_table_gradients", &add_table_gradients, py::arg("trace"), py::arg("ids"), py::arg("table").noconvert(),
           py::arg("threads"));
}

}  // namespace sentiment_fast
