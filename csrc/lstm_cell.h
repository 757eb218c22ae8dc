// One step of an LSTM layer for a few rows and 16 of its units: two versions of one function, one of which is chosen
// when the core is loaded.
//
// Outputs and weights are bf16 (round to nearest even), sums and cell states float32. A row's results depend on
// nothing but the row: not on how many rows stand in a tile with it.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace sentiment_fast {

using Bf16 = uint16_t;

constexpr int64_t kTileUnits = 16;             // a vector of float32
constexpr int64_t kTileGates = 4 * kTileUnits;  // input, forget, candidate, output, of 16 units each
constexpr int64_t kTileRows = 6;               // 24 vectors of sums: what the registers hold beside the weights

struct LstmTile {
  int64_t rows;    // 1 to kTileRows
  int64_t hidden;  // units of the layer, and how far apart rows lie in inputs, cells and outputs
  // Where each row's sums begin: kTileGates of them, the layer's biases included.
  const float* first_sums[kTileRows];
  // What is multiplied by weights: the layer's own outputs of the step before, and behind them, for all layers but the
  // first, those of the layer below; (rows, hidden) each, weights in the same order.
  int inputs_count;
  const Bf16* inputs[2];
  const Bf16* weights;   // (inputs_count * hidden / 2, kTileGates, 2)
  float* cells;          // (rows, 16 units) of before, then of after the step
  Bf16* outputs;         // (rows, 16 units)
  float* exact_outputs;  // the same, not rounded; null where nobody asks
};

using LstmStep = void (*)(const LstmTile& tile);

struct LstmLevel {
  const char* name;
  LstmStep step;
};

// The levels that this machine can run, "scalar" first; the last is the fastest.
const std::vector<LstmLevel>& lstm_levels();

// The level of a name; throws std::invalid_argument, which names those there are, for one that can't run here.
const LstmLevel& lstm_level_named(const std::string& name);

inline Bf16 to_bf16(float number) {
  uint32_t bits;
  std::memcpy(&bits, &number, sizeof bits);
  if ((bits & 0x7fffffff) > 0x7f800000) return static_cast<Bf16>(bits >> 16 | 0x40);  // stays a NaN
  return static_cast<Bf16>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

inline float from_bf16(Bf16 number) {
  const uint32_t bits = static_cast<uint32_t>(number) << 16;
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

void lstm_step_scalar(const LstmTile& tile);
// The first compilers that know both the instructions and the question whether the CPU has them.
#if defined(__x86_64__) && ((defined(__clang__) && __clang_major__ >= 12) || (!defined(__clang__) && __GNUC__ >= 11))
#define SENTIMENT_FAST_BF16 1
void lstm_step_avx512_bf16(const LstmTile& tile);
#endif

}  // namespace sentiment_fast
