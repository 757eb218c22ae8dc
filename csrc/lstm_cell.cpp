#include "lstm_cell.h"

#include <cmath>
#include <stdexcept>

namespace sentiment_fast {
namespace {

std::vector<LstmLevel> find_levels() {
  std::vector<LstmLevel> found = {{"scalar", lstm_step_scalar}};
#ifdef SENTIMENT_FAST_BF16
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bf16"))
    found.push_back({"avx512_bf16", lstm_step_avx512_bf16});
#endif
  return found;
}

float sigmoid(float logit) { return 1 / (1 + std::exp(-logit)); }

}  // namespace

const std::vector<LstmLevel>& lstm_levels() {
  static const std::vector<LstmLevel> found = find_levels();
  return found;
}

const LstmLevel& lstm_level_named(const std::string& name) {
  std::string known;
  for (const LstmLevel& level : lstm_levels()) {
    if (level.name == name) return level;
    known += (known.empty() ? "" : ", ") + std::string(level.name);
  }
  throw std::invalid_argument("Expected an LSTM level that this machine can run (" + known + "), got '" + name + "'");
}

void lstm_step_scalar(const LstmTile& tile) {
  for (int64_t row = 0; row < tile.rows; ++row) {
    float sums[kTileGates];
    std::memcpy(sums, tile.first_sums[row], sizeof sums);
    const Bf16* weights = tile.weights;
    for (int input = 0; input < tile.inputs_count; ++input) {
      const Bf16* const inputs = tile.inputs[input] + row * tile.hidden;
      for (int64_t k = 0; k < tile.hidden; k += 2, weights += 2 * kTileGates) {
        const float first = from_bf16(inputs[k]), second = from_bf16(inputs[k + 1]);
        for (int64_t gate = 0; gate < kTileGates; ++gate)
          sums[gate] += first * from_bf16(weights[2 * gate]) + second * from_bf16(weights[2 * gate + 1]);
      }
    }
    for (int64_t unit = 0; unit < kTileUnits; ++unit) {
      const int64_t at = row * tile.hidden + unit;
      const float* const gates = sums + unit;
      const float added = sigmoid(gates[0]) * std::tanh(gates[2 * kTileUnits]);
      tile.cells[at] = sigmoid(gates[kTileUnits]) * tile.cells[at] + added;
      const float output = sigmoid(gates[3 * kTileUnits]) * std::tanh(tile.cells[at]);
      tile.outputs[at] = to_bf16(output);
      if (tile.exact_outputs) tile.exact_outputs[at] = output;
    }
  }
}

}  // namespace sentiment_fast
