// Checks the weights of LSTM layers, for the bindings of scoring and of training.
#pragma once

#include <cstdint>
#include <vector>

#include "bindings/arrays.h"
#include "lstm/weights.h"

namespace sentiment_fast {

constexpr char kFloat32[] = "float32", kBf16[] = "bfloat16";

// The layers' weights, checked (see Lstm in _core.pyi). They point into the arrays, which must outlive them.
std::vector<LstmLayerWeights> layers_of(const std::vector<Array<float>>& own, const std::vector<Array<float>>& below,
                                        const std::vector<Array<float>>& biases, int64_t hidden);

}  // namespace sentiment_fast
