#include "lstm/weights.h"

#include <algorithm>

namespace sentiment_fast {

template <class Number>
void pack_tile(const LstmKernels<Number>& level, int64_t hidden, const float* const* matrices, int count, int64_t unit,
               Number* tile) {
  constexpr int64_t kAtOnce = kInputsAtOnce<Number>;
  const int64_t gates = 4 * level.units;
  for (int matrix = 0; matrix < count; ++matrix, tile += hidden * gates) {
    for (int64_t gate = 0; gate < 4; ++gate) {
      for (int64_t i = 0; i < level.units; ++i) {
        const float* const row = matrices[matrix] + (gate * hidden + unit + i) * hidden;
        Number* const column = tile + kAtOnce * (gate * level.units + i);
        for (int64_t k = 0; k < hidden; ++k)
          column[k / kAtOnce * kAtOnce * gates + k % kAtOnce] = rounded<Number>(row[k]);
      }
    }
  }
}

template <class Number>
void pack_back_tile(const LstmKernels<Number>& level, int64_t hidden, const float* const* matrices, int count,
                    int64_t unit, Number* tile) {
  constexpr int64_t kAtOnce = kInputsAtOnce<Number>;
  const int64_t sums = 4 * level.units, units = std::min(sums, hidden - unit);
  for (int matrix = 0; matrix < count; ++matrix) {
    for (int64_t first = 0; first < hidden; first += level.units) {
      for (int64_t gate = 0; gate < 4; ++gate) {
        const float* row = matrices[matrix] + (gate * hidden + first) * hidden + unit;
        for (int64_t k = 0; k < level.units; k += kAtOnce, row += kAtOnce * hidden, tile += kAtOnce * sums)
          for (int64_t i = 0; i < units; ++i)
            for (int64_t at = 0; at < kAtOnce; ++at) tile[kAtOnce * i + at] = rounded<Number>(row[at * hidden + i]);
      }
    }
  }
}

void copy_in_tiles(int64_t hidden, int64_t units, const float* gates, float* tiles) {
  for (int64_t unit = 0; unit < hidden; unit += units)
    for (int64_t gate = 0; gate < 4; ++gate, tiles += units) std::copy_n(gates + gate * hidden + unit, units, tiles);
}

template void pack_tile(const LstmKernels<float>&, int64_t, const float* const*, int, int64_t, float*);
template void pack_tile(const LstmKernels<Bf16>&, int64_t, const float* const*, int, int64_t, Bf16*);
template void pack_back_tile(const LstmKernels<float>&, int64_t, const float* const*, int, int64_t, float*);
template void pack_back_tile(const LstmKernels<Bf16>&, int64_t, const float* const*, int, int64_t, Bf16*);

}  // namespace sentiment_fast
