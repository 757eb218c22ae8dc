// Computes a step of an LSTM layer in float32 with AVX-512.
//
// As lstm/avx512_bf16.cpp, with one input at a time instead of a pair.
#include "lstm/cell.h"
#include "simd/platform.h"

#ifdef SENTIMENT_FAST_X86
#include "lstm/avx512.h"

#define WITH_LEVEL __attribute__((target("avx512f,avx512dq")))
#define INLINED WITH_LEVEL __attribute__((always_inline)) inline

namespace sentiment_fast {
namespace {

using Number = float;

INLINED Vector exp_of_minus(Vector x, float scale) { return exp_of_minus(x, scale, kExpCoefficients); }
INLINED Vector divide(Vector a, Vector b) { return _mm512_div_ps(a, b); }
INLINED Vector inverse(Vector x) { return divide(set(1), x); }
INLINED Vector load_numbers(const float* from) { return load(from); }
INLINED void store_numbers(float* to, Vector numbers) { store(to, numbers); }

template <int kRows>
INLINED void add_products(__m512 (&sums)[kRows][4], const LstmProducts<float>& products) {
  const float* weights = products.weights;
  for (int input = 0; input < products.count; ++input) {
    const float* inputs[kRows];
#pragma GCC unroll 6
    for (int row = 0; row < kRows; ++row) inputs[row] = products.inputs[input][row];
    const int64_t end = products.steps * products.stride;
    for (int64_t at = 0; at != end; at += products.stride, weights += 4 * kUnits) {
      __m512 vectors[4];
#pragma GCC unroll 4
      for (int vector = 0; vector < 4; ++vector) vectors[vector] = _mm512_loadu_ps(weights + vector * kUnits);
#pragma GCC unroll 6
      for (int row = 0; row < kRows; ++row) {
        const __m512 spread = _mm512_set1_ps(inputs[row][at]);
#pragma GCC unroll 4
        for (int vector = 0; vector < 4; ++vector)
          sums[row][vector] = _mm512_fmadd_ps(spread, vectors[vector], sums[row][vector]);
      }
    }
  }
}

}  // namespace
}  // namespace sentiment_fast

#include "lstm/steps.h"

namespace sentiment_fast {

extern const LstmKernels<float> lstm_avx512 = kKernels;

}  // namespace sentiment_fast
#endif
