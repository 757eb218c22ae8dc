// Computes a step of an LSTM layer with AVX-512 BF16; 24 vectors of sums stay in registers from start to end.
//
// For each pair of inputs, four vectors of weights (each one gate of 16 units, two weights per unit) are loaded once
// for all rows, and each row's pair is broadcast; vdpbf16ps adds both products. That is one load per 2.4 arithmetic
// instructions. The gates are then computed in registers.
#include "lstm/cell.h"
#include "simd/platform.h"

#ifdef SENTIMENT_FAST_BF16
#include "lstm/avx512.h"

#define WITH_LEVEL __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))
#define INLINED WITH_LEVEL __attribute__((always_inline)) inline

namespace sentiment_fast {
namespace {

using Number = Bf16;

INLINED Vector exp_of_minus(Vector x, float scale) { return exp_of_minus(x, scale, kShortExpCoefficients); }

// One Newton step from a 14-bit estimate: an error of 1e-7 in less than half the time of a division.
INLINED Vector divide(Vector a, Vector b) {
  const Vector guess = _mm512_maskz_rcp14_ps(kAll, b);
  return multiply(multiply(a, guess), _mm512_fnmadd_ps(b, guess, set(2)));
}

// 14 bits: more than bf16 has, in a tenth of the time of a division.
INLINED Vector inverse(Vector x) { return _mm512_maskz_rcp14_ps(kAll, x); }

INLINED Vector load_numbers(const Bf16* from) {
  const __m256i numbers = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  return _mm512_castsi512_ps(_mm512_maskz_slli_epi32(kAll, _mm512_maskz_cvtepu16_epi32(kAll, numbers), 16));
}

INLINED void store_numbers(Bf16* to, Vector numbers) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), (__m256i)_mm512_cvtneps_pbh(numbers));
}

template <int kRows>
INLINED void add_products(__m512 (&sums)[kRows][4], const LstmProducts<Bf16>& products) {
  const Bf16* weights = products.weights;
  for (int input = 0; input < products.count; ++input) {
    const Bf16* inputs[kRows];
#pragma GCC unroll 6
    for (int row = 0; row < kRows; ++row) inputs[row] = products.inputs[input][row];
    const int64_t end = products.steps * products.stride;
    for (int64_t at = 0; at != end; at += products.stride, weights += 2 * 4 * kUnits) {
      __m512i pairs[4];
#pragma GCC unroll 4
      for (int vector = 0; vector < 4; ++vector) pairs[vector] = _mm512_loadu_si512(weights + 2 * vector * kUnits);
#pragma GCC unroll 6
      for (int row = 0; row < kRows; ++row) {
        int32_t pair;
        std::memcpy(&pair, inputs[row] + at, sizeof pair);
        const __m512i spread = _mm512_set1_epi32(pair);
#pragma GCC unroll 4
        for (int vector = 0; vector < 4; ++vector)
          sums[row][vector] = _mm512_dpbf16_ps(sums[row][vector], (__m512bh)spread, (__m512bh)pairs[vector]);
      }
    }
  }
}

}  // namespace
}  // namespace sentiment_fast

#include "lstm/steps.h"

namespace sentiment_fast {

extern const LstmKernels<Bf16> lstm_bf16_avx512 = kKernels;

}  // namespace sentiment_fast
#endif
