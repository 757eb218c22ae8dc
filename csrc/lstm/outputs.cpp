#include "lstm/outputs.h"

#include <algorithm>

#include "parallel/threads.h"

namespace sentiment_fast {
namespace {

// Calls work(row, the top layer's outputs behind its first step) for all rows.
template <class Number, class Work>
void for_rows(const LstmTrace<Number>& trace, int threads, Work work) {
  const Number* const outputs = trace.layers.back().outputs.data();
  for_each_block(trace.rows(), 1, threads, [&](Range rows) {
    work(rows.begin, outputs + (trace.first(rows.begin) + 1) * trace.hidden);
  });
}

}  // namespace

template <class Number>
void top_outputs(const LstmTrace<Number>& trace, float* outputs, int threads) {
  for_rows(trace, threads, [&](int64_t row, const Number* from) {
    // Ids lie as slots do, but for the one more that each row has of these.
    float* const to = outputs + (trace.first(row) - row) * trace.hidden;
    for (int64_t i = 0; i < trace.count(row) * trace.hidden; ++i) to[i] = to_float(from[i]);
  });
}

template <class Number>
void max_mean(const LstmTrace<Number>& trace, float* pooled, int32_t* maxima, int threads) {
  const int64_t hidden = trace.hidden;
  for_rows(trace, threads, [&](int64_t row, const Number* outputs) {
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

template void top_outputs(const LstmTrace<float>&, float*, int);
template void top_outputs(const LstmTrace<Bf16>&, float*, int);
template void max_mean(const LstmTrace<float>&, float*, int32_t*, int);
template void max_mean(const LstmTrace<Bf16>&, float*, int32_t*, int);

}  // namespace sentiment_fast
