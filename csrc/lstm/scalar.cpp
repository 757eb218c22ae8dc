// Computes a step of an LSTM layer, one row and one unit at a time: the version for every CPU.
#include "lstm/cell.h"

#include <algorithm>
#include <cmath>

namespace sentiment_fast {
namespace {

constexpr int64_t kUnits = 16;

constexpr int64_t kSums = 4 * kUnits;

float sigmoid(float logit) { return 1 / (1 + std::exp(-logit)); }

template <class Number>
void add_products(float* sums, const LstmProducts<Number>& products, int64_t row) {
  constexpr int64_t kAtOnce = kInputsAtOnce<Number>;
  const Number* weights = products.weights;
  for (int input = 0; input < products.count; ++input) {
    const Number* inputs = products.inputs[input][row];
    for (int64_t step = 0; step < products.steps; ++step, inputs += products.stride, weights += kAtOnce * kSums) {
      for (int64_t sum = 0; sum < kSums; ++sum) {
        float product = 0;
        for (int64_t i = 0; i < kAtOnce; ++i) product += to_float(inputs[i]) * to_float(weights[kAtOnce * sum + i]);
        sums[sum] += product;
      }
    }
  }
}

template <class Number>
void step_scalar(const LstmTile<Number>& tile) {
  for (int64_t row = 0; row < tile.rows; ++row) {
    float sums[kSums];
    for (int64_t gate = 0; gate < 4; ++gate)
      std::memcpy(sums + gate * kUnits, tile.first_sums[row] + gate * tile.gate_stride, kUnits * sizeof(float));
    add_products(sums, tile.products, row);
    for (int64_t unit = 0; unit < kUnits; ++unit) {
      const float* const gates = sums + unit;
      const float added = sigmoid(gates[0]) * std::tanh(gates[2 * kUnits]);
      const float cell = sigmoid(gates[kUnits]) * tile.cells_before[row][unit] + added;
      const float output = sigmoid(gates[3 * kUnits]) * std::tanh(cell);
      tile.cells[row][unit] = cell;
      tile.outputs[row][unit] = rounded<Number>(output);
      if (tile.exact_outputs[0]) tile.exact_outputs[row][unit] = output;
      if (!tile.maxima[0]) continue;
      float& maximum = tile.maxima[row][unit];
      if (!(output <= maximum)) maximum = output;  // NaN propagates
      tile.maxima[row][tile.totals_at + unit] += output;
    }
    if (tile.logits[0]) std::transform(sums, sums + kSums, tile.logits[row], rounded<Number>);
  }
}

// See lstm/exp.h.
template <class Number>
void step_back_scalar(const LstmBackTile<Number>& tile) {
  for (int64_t row = 0; row < tile.rows; ++row) {
    float sums[kSums] = {};
    add_products(sums, tile.products, row);
    for (int64_t unit = 0; unit < tile.vectors * kUnits; ++unit) {
      if (tile.sums[0]) {
        tile.sums[row][unit] += sums[unit];
        continue;
      }
      Number* const logits = tile.logits[row] + unit / kUnits * kSums + unit % kUnits;
      const float input = sigmoid(to_float(logits[0])), forget = sigmoid(to_float(logits[kUnits]));
      const float candidate = std::tanh(to_float(logits[2 * kUnits])), open = sigmoid(to_float(logits[3 * kUnits]));
      const float shown = std::tanh(tile.cells[row][unit]);
      const float by_output = sums[unit] + (tile.output_gradients[0] ? tile.output_gradients[row][unit] : 0);
      const float by_cell = tile.cell_gradients[row][unit] + by_output * open * (1 - shown * shown);
      logits[0] = rounded<Number>(by_cell * candidate * input * (1 - input));
      logits[kUnits] = rounded<Number>(by_cell * tile.cells_before[row][unit] * forget * (1 - forget));
      logits[2 * kUnits] = rounded<Number>(by_cell * input * (1 - candidate * candidate));
      logits[3 * kUnits] = rounded<Number>(by_output * shown * open * (1 - open));
      tile.cell_gradients[row][unit] = by_cell * forget;
    }
  }
}

}  // namespace

extern const LstmKernels<float> lstm_scalar = {kUnits, 1, step_scalar<float>, step_back_scalar<float>};
extern const LstmKernels<Bf16> lstm_bf16_scalar = {kUnits, 1, step_scalar<Bf16>, step_back_scalar<Bf16>};

}  // namespace sentiment_fast
