// The top layer's outputs of all steps, from a trace that went forward: as they are, or pooled.
#pragma once

#include <cstdint>

#include "lstm/training.h"

namespace sentiment_fast {

// outputs: (ids, hidden), in the order of the ids.
template <class Number>
void top_outputs(const LstmTrace<Number>& trace, float* outputs, int threads);

// pooled: (rows, 2 hidden), of each row's steps the maxima, and behind them the means. maxima: (rows, hidden), the step
// at which each maximum stood, from 0, the first of equal ones.
template <class Number>
void max_mean(const LstmTrace<Number>& trace, float* pooled, int32_t* maxima, int threads);

}  // namespace sentiment_fast
