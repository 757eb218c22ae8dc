// A step of an LSTM layer in float32 with AVX-512: as lstm_avx512_bf16.cpp, one input at a time instead of a pair.
#include "lstm_cell.h"

#ifdef SENTIMENT_FAST_X86
#include "lstm_avx512.h"

#define WITH_AVX512 __attribute__((target("avx512f,avx512dq")))

namespace sentiment_fast {
namespace {

constexpr int64_t kUnits = 16;

#define INLINED WITH_AVX512 __attribute__((always_inline)) inline

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

template <int kRows>
WITH_AVX512 void step_of_rows(const LstmTile<float>& tile) {
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
    _mm512_storeu_ps(tile.outputs[row], outputs);
    if (tile.exact_outputs[0]) _mm512_storeu_ps(tile.exact_outputs[row], outputs);
    if (tile.logits[0])
#pragma GCC unroll 4
      for (int gate = 0; gate < 4; ++gate) _mm512_storeu_ps(tile.logits[row] + gate * kUnits, sums[row][gate]);
  }
}

template <int kRows>
WITH_AVX512 void step_back_of_rows(const LstmBackTile<float>& tile) {
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
      float* const logits = tile.logits[row] + 4 * unit;
      __m512 gates[4];
      for (int gate = 0; gate < 4; ++gate) gates[gate] = _mm512_loadu_ps(logits + gate * kUnits);
      const __m512 by_before = close_step_back<Exactly>(
          gates, _mm512_loadu_ps(tile.cells_before[row] + unit), _mm512_loadu_ps(tile.cells[row] + unit), by_outputs,
          _mm512_loadu_ps(tile.cell_gradients[row] + unit));
      for (int gate = 0; gate < 4; ++gate) _mm512_storeu_ps(logits + gate * kUnits, gates[gate]);
      _mm512_storeu_ps(tile.cell_gradients[row] + unit, by_before);
    }
  }
}

}  // namespace

void lstm_step_avx512(const LstmTile<float>& tile) {
  static constexpr LstmStep<float> kSteps[] = {step_of_rows<1>, step_of_rows<2>, step_of_rows<3>,
                                              step_of_rows<4>, step_of_rows<5>, step_of_rows<6>};
  kSteps[tile.rows - 1](tile);
}

void lstm_step_back_avx512(const LstmBackTile<float>& tile) {
  static constexpr LstmStepBack<float> kSteps[] = {step_back_of_rows<1>, step_back_of_rows<2>, step_back_of_rows<3>,
                                                  step_back_of_rows<4>, step_back_of_rows<5>, step_back_of_rows<6>};
  kSteps[tile.rows - 1](tile);
}

}  // namespace sentiment_fast
#endif
