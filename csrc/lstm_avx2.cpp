// A step of an LSTM layer in float32 with AVX2: as lstm_avx512.cpp, with the 16 registers that there are. Twelve hold
// the sums of three rows and 8 units, three the rows' inputs, one a gate's weights.
#include "lstm_cell.h"

#ifdef SENTIMENT_FAST_X86
#include <immintrin.h>

#include "lstm_exp.h"

#define WITH_AVX2 __attribute__((target("avx2,fma")))
#define INLINED WITH_AVX2 __attribute__((always_inline)) inline

namespace sentiment_fast {
namespace {

constexpr int64_t kUnits = 8;

// exp(-scale * x). A NaN stays one: the bounds stand first, for that, and its exponent is left alone.
INLINED __m256 exp_of_minus(__m256 x, float scale) {
  const __m256 bound = _mm256_set1_ps(kMostPower);
  __m256 power = _mm256_mul_ps(x, _mm256_set1_ps(-scale * kLog2OfE));
  power = _mm256_max_ps(_mm256_set1_ps(-kMostPower), power);
  power = _mm256_min_ps(bound, power);
  const __m256 whole = _mm256_floor_ps(power);
  const __m256 part = _mm256_sub_ps(power, whole);  // 0 up to 1
  __m256 sum = _mm256_set1_ps(kExpCoefficients[0]);
#pragma GCC unroll 6
  for (int i = 1; i < 7; ++i) sum = _mm256_fmadd_ps(sum, part, _mm256_set1_ps(kExpCoefficients[i]));
  const __m256i exponent = _mm256_slli_epi32(_mm256_cvtps_epi32(whole), 23);
  return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(sum), exponent));
}

// gates: input, forget, candidate, output. cells: of 8 units, before and then after the step. Returns the outputs.
INLINED __m256 close_step(const __m256 (&gates)[4], float* cells) {
  const __m256 one = _mm256_set1_ps(1);
  const __m256 input = _mm256_add_ps(one, exp_of_minus(gates[0], 1));
  const __m256 forget = _mm256_add_ps(one, exp_of_minus(gates[1], 1));
  const __m256 candidate = exp_of_minus(gates[2], 2);
  const __m256 added = _mm256_mul_ps(input, _mm256_add_ps(one, candidate));  // its denominator
  const __m256 kept = _mm256_mul_ps(_mm256_loadu_ps(cells), added);
  const __m256 sum = _mm256_fmadd_ps(_mm256_sub_ps(one, candidate), forget, kept);
  const __m256 cell = _mm256_div_ps(sum, _mm256_mul_ps(forget, added));
  _mm256_storeu_ps(cells, cell);

  const __m256 shown = exp_of_minus(cell, 2);
  const __m256 open = _mm256_add_ps(one, exp_of_minus(gates[3], 1));
  return _mm256_div_ps(_mm256_sub_ps(one, shown), _mm256_mul_ps(open, _mm256_add_ps(one, shown)));
}

template <int kRows>
WITH_AVX2 void step_of_rows(const LstmTile<float>& tile) {
  __m256 sums[kRows][4];
#pragma GCC unroll 3
  for (int row = 0; row < kRows; ++row)
#pragma GCC unroll 4
    for (int gate = 0; gate < 4; ++gate) sums[row][gate] = _mm256_loadu_ps(tile.first_sums[row] + gate * kUnits);

  const float* weights = tile.weights;
  for (int input = 0; input < tile.inputs_count; ++input) {
    const float* inputs = tile.inputs[input];
    for (const float* const end = inputs + tile.hidden; inputs != end; ++inputs, weights += 4 * kUnits) {
      __m256 spread[kRows];
#pragma GCC unroll 3
      for (int row = 0; row < kRows; ++row) spread[row] = _mm256_broadcast_ss(inputs + row * tile.hidden);
#pragma GCC unroll 4
      for (int gate = 0; gate < 4; ++gate) {
        const __m256 of_gate = _mm256_loadu_ps(weights + gate * kUnits);
#pragma GCC unroll 3
        for (int row = 0; row < kRows; ++row) sums[row][gate] = _mm256_fmadd_ps(spread[row], of_gate, sums[row][gate]);
      }
    }
  }
#pragma GCC unroll 3
  for (int row = 0; row < kRows; ++row) {
    const int64_t at = row * tile.hidden;
    const __m256 outputs = close_step(sums[row], tile.cells + at);
    _mm256_storeu_ps(tile.outputs + at, outputs);
    if (tile.exact_outputs) _mm256_storeu_ps(tile.exact_outputs + at, outputs);
  }
}

}  // namespace

void lstm_step_avx2(const LstmTile<float>& tile) {
  static constexpr LstmStep<float> kSteps[] = {step_of_rows<1>, step_of_rows<2>, step_of_rows<3>};
  kSteps[tile.rows - 1](tile);
}

}  // namespace sentiment_fast
#endif
