// A step of an LSTM layer in float32 with AVX-512: as lstm_avx512_bf16.cpp, one input at a time instead of a pair.
#include "lstm_cell.h"

#ifdef SENTIMENT_FAST_X86
#include "lstm_avx512.h"

#define WITH_AVX512 __attribute__((target("avx512f,avx512dq")))

namespace sentiment_fast {
namespace {

constexpr int64_t kUnits = 16;

template <int kRows>
WITH_AVX512 void step_of_rows(const LstmTile<float>& tile) {
  __m512 sums[kRows][4];
#pragma GCC unroll 6
  for (int row = 0; row < kRows; ++row)
#pragma GCC unroll 4
    for (int gate = 0; gate < 4; ++gate) sums[row][gate] = _mm512_loadu_ps(tile.first_sums[row] + gate * kUnits);

  const float* weights = tile.weights;
  for (int input = 0; input < tile.inputs_count; ++input) {
    const float* inputs = tile.inputs[input];
    for (const float* const end = inputs + tile.hidden; inputs != end; ++inputs, weights += 4 * kUnits) {
      __m512 of_gates[4];
#pragma GCC unroll 4
      for (int gate = 0; gate < 4; ++gate) of_gates[gate] = _mm512_loadu_ps(weights + gate * kUnits);
#pragma GCC unroll 6
      for (int row = 0; row < kRows; ++row) {
        const __m512 spread = _mm512_set1_ps(inputs[row * tile.hidden]);
#pragma GCC unroll 4
        for (int gate = 0; gate < 4; ++gate) sums[row][gate] = _mm512_fmadd_ps(spread, of_gates[gate], sums[row][gate]);
      }
    }
  }
#pragma GCC unroll 6
  for (int row = 0; row < kRows; ++row) {
    const int64_t at = row * tile.hidden;
    const __m512 outputs = close_step(sums[row], tile.cells + at);
    _mm512_storeu_ps(tile.outputs + at, outputs);
    if (tile.exact_outputs) _mm512_storeu_ps(tile.exact_outputs + at, outputs);
  }
}

}  // namespace

void lstm_step_avx512(const LstmTile<float>& tile) {
  static constexpr LstmStep<float> kSteps[] = {step_of_rows<1>, step_of_rows<2>, step_of_rows<3>,
                                               step_of_rows<4>, step_of_rows<5>, step_of_rows<6>};
  kSteps[tile.rows - 1](tile);
}

}  // namespace sentiment_fast
#endif
