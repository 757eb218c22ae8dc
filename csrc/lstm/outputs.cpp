#include "lstm/outputs.h"

#include <algorithm>

#include "parallel/threads.h"

namespace sentiment_fast {

template <class Number>
void max_mean(const LstmTrace<Number>& trace, float* pooled, int32_t* maxima, int threads) {
  const int64_t hidden = trace.hidden;
  for_each_block(trace.rows(), 1, threads, [&](Range rows) {
    const int64_t row = rows.begin;
    const Number* const outputs = trace.layers.back().outputs.data() + (trace.first(row) + 1) * hidden;  // of all steps
    float* const highest = pooled + row * 2 * hidden;
    float* const means = highest + hidden;
    int32_t* const at = maxima + row * hidden;
    for (int64_t unit = 0; unit < hidden; ++unit) highest[unit] = means[unit] = to_float(outputs[unit]);
    std::fill_n(at, hidden, 0);
    const int32_t steps = static_cast<int32_t>(trace.count(row));
    for (int32_t step = 1; step < steps; ++step) {
      const Number* const from = outputs + step * hidden;
      for (int64_t unit = 0; unit < hidden; ++unit) {
        const float output = to_float(from[unit]);
        const bool higher = output > highest[unit];
        highest[unit] = higher ? output : highest[unit];
        at[unit] = higher ? step : at[unit];
        means[unit] += output;
      }
    }
    for (int64_t unit = 0; unit < hidden; ++unit) means[unit] /= static_cast<float>(steps);
  });
}

template void max_mean(const LstmTrace<float>&, float*, int32_t*, int);
template void max_mean(const LstmTrace<Bf16>&, float*, int32_t*, int);

}  // namespace sentiment_fast
