// The gates of an LSTM with AVX-512: what the versions for both types of numbers share. See lstm_exp.h.
#pragma once

#include <immintrin.h>

#include "lstm_exp.h"

#define INLINED_AVX512 __attribute__((target("avx512f,avx512dq"), always_inline)) inline

namespace sentiment_fast {

// The forms without a mask make GCC 12 warn of its own headers, of a vector that is used uninitialized.
constexpr __mmask16 kAll = 0xffff;

// exp(-scale * x). A NaN stays one: the bounds stand first, for that.
INLINED_AVX512 __m512 exp_of_minus(__m512 x, float scale) {
  const __m512 bound = _mm512_set1_ps(kMostPower);
  __m512 power = _mm512_mul_ps(x, _mm512_set1_ps(-scale * kLog2OfE));
  power = _mm512_maskz_max_ps(kAll, _mm512_sub_ps(_mm512_setzero_ps(), bound), power);
  power = _mm512_maskz_min_ps(kAll, bound, power);
  const __m512 part = _mm512_reduce_ps(power, _MM_FROUND_TO_NEG_INF);  // 0 up to 1
  __m512 sum = _mm512_set1_ps(kExpCoefficients[0]);
  for (int i = 1; i < 7; ++i) sum = _mm512_fmadd_ps(sum, part, _mm512_set1_ps(kExpCoefficients[i]));
  return _mm512_maskz_scalef_ps(kAll, sum, power);  // times two to the power's floor
}

// gates: input, forget, candidate, output, of 16 units. Returns the outputs.
INLINED_AVX512 __m512 close_step(const __m512 (&gates)[4], const float* cells_before, float* cells) {
  const __m512 one = _mm512_set1_ps(1);
  const __m512 input = _mm512_add_ps(one, exp_of_minus(gates[0], 1));
  const __m512 forget = _mm512_add_ps(one, exp_of_minus(gates[1], 1));
  const __m512 candidate = exp_of_minus(gates[2], 2);
  const __m512 added = _mm512_mul_ps(input, _mm512_add_ps(one, candidate));  // its denominator
  const __m512 kept = _mm512_mul_ps(_mm512_loadu_ps(cells_before), added);
  const __m512 sum = _mm512_fmadd_ps(_mm512_sub_ps(one, candidate), forget, kept);
  const __m512 cell = _mm512_div_ps(sum, _mm512_mul_ps(forget, added));
  _mm512_storeu_ps(cells, cell);

  const __m512 shown = exp_of_minus(cell, 2);
  const __m512 open = _mm512_add_ps(one, exp_of_minus(gates[3], 1));
  return _mm512_div_ps(_mm512_sub_ps(one, shown), _mm512_mul_ps(open, _mm512_add_ps(one, shown)));
}

struct Exactly {
  static INLINED_AVX512 __m512 inverse(__m512 x) { return _mm512_div_ps(_mm512_set1_ps(1), x); }
};

struct ToFourteenBits {  // more than bf16 has, in a tenth of the time
  static INLINED_AVX512 __m512 inverse(__m512 x) { return _mm512_maskz_rcp14_ps(kAll, x); }
};

// gates: the logits, then the gradients by them. Returns the gradients by the cells before.
template <class Inverse>
INLINED_AVX512 __m512 close_step_back(__m512 (&gates)[4], __m512 cells_before, __m512 cells, __m512 by_outputs,
                                      __m512 by_cells) {
  const __m512 one = _mm512_set1_ps(1), four = _mm512_set1_ps(4);
  const __m512 not_input = exp_of_minus(gates[0], 1), not_forget = exp_of_minus(gates[1], 1);
  const __m512 not_candidate = exp_of_minus(gates[2], 2), not_open = exp_of_minus(gates[3], 1);
  const __m512 not_shown = exp_of_minus(cells, 2);
  const __m512 input = Inverse::inverse(_mm512_add_ps(one, not_input));
  const __m512 forget = Inverse::inverse(_mm512_add_ps(one, not_forget));
  const __m512 of_candidate = Inverse::inverse(_mm512_add_ps(one, not_candidate));
  const __m512 open = Inverse::inverse(_mm512_add_ps(one, not_open));
  const __m512 of_shown = Inverse::inverse(_mm512_add_ps(one, not_shown));
  const __m512 shown = _mm512_mul_ps(_mm512_sub_ps(one, not_shown), of_shown);
  const __m512 candidate = _mm512_mul_ps(_mm512_sub_ps(one, not_candidate), of_candidate);

  const __m512 by_shown = _mm512_mul_ps(by_outputs, open);
  const __m512 slope_of_shown = _mm512_mul_ps(_mm512_mul_ps(four, not_shown), _mm512_mul_ps(of_shown, of_shown));
  by_cells = _mm512_fmadd_ps(by_shown, slope_of_shown, by_cells);
  const __m512 by_input = _mm512_mul_ps(by_cells, input);
  const __m512 slope_of_candidate =
      _mm512_mul_ps(_mm512_mul_ps(four, not_candidate), _mm512_mul_ps(of_candidate, of_candidate));
  const __m512 by_before = _mm512_mul_ps(by_cells, forget);
  gates[0] = _mm512_mul_ps(_mm512_mul_ps(by_input, candidate), _mm512_mul_ps(not_input, input));
  gates[1] = _mm512_mul_ps(_mm512_mul_ps(by_before, cells_before), _mm512_mul_ps(not_forget, forget));
  gates[2] = _mm512_mul_ps(by_input, slope_of_candidate);
  gates[3] = _mm512_mul_ps(_mm512_mul_ps(by_shown, shown), _mm512_mul_ps(not_open, open));
  return by_before;
}

}  // namespace sentiment_fast
