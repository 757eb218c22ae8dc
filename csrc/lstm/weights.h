// Weights in PyTorch's order -> the orders in which the tiles of lstm/cell.h read them.
#pragma once

#include <cstdint>

#include "lstm/cell.h"

namespace sentiment_fast {

// Float32, gates in PyTorch's order: input, forget, candidate, output, `hidden` rows each.
struct LstmLayerWeights {
  const float* own;     // (4 hidden, hidden): for the layer's own outputs
  const float* below;   // (4 hidden, hidden): for the outputs of the layer below; null for the first layer
  const float* biases;  // (4 hidden,); null for the first layer, whose table includes them
};

// Writes the weights of the tile of units that begins with `unit` to `tile`: (count * hidden / inputs at once, 4 gates,
// units, inputs at once), for each of the `count` matrices in turn. matrices: (4 hidden, hidden) each.
template <class Number>
void pack_tile(const LstmKernels<Number>& level, int64_t hidden, const float* const* matrices, int count, int64_t unit,
               Number* tile);

// The same for a backward step, whose tile has four times as many units (units beyond `hidden` have weights of 0):
// (count * 4 hidden / inputs at once, 4 vectors, units, inputs at once). Its inputs are gradients in the order of
// `copy_in_tiles`.
template <class Number>
void pack_back_tile(const LstmKernels<Number>& level, int64_t hidden, const float* const* matrices, int count,
                    int64_t unit, Number* tile);

// (4 gates, hidden) -> (hidden / units tiles, 4 gates, units)
void copy_in_tiles(int64_t hidden, int64_t units, const float* gates, float* tiles);

}  // namespace sentiment_fast
