// Computes a step of an LSTM layer in float32 with AVX2.
//
// As lstm/avx512.cpp, but for 16 registers: twelve hold the sums of three rows and 8 units, three the rows' inputs, one
// a gate's weights.
#include "lstm/cell.h"
#include "simd/platform.h"

#ifdef SENTIMENT_FAST_X86
#include <immintrin.h>

#include "lstm/exp.h"

#define WITH_LEVEL __attribute__((target("avx2,fma")))
#define INLINED WITH_LEVEL __attribute__((always_inline)) inline

namespace sentiment_fast {
namespace {

using Number = float;
using Vector = __m256;
constexpr int64_t kUnits = 8;
constexpr int kMostRows = 3;

INLINED Vector load(const float* from) { return _mm256_loadu_ps(from); }
INLINED void store(float* to, Vector vector) { _mm256_storeu_ps(to, vector); }
INLINED Vector set(float number) { return _mm256_set1_ps(number); }
INLINED Vector add(Vector a, Vector b) { return _mm256_add_ps(a, b); }
INLINED Vector subtract(Vector a, Vector b) { return _mm256_sub_ps(a, b); }
INLINED Vector multiply(Vector a, Vector b) { return _mm256_mul_ps(a, b); }
INLINED Vector divide(Vector a, Vector b) { return _mm256_div_ps(a, b); }
INLINED Vector multiply_add(Vector a, Vector b, Vector c) { return _mm256_fmadd_ps(a, b, c); }
INLINED Vector maximum(Vector a, Vector b) { return _mm256_max_ps(a, b); }
INLINED Vector inverse(Vector x) { return divide(set(1), x); }
INLINED Vector load_numbers(const float* from) { return load(from); }
INLINED void store_numbers(float* to, Vector numbers) { store(to, numbers); }

// exp(-scale * x). NaN propagates: the bounds are the first operands for that reason, and its exponent is unchanged.
INLINED Vector exp_of_minus(Vector x, float scale) {
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

template <int kRows>
INLINED void add_products(__m256 (&sums)[kRows][4], const LstmProducts<float>& products) {
  const float* weights = products.weights;
  for (int input = 0; input < products.count; ++input) {
    const float* inputs[kRows];
#pragma GCC unroll 3
    for (int row = 0; row < kRows; ++row) inputs[row] = products.inputs[input][row];
    const int64_t end = products.steps * products.stride;
    for (int64_t at = 0; at != end; at += products.stride, weights += 4 * kUnits) {
      __m256 spread[kRows];
#pragma GCC unroll 3
      for (int row = 0; row < kRows; ++row) spread[row] = _mm256_broadcast_ss(inputs[row] + at);
#pragma GCC unroll 4
      for (int vector = 0; vector < 4; ++vector) {
        const __m256 numbers = _mm256_loadu_ps(weights + vector * kUnits);
#pragma GCC unroll 3
        for (int row = 0; row < kRows; ++row)
          sums[row][vector] = _mm256_fmadd_ps(spread[row], numbers, sums[row][vector]);
      }
    }
  }
}

}  // namespace
}  // namespace sentiment_fast

#include "lstm/steps.h"

namespace sentiment_fast {

extern const LstmKernels<float> lstm_avx2 = kKernels;

}  // namespace sentiment_fast
#endif
