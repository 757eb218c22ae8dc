#include "lstm_cell.h"

#include <cmath>
#include <stdexcept>

namespace sentiment_fast {
namespace {

constexpr int64_t kUnits = 16;

float sigmoid(float logit) { return 1 / (1 + std::exp(-logit)); }

template <class Number>
void step_scalar(const LstmTile<Number>& tile) {
  constexpr int64_t kGates = 4 * kUnits, kAtOnce = kInputsAtOnce<Number>;
  for (int64_t row = 0; row < tile.rows; ++row) {
    float sums[kGates];
    std::memcpy(sums, tile.first_sums[row], sizeof sums);
    const Number* weights = tile.weights;
    for (int input = 0; input < tile.inputs_count; ++input) {
      const Number* const inputs = tile.inputs[input] + row * tile.hidden;
      for (int64_t k = 0; k < tile.hidden; k += kAtOnce, weights += kAtOnce * kGates) {
        for (int64_t gate = 0; gate < kGates; ++gate) {
          float products = 0;
          for (int64_t i = 0; i < kAtOnce; ++i)
            products += to_float(inputs[k + i]) * to_float(weights[kAtOnce * gate + i]);
          sums[gate] += products;
        }
      }
    }
    for (int64_t unit = 0; unit < kUnits; ++unit) {
      const int64_t at = row * tile.hidden + unit;
      const float* const gates = sums + unit;
      const float added = sigmoid(gates[0]) * std::tanh(gates[2 * kUnits]);
      tile.cells[at] = sigmoid(gates[kUnits]) * tile.cells[at] + added;
      const float output = sigmoid(gates[3 * kUnits]) * std::tanh(tile.cells[at]);
      tile.outputs[at] = rounded<Number>(output);
      if (tile.exact_outputs) tile.exact_outputs[at] = output;
    }
  }
}

std::vector<LstmLevel<float>> find_levels(float) {
  std::vector<LstmLevel<float>> found = {{"scalar", kUnits, 1, step_scalar<float>}};
#ifdef SENTIMENT_FAST_X86
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) found.push_back({"avx2", 8, 3, lstm_step_avx2});
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
    found.push_back({"avx512", 16, 6, lstm_step_avx512});
#endif
  return found;
}

std::vector<LstmLevel<Bf16>> find_levels(Bf16) {
  std::vector<LstmLevel<Bf16>> found = {{"scalar", kUnits, 1, step_scalar<Bf16>}};
#ifdef SENTIMENT_FAST_BF16
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bf16"))
    found.push_back({"avx512_bf16", 16, 6, lstm_step_avx512_bf16});
#endif
  return found;
}

}  // namespace

template <class Number>
const std::vector<LstmLevel<Number>>& lstm_levels() {
  static const std::vector<LstmLevel<Number>> found = find_levels(Number{});
  return found;
}

template <class Number>
const LstmLevel<Number>& lstm_level_named(const std::string& name) {
  std::string known;
  for (const LstmLevel<Number>& level : lstm_levels<Number>()) {
    if (level.name == name) return level;
    known += (known.empty() ? "" : ", ") + std::string(level.name);
  }
  throw std::invalid_argument("Expected an LSTM level that this machine can run (" + known + "), got '" + name + "'");
}

template const std::vector<LstmLevel<float>>& lstm_levels();
template const std::vector<LstmLevel<Bf16>>& lstm_levels();
template const LstmLevel<float>& lstm_level_named(const std::string&);
template const LstmLevel<Bf16>& lstm_level_named(const std::string&);

}  // namespace sentiment_fast
