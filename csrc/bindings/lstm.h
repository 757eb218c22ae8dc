// What the two faces of the LSTM, for scoring and for training, share.
#pragma once

#include <cstdint>
#include <vector>

#include "bindings/arrays.h"
#include "lstm/weights.h"

namespace sentiment_fast {

constexpr char kFloat32[] = "float32", kBf16[] = "bfloat16";

// Layers' weights, each checked: see Lstm in _core.pyi. They live as long as the arrays do.
std::vector<LstmLayerWeights> layers_of(const std::vector<Array<float>>& own, const std::vector<Array<float>>& below,
                                        const std::vector<Array<float>>& biases, int64_t hidden);

}  // namespace sentiment_fast
