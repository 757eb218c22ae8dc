// An LSTM's weights in the orders in which lstm/cell.h's tiles read them.
#pragma once

#include <cstdint>

#include "lstm/cell.h"

namespace sentiment_fast {

// Float32, gates in PyTorch's order: input, forget, candidate, output, `hidden` rows each.
struct LstmLayerWeights {
  const float* own;     // (4 hidden, hidden): of the layer's own outputs
  const float* below;   // (4 hidden, hidden): of the outputs of the layer below; the first layer has none
  const float* biases;  // (4 hidden,); nor has it these: they are part of its table
};

// What is read by the tile of units that begins with `unit`, written to `tile`: (count * hidden / inputs at once, 4
// gates, units, inputs at once), for each of the `count` matrices in turn. matrices: (4 hidden, hidden).
template <class Number>
void pack_tile(const LstmKernels<Number>& level, int64_t hidden, const float* const* matrices, int count, int64_t unit,
               Number* tile);

// The same for a step back, the tile being four times as many units, those beyond `hidden` with weights of 0: (count *
// 4 hidden / inputs at once, 4 vectors, units, inputs at once). Its inputs are gradients in the order of
// `copy_in_tiles`.
template <class Number>
void pack_back_tile(const LstmKernels<Number>& level, int64_t hidden, const float* const* matrices, int count,
                    int64_t unit, Number* tile);

// (4 gates, hidden) -> (hidden / units tiles, 4 gates, units)
void copy_in_tiles(int64_t hidden, int64_t units, const float* gates, float* tiles);

}  // namespace sentiment_fast
