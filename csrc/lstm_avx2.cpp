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

// gates: input, forget, candidate, output, of 8 units. Returns the outputs.
INLINED __m256 close_step(const __m256 (&gates)[4], const float* cells_before, float* cells) {
  const __m256 one = _mm256_set1_ps(1);
  const __m256 input = _mm256_add_ps(one, exp_of_minus(gates[0], 1));
  const __m256 forget = _mm256_add_ps(one, exp_of_minus(gates[1], 1));
  const __m256 candidate = exp_of_minus(gates[2], 2);
  const __m256 added = _mm256_mul_ps(input, _mm256_add_ps(one, candidate));  // its denominator
  const __m256 kept = _mm256_mul_ps(_mm256_loadu_ps(cells_before), added);
  const __m256 sum = _mm256_fmadd_ps(_mm256_sub_ps(one, candidate), forget, kept);
  const __m256 cell = _mm256_div_ps(sum, _mm256_mul_ps(forget, added));
  _mm256_storeu_ps(cells, cell);

  const __m256 shown = exp_of_minus(cell, 2);
  const __m256 open = _mm256_add_ps(one, exp_of_minus(gates[3], 1));
  return _mm256_div_ps(_mm256_sub_ps(one, shown), _mm256_mul_ps(open, _mm256_add_ps(one, shown)));
}

// gates: the logits, then the gradients by them. Returns the gradients by the cells before.
INLINED __m256 close_step_back(__m256 (&gates)[4], __m256 cells_before, __m256 cells, __m256 by_outputs,
                                      __m256 by_cells) {
  const __m256 one = _mm256_set1_ps(1), four = _mm256_set1_ps(4);
  const __m256 not_input = exp_of_minus(gates[0], 1), not_forget = exp_of_minus(gates[1], 1);
  const __m256 not_candidate = exp_of_minus(gates[2], 2), not_open = exp_of_minus(gates[3], 1);
  const __m256 not_shown = exp_of_minus(cells, 2);
  const __m256 input = _mm256_div_ps(one, _mm256_add_ps(one, not_input));
  const __m256 forget = _mm256_div_ps(one, _mm256_add_ps(one, not_forget));
  const __m256 of_candidate = _mm256_div_ps(one, _mm256_add_ps(one, not_candidate));
  const __m256 open = _mm256_div_ps(one, _mm256_add_ps(one, not_open));
  const __m256 of_shown = _mm256_div_ps(one, _mm256_add_ps(one, not_shown));
  const __m256 shown = _mm256_mul_ps(_mm256_sub_ps(one, not_shown), of_shown);
  const __m256 candidate = _mm256_mul_ps(_mm256_sub_ps(one, not_candidate), of_candidate);

  const __m256 by_shown = _mm256_mul_ps(by_outputs, open);
  const __m256 slope_of_shown = _mm256_mul_ps(_mm256_mul_ps(four, not_shown), _mm256_mul_ps(of_shown, of_shown));
  by_cells = _mm256_fmadd_ps(by_shown, slope_of_shown, by_cells);
  const __m256 by_input = _mm256_mul_ps(by_cells, input);
  const __m256 slope_of_candidate =
      _mm256_mul_ps(_mm256_mul_ps(four, not_candidate), _mm256_mul_ps(of_candidate, of_candidate));
  const __m256 by_before = _mm256_mul_ps(by_cells, forget);
  gates[0] = _mm256_mul_ps(_mm256_mul_ps(by_input, candidate), _mm256_mul_ps(not_input, input));
  gates[1] = _mm256_mul_ps(_mm256_mul_ps(by_before, cells_before), _mm256_mul_ps(not_forget, forget));
  gates[2] = _mm256_mul_ps(by_input, slope_of_candidate);
  gates[3] = _mm256_mul_ps(_mm256_mul_ps(by_shown, shown), _mm256_mul_ps(not_open, open));
  return by_before;
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

template <int kRows>
WITH_AVX2 void step_of_rows(const LstmTile<float>& tile) {
  __m256 sums[kRows][4];
#pragma GCC unroll 3
  for (int row = 0; row < kRows; ++row)
#pragma GCC unroll 4
    for (int gate = 0; gate < 4; ++gate)
      sums[row][gate] = _mm256_loadu_ps(tile.first_sums[row] + gate * tile.gate_stride);
  add_products<kRows>(sums, tile.products);
#pragma GCC unroll 3
  for (int row = 0; row < kRows; ++row) {
    const __m256 outputs = close_step(sums[row], tile.cells_before[row], tile.cells[row]);
    _mm256_storeu_ps(tile.outputs[row], outputs);
    if (tile.exact_outputs[0]) _mm256_storeu_ps(tile.exact_outputs[row], outputs);
    if (tile.logits[0])
#pragma GCC unroll 4
      for (int gate = 0; gate < 4; ++gate) _mm256_storeu_ps(tile.logits[row] + gate * kUnits, sums[row][gate]);
  }
}

template <int kRows>
WITH_AVX2 void step_back_of_rows(const LstmBackTile<float>& tile) {
  __m256 sums[kRows][4];
#pragma GCC unroll 3
  for (int row = 0; row < kRows; ++row)
#pragma GCC unroll 4
    for (int vector = 0; vector < 4; ++vector) sums[row][vector] = _mm256_setzero_ps();
  add_products<kRows>(sums, tile.products);
#pragma GCC unroll 3
  for (int row = 0; row < kRows; ++row) {
#pragma GCC unroll 4
    for (int64_t vector = 0; vector < 4; ++vector) {
      if (vector >= tile.vectors) continue;
      const int64_t unit = vector * kUnits;
      __m256 by_outputs = sums[row][vector];
      if (tile.sums[0]) {
        _mm256_storeu_ps(tile.sums[row] + unit, _mm256_add_ps(_mm256_loadu_ps(tile.sums[row] + unit), by_outputs));
        continue;
      }
      if (tile.output_gradients[0])
        by_outputs = _mm256_add_ps(by_outputs, _mm256_loadu_ps(tile.output_gradients[row] + unit));
      float* const logits = tile.logits[row] + 4 * unit;
      __m256 gates[4];
      for (int gate = 0; gate < 4; ++gate) gates[gate] = _mm256_loadu_ps(logits + gate * kUnits);
      const __m256 by_before = close_step_back(
          gates, _mm256_loadu_ps(tile.cells_before[row] + unit), _mm256_loadu_ps(tile.cells[row] + unit), by_outputs,
          _mm256_loadu_ps(tile.cell_gradients[row] + unit));
      for (int gate = 0; gate < 4; ++gate) _mm256_storeu_ps(logits + gate * kUnits, gates[gate]);
      _mm256_storeu_ps(tile.cell_gradients[row] + unit, by_before);
    }
  }
}

}  // namespace

void lstm_step_avx2(const LstmTile<float>& tile) {
  static constexpr LstmStep<float> kSteps[] = {step_of_rows<1>, step_of_rows<2>, step_of_rows<3>};
  kSteps[tile.rows - 1](tile);
}

void lstm_step_back_avx2(const LstmBackTile<float>& tile) {
  static constexpr LstmStepBack<float> kSteps[] = {step_back_of_rows<1>, step_back_of_rows<2>, step_back_of_rows<3>};
  kSteps[tile.rows - 1](tile);
}

}  // namespace sentiment_fast
#endif
