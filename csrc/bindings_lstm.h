// What the two faces of the LSTM, for scoring and for training, share.
#pragma once

#include <cstdint>
#include <vector>

#include "bindings.h"
#include "lstm_weights.h"

namespace sentiment_fast {

template <class Number>
using Array = py::array_t<Number, py::array::c_style>;

constexpr char kFloat32[] = "float32", kBf16[] = "bfloat16";

// Raises ValueError for an array of another shape; a -1 is any size.
void expect_shape(const py::array& array, const char* name, const std::vector<int64_t>& shape);

// Layers' weights, each checked: see Lstm in _core.pyi. They live as long as the arrays do.
std::vector<LstmLayerWeights> layers_of(const std::vector<Array<float>>& own, const std::vector<Array<float>>& below,
                                        const std::vector<Array<float>>& biases, int64_t hidden);

}  // namespace sentiment_fast
