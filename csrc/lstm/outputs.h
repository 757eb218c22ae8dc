// A trace after a forward pass -> the maximum and the mean of the top layer's outputs over each row's steps.
#pragma once

#include <cstdint>

#include "lstm/training.h"

namespace sentiment_fast {

// pooled: (rows, 2 hidden), each row's maxima followed by its means. maxima: (rows, hidden), the step, from 0, at which
// each maximum occurs, the first one if several are equal.
template <class Number>
void max_mean(const LstmTrace<Number>& trace, float* pooled, int32_t* maxima, int threads);

}  // namespace sentiment_fast
