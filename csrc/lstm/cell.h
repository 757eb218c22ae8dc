// Declares one step of an LSTM layer, forward and backward, for a tile: a few rows and a few units.
//
// Each SIMD level has its version; one is chosen when an LSTM is made. Outputs and weights have one number type,
// float32 or bf16 (rounded to nearest even); sums and cell states are float32. A row's results depend only on that row,
// not on the other rows of the tile.
#pragma once

#include <cstdint>
#include <cstring>

namespace sentiment_fast {

using Bf16 = uint16_t;

constexpr int64_t kMostTileRows = 6;
constexpr int64_t kUnitsMultiple = 16;  // a layer's units are a multiple of this, and so of every level's tile

// How many inputs one instruction multiplies and sums. Their weights are adjacent in memory.
template <class Number>
constexpr int64_t kInputsAtOnce = 1;
template <>
constexpr int64_t kInputsAtOnce<Bf16> = 2;

// Products to add to the sums: one or two input vectors per row, times weights.
template <class Number>
struct LstmProducts {
  int count;                               // input vectors per row: 0, 1 or 2
  int64_t steps;                           // per vector: its inputs / inputs at once
  int64_t stride = kInputsAtOnce<Number>;  // from one step's inputs to the next's
  const Number* inputs[2][kMostTileRows];
  const Number* weights;  // (count, steps, 4 vectors of sums, units, inputs at once)
};

// A forward step for a few rows and one vector of units.
template <class Number>
struct LstmTile {
  int64_t rows;  // 1 to LstmKernels::rows
  // For each row, the initial sums of the input gate, biases included; those of the forget gate, the candidate and the
  // output gate follow at intervals of `gate_stride`.
  const float* first_sums[kMostTileRows];
  int64_t gate_stride;
  // Inputs: the layer's own outputs of the previous step and, for all layers except the first, the outputs of the layer
  // below. The four vectors of sums are the gates'.
  LstmProducts<Number> products;
  const float* cells_before[kMostTileRows];
  float* cells[kMostTileRows];  // may equal cells_before
  Number* outputs[kMostTileRows];
  float* exact_outputs[kMostTileRows];  // the same, not rounded; the first is null if not needed
  Number* logits[kMostTileRows];        // (4 gates, units): the sums; the first is null if not needed
  // Running maxima of the outputs and, `totals_at` further, their running sums; the first is null if not needed.
  float* maxima[kMostTileRows] = {};
  int64_t totals_at = 0;
};

// A backward step for a few rows and up to four vectors of units: from the gradients of the loss with respect to a
// layer's outputs and cells after the step to those with respect to the gates' logits and the cells before it.
template <class Number>
struct LstmBackTile {
  int64_t rows;
  int64_t vectors;  // how many of the four vectors of sums hold units
  // Inputs: gradients with respect to the layer's own logits of the next step and, for all layers except the last, to
  // those of the layer above. The sums are gradients with respect to outputs.
  LstmProducts<Number> products;
  const float* output_gradients[kMostTileRows];  // added to the sums; the first is null if there are none
  float* sums[kMostTileRows];  // if not null, only adds the products to these; the fields below are unused
  const float* cells_before[kMostTileRows];
  const float* cells[kMostTileRows];
  float* cell_gradients[kMostTileRows];  // with respect to the cells after the step; overwritten by those before it
  Number* logits[kMostTileRows];         // (vectors, 4 gates, units); overwritten by their gradients
};

template <class Number>
using LstmStep = void (*)(const LstmTile<Number>& tile);
template <class Number>
using LstmStepBack = void (*)(const LstmBackTile<Number>& tile);

// A version of both steps; simd/cpu.cpp lists all versions.
template <class Number>
struct LstmKernels {
  int64_t units;  // of a tile: one vector of float32
  int64_t rows;   // of a tile, at most: as many as have their sums in registers
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
