// One step of an LSTM layer for a few rows and a few of its units: versions of one function, of which one is chosen
// when an LSTM is made.
//
// Outputs and weights are numbers of one type, float32 or bf16 (rounded to nearest even); sums and cell states are
// float32. A row's results depend on nothing but the row: not on how many rows stand in a tile with it.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "platform.h"

namespace sentiment_fast {

using Bf16 = uint16_t;

constexpr int64_t kMostTileRows = 6;
constexpr int64_t kUnitsMultiple = 16;  // which a layer's units are: of each level's tile

// How many inputs one instruction multiplies and adds up. A gate's weights of these lie side by side.
template <class Number>
constexpr int64_t kInputsAtOnce = 1;
template <>
constexpr int64_t kInputsAtOnce<Bf16> = 2;

template <class Number>
struct LstmTile {
  int64_t rows;    // 1 to the level's
  int64_t hidden;  // units of the layer, and how far apart rows lie in inputs, cells and outputs
  // Where each row's sums begin: four gates of the tile's units (input, forget, candidate, output), biases included.
  const float* first_sums[kMostTileRows];
  // What is multiplied by weights: the layer's own outputs of the step before, and behind them, for all layers but the
  // first, those of the layer below; (rows, hidden) each, weights in the same order.
  int inputs_count;
  const Number* inputs[2];
  const Number* weights;  // (inputs_count * hidden / at once, 4 gates, units, inputs at once)
  float* cells;           // (rows, units) of before, then of after the step
  Number* outputs;        // (rows, units)
  float* exact_outputs;   // the same, not rounded; null where nobody asks
};

template <class Number>
using LstmStep = void (*)(const LstmTile<Number>& tile);

template <class Number>
struct LstmLevel {
  const char* name;
  int64_t units;  // of a tile: a vector of float32
  int64_t rows;   // of a tile, at most: so many that the registers hold their sums
  LstmStep<Number> step;
};

// The levels that this machine can run, "scalar" first; the last is the fastest.
template <class Number>
const std::vector<LstmLevel<Number>>& lstm_levels();

// The level of a name; throws std::invalid_argument, which names those there are, for one that can't run here.
template <class Number>
const LstmLevel<Number>& lstm_level_named(const std::string& name);

inline float to_float(float number) { return number; }

inline float to_float(Bf16 number) {
  const uint32_t bits = static_cast<uint32_t>(number) << 16;
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

template <class Number>
Number rounded(float number);

template <>
inline float rounded<float>(float number) {
  return number;
}

template <>
inline Bf16 rounded<Bf16>(float number) {
  uint32_t bits;
  std::memcpy(&bits, &number, sizeof bits);
  if ((bits & 0x7fffffff) > 0x7f800000) return static_cast<Bf16>(bits >> 16 | 0x40);  // stays a NaN
  return static_cast<Bf16>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

#ifdef SENTIMENT_FAST_X86
void lstm_step_avx2(const LstmTile<float>& tile);
void lstm_step_avx512(const LstmTile<float>& tile);
// The first compilers that know both the instructions and the question whether the CPU has them.
#if (defined(__clang__) && __clang_major__ >= 12) || (!defined(__clang__) && __GNUC__ >= 11)
#define SENTIMENT_FAST_BF16 1
void lstm_step_avx512_bf16(const LstmTile<Bf16>& tile);
#endif
#endif

}  // namespace sentiment_fast
