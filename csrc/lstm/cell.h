// One step of an LSTM layer for a few rows and a few of its units: versions of one function, of which one is chosen
// when an LSTM is made.
//
// Outputs and weights are numbers of one type, float32 or bf16 (rounded to nearest even); sums and cell states are
// float32. A row's results depend on nothing but the row: not on how many rows stand in a tile with it.
#pragma once

#include <cstdint>
#include <cstring>

namespace sentiment_fast {

using Bf16 = uint16_t;

constexpr int64_t kMostTileRows = 6;
constexpr int64_t kUnitsMultiple = 16;  // which a layer's units are: of each level's tile

// How many inputs one instruction multiplies and adds up. A gate's weights of these lie side by side.
template <class Number>
constexpr int64_t kInputsAtOnce = 1;
template <>
constexpr int64_t kInputsAtOnce<Bf16> = 2;

// Products by which sums are to grow: of each row's inputs, one or two vectors of them, and of weights.
template <class Number>
struct LstmProducts {
  int count;                              // of vectors a row: 0, 1 or 2
  int64_t steps;                          // of each: its inputs, in those at once
  int64_t stride = kInputsAtOnce<Number>;  // from one step's inputs to the next's
  const Number* inputs[2][kMostTileRows];
  const Number* weights;  // (count, steps, 4 vectors of sums, units, inputs at once)
};

// A step forward, for a few rows and a vector of units.
template <class Number>
struct LstmTile {
  int64_t rows;  // 1 to the level's
  // Of each row, where the input gate's sums begin, biases included; those of the forget gate, the candidate and the
  // output gate follow at distances of `gate_stride`.
  const float* first_sums[kMostTileRows];
  int64_t gate_stride;
  // The layer's own outputs of the step before, and behind them, for all layers but the first, those of the layer
  // below; the four vectors of sums are the gates'.
  LstmProducts<Number> products;
  const float* cells_before[kMostTileRows];
  float* cells[kMostTileRows];  // may be those before
  Number* outputs[kMostTileRows];
  float* exact_outputs[kMostTileRows];  // the same, not rounded; null, the first one, where nobody asks
  Number* logits[kMostTileRows];        // (4 gates, units): the sums; null, the first one, likewise
  // Outputs' maxima so far, and their sums so far at a distance of `totals_at`; null, the first one, likewise.
  float* maxima[kMostTileRows] = {};
  int64_t totals_at = 0;
};

// A step back, for a few rows and up to four vectors of units: what the loss's gradients by a layer's outputs and cells
// after the step make of those by the gates' logits, and by the cells before it.
template <class Number>
struct LstmBackTile {
  int64_t rows;
  int64_t vectors;  // of the four of sums, those that are units
  // Gradients by logits: the layer's own, of the step after, and behind them, for all layers but the last, those of the
  // layer above. The sums are gradients by outputs.
  LstmProducts<Number> products;
  const float* output_gradients[kMostTileRows];  // more of these; null, the first one, for none
  float* sums[kMostTileRows];  // what products are added to, and nothing else is done; null for what follows
  const float* cells_before[kMostTileRows];
  const float* cells[kMostTileRows];
  float* cell_gradients[kMostTileRows];  // by the cells after the step, then before it
  Number* logits[kMostTileRows];         // (vectors, 4 gates, units), then the gradients by them
};

template <class Number>
using LstmStep = void (*)(const LstmTile<Number>& tile);
template <class Number>
using LstmStepBack = void (*)(const LstmBackTile<Number>& tile);

// A version of the step; simd/cpu.cpp lists them.
template <class Number>
struct LstmKernels {
  int64_t units;  // of a tile: a vector of float32
  int64_t rows;   // of a tile, at most: so many that the registers hold their sums
  LstmStep<Number> step;
  LstmStepBack<Number> step_back;
};

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

}  // namespace sentiment_fast
