// Defines AVX-512 vectors for lstm/steps.h, shared by the versions for both number types.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "lstm/exp.h"

#define INLINED_AVX512 __attribute__((target("avx512f,avx512dq"), always_inline)) inline

namespace sentiment_fast {
namespace {

using Vector = __m512;
constexpr int64_t kUnits = 16;
constexpr int kMostRows = 6;

INLINED_AVX512 Vector load(const float* from) { return _mm512_loadu_ps(from); }
INLINED_AVX512 void store(float* to, Vector vector) { _mm512_storeu_ps(to, vector); }
INLINED_AVX512 Vector set(float number) { return _mm512_set1_ps(number); }
INLINED_AVX512 Vector add(Vector a, Vector b) { return _mm512_add_ps(a, b); }
INLINED_AVX512 Vector subtract(Vector a, Vector b) { return _mm512_sub_ps(a, b); }
INLINED_AVX512 Vector multiply(Vector a, Vector b) { return _mm512_mul_ps(a, b); }
INLINED_AVX512 Vector multiply_add(Vector a, Vector b, Vector c) { return _mm512_fmadd_ps(a, b, c); }

// The unmasked forms make GCC 12 warn about an uninitialized vector in its own headers.
constexpr __mmask16 kAll = 0xffff;

INLINED_AVX512 Vector maximum(Vector a, Vector b) { return _mm512_maskz_max_ps(kAll, a, b); }

// exp(-scale * x). NaN propagates: the bound is the first operand for that reason. No lower bound is needed: powers of
// two underflow to 0.
template <int kCount>
INLINED_AVX512 Vector exp_of_minus(Vector x, float scale, const float (&coefficients)[kCount]) {
  __m512 power = _mm512_mul_ps(x, _mm512_set1_ps(-scale * kLog2OfE));
  power = _mm512_maskz_min_ps(kAll, _mm512_set1_ps(kMostPower), power);
  const __m512 part = _mm512_reduce_ps(power, _MM_FROUND_TO_NEG_INF);  // 0 up to 1
  __m512 sum = _mm512_set1_ps(coefficients[0]);
#pragma GCC unroll 6
  for (int i = 1; i < kCount; ++i) sum = _mm512_fmadd_ps(sum, part, _mm512_set1_ps(coefficients[i]));
  return _mm512_maskz_scalef_ps(kAll, sum, power);  // times two to the power's floor
}

}  // namespace
}  // namespace sentiment_fast
