// A step of an LSTM layer with AVX-512 BF16: 24 vectors of sums stay in registers from the first product to the gates.
//
// For each pair of inputs: four vectors of weights (a gate of 16 units each, two weights a unit) are loaded once for
// all rows, and each row's pair is spread over a vector; vdpbf16ps adds both products. That is one load to 2.4
// instructions that compute. The gates then never leave the registers.
#include "lstm_cell.h"

#ifdef SENTIMENT_FAST_BF16
#include "lstm_avx512.h"

#define WITH_AVX512_BF16 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))

namespace sentiment_fast {
namespace {

constexpr int64_t kUnits = 16;

#define INLINED_BF16 WITH_AVX512_BF16 __attribute__((always_inline)) inline

template <int kRows>
INLINED_BF16 void add_products(__m512 (&sums)[kRows][4], const LstmProducts<Bf16>& products) {
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

INLINED_BF16 void store_rounded(Bf16* to, __m512 numbers) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), (__m256i)_mm512_cvtneps_pbh(numbers));
}

INLINED_BF16 __m512 load_exact(const Bf16* from) {
  const __m256i numbers = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  return _mm512_castsi512_ps(_mm512_maskz_slli_epi32(kAll, _mm512_maskz_cvtepu16_epi32(kAll, numbers), 16));
}

template <int kRows>
WITH_AVX512_BF16 void step_of_rows(const LstmTile<Bf16>& tile) {
  __m512 sums[kRows][4];
#pragma GCC unroll 6
  for (int row = 0; row < kRows; ++row)
#pragma GCC unroll 4
    for (int gate = 0; gate < 4; ++gate)
      sums[row][gate] = _mm512_loadu_ps(tile.first_sums[row] + gate * tile.gate_stride);
  add_products<kRows>(sums, tile.products);
#pragma GCC unroll 6
  for (int row = 0; row < kRows; ++row) {
    const __m512 outputs = close_step(sums[row], tile.cells_before[row], tile.cells[row]);
    store_rounded(tile.outputs[row], outputs);
    if (tile.exact_outputs[0]) _mm512_storeu_ps(tile.exact_outputs[row], outputs);
    if (tile.logits[0])
#pragma GCC unroll 4
      for (int gate = 0; gate < 4; ++gate) store_rounded(tile.logits[row] + gate * kUnits, sums[row][gate]);
  }
}

template <int kRows>
WITH_AVX512_BF16 void step_back_of_rows(const LstmBackTile<Bf16>& tile) {
  __m512 sums[kRows][4];
#pragma GCC unroll 6
  for (int row = 0; row < kRows; ++row)
#pragma GCC unroll 4
    for (int vector = 0; vector < 4; ++vector) sums[row][vector] = _mm512_setzero_ps();
  add_products<kRows>(sums, tile.products);
#pragma GCC unroll 6
  for (int row = 0; row < kRows; ++row) {
#pragma GCC unroll 4
    for (int64_t vector = 0; vector < 4; ++vector) {
      if (vector >= tile.vectors) continue;
      const int64_t unit = vector * kUnits;
      __m512 by_outputs = sums[row][vector];
      if (tile.sums[0]) {
        _mm512_storeu_ps(tile.sums[row] + unit, _mm512_add_ps(_mm512_loadu_ps(tile.sums[row] + unit), by_outputs));
        continue;
      }
      if (tile.output_gradients[0])
        by_outputs = _mm512_add_ps(by_outputs, _mm512_loadu_ps(tile.output_gradients[row] + unit));
      Bf16* const logits = tile.logits[row] + 4 * unit;
      __m512 gates[4];
      for (int gate = 0; gate < 4; ++gate) gates[gate] = load_exact(logits + gate * kUnits);
      const __m512 by_before = close_step_back<ToFourteenBits>(
          gates, _mm512_loadu_ps(tile.cells_before[row] + unit), _mm512_loadu_ps(tile.cells[row] + unit), by_outputs,
          _mm512_loadu_ps(tile.cell_gradients[row] + unit));
      for (int gate = 0; gate < 4; ++gate) store_rounded(logits + gate * kUnits, gates[gate]);
      _mm512_storeu_ps(tile.cell_gradients[row] + unit, by_before);
    }
  }
}

}  // namespace

void lstm_step_avx512_bf16(const LstmTile<Bf16>& tile) {
  static constexpr LstmStep<Bf16> kSteps[] = {step_of_rows<1>, step_of_rows<2>, step_of_rows<3>,
                                              step_of_rows<4>, step_of_rows<5>, step_of_rows<6>};
  kSteps[tile.rows - 1](tile);
}

void lstm_step_back_avx512_bf16(const LstmBackTile<Bf16>& tile) {
  static constexpr LstmStepBack<Bf16> kSteps[] = {step_back_of_rows<1>, step_back_of_rows<2>, step_back_of_rows<3>,
                                                  step_back_of_rows<4>, step_back_of_rows<5>, step_back_of_rows<6>};
  kSteps[tile.rows - 1](tile);
}

}  // namespace sentiment_fast
#endif
