// A step of an LSTM layer with AVX-512 BF16: 24 vectors of sums stay in registers from the first product to the gates.
//
// For each pair of inputs: four vectors of weights (a gate of 16 units each, two weights a unit) are loaded once for
// all rows, and each row's pair is spread over a vector; vdpbf16ps adds both products. That is one load to 2.4
// instructions that compute. The gates then never leave the registers.
#include "lstm_cell.h"

#ifdef SENTIMENT_FAST_BF16
#include <immintrin.h>

#define WITH_AVX512_BF16 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))
#define INLINED WITH_AVX512_BF16 __attribute__((always_inline)) inline

namespace sentiment_fast {
namespace {

// The forms without a mask make GCC 12 warn of its own headers, of a vector that is used uninitialized.
constexpr __mmask16 kAll = 0xffff;

// exp(-scale * x), relative error 1e-7. Its power of two is cut to +-30, which changes no sigmoid by more than 1e-9 and
// keeps products of three such finite. A NaN stays one: the bounds stand first, for that.
INLINED __m512 exp_of_minus(__m512 x, float scale) {
  const __m512 bound = _mm512_set1_ps(30);
  __m512 power = _mm512_mul_ps(x, _mm512_set1_ps(-scale * 1.44269504f));
  power = _mm512_maskz_max_ps(kAll, _mm512_sub_ps(_mm512_setzero_ps(), bound), power);
  power = _mm512_maskz_min_ps(kAll, bound, power);
  const __m512 part = _mm512_reduce_ps(power, _MM_FROUND_TO_NEG_INF);  // 0 up to 1
  // The least relative error of a polynomial that is exact at 0 and 1.
  __m512 sum = _mm512_set1_ps(0.001879318575892694f);
  sum = _mm512_fmadd_ps(sum, part, _mm512_set1_ps(0.00899099524152378f));
  sum = _mm512_fmadd_ps(sum, part, _mm512_set1_ps(0.05581867587442886f));
  sum = _mm512_fmadd_ps(sum, part, _mm512_set1_ps(0.2401592714771364f));
  sum = _mm512_fmadd_ps(sum, part, _mm512_set1_ps(0.6931517388310182f));
  sum = _mm512_fmadd_ps(sum, part, _mm512_set1_ps(1));
  return _mm512_maskz_scalef_ps(kAll, sum, power);  // times two to the power's floor
}

// With I = exp(-input), F = exp(-forget), G = exp(-2 candidate), O = exp(-output), C = exp(-2 cell), and so
// sigmoid = 1 / (1 + I) and tanh = (1 - G) / (1 + G), over common denominators: two divisions instead of five.
//
//   cell   = (cell (1 + I)(1 + G) + (1 - G)(1 + F)) / ((1 + F)(1 + I)(1 + G))
//   output = (1 - C) / ((1 + O)(1 + C))
INLINED void store_outputs(const LstmTile& tile, int64_t row, const __m512 (&gates)[4]) {
  const __m512 one = _mm512_set1_ps(1);
  const int64_t at = row * tile.hidden;
  const __m512 input = _mm512_add_ps(one, exp_of_minus(gates[0], 1));
  const __m512 forget = _mm512_add_ps(one, exp_of_minus(gates[1], 1));
  const __m512 candidate = exp_of_minus(gates[2], 2);
  const __m512 added = _mm512_mul_ps(input, _mm512_add_ps(one, candidate));  // its denominator
  const __m512 kept = _mm512_mul_ps(_mm512_loadu_ps(tile.cells + at), added);
  const __m512 sum = _mm512_fmadd_ps(_mm512_sub_ps(one, candidate), forget, kept);
  const __m512 cell = _mm512_div_ps(sum, _mm512_mul_ps(forget, added));
  _mm512_storeu_ps(tile.cells + at, cell);

  const __m512 shown = exp_of_minus(cell, 2);
  const __m512 open = _mm512_add_ps(one, exp_of_minus(gates[3], 1));
  const __m512 output =
      _mm512_div_ps(_mm512_sub_ps(one, shown), _mm512_mul_ps(open, _mm512_add_ps(one, shown)));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(tile.outputs + at), (__m256i)_mm512_cvtneps_pbh(output));
  if (tile.exact_outputs) _mm512_storeu_ps(tile.exact_outputs + at, output);
}

template <int kRows>
WITH_AVX512_BF16 void step_of_rows(const LstmTile& tile) {
  __m512 sums[kRows][4];
#pragma GCC unroll 6
  for (int row = 0; row < kRows; ++row)
#pragma GCC unroll 4
    for (int gate = 0; gate < 4; ++gate)
      sums[row][gate] = _mm512_loadu_ps(tile.first_sums[row] + gate * kTileUnits);

  const Bf16* weights = tile.weights;
  for (int input = 0; input < tile.inputs_count; ++input) {
    const Bf16* inputs = tile.inputs[input];
    for (const Bf16* const end = inputs + tile.hidden; inputs != end; inputs += 2, weights += 2 * kTileGates) {
      __m512i pairs[4];
#pragma GCC unroll 4
      for (int gate = 0; gate < 4; ++gate) pairs[gate] = _mm512_loadu_si512(weights + 2 * gate * kTileUnits);
#pragma GCC unroll 6
      for (int row = 0; row < kRows; ++row) {
        int32_t pair;
        std::memcpy(&pair, inputs + row * tile.hidden, sizeof pair);
        const __m512i spread = _mm512_set1_epi32(pair);
#pragma GCC unroll 4
        for (int gate = 0; gate < 4; ++gate)
          sums[row][gate] = _mm512_dpbf16_ps(sums[row][gate], (__m512bh)spread, (__m512bh)pairs[gate]);
      }
    }
  }
#pragma GCC unroll 6
  for (int row = 0; row < kRows; ++row) store_outputs(tile, row, sums[row]);
}

}  // namespace

void lstm_step_avx512_bf16(const LstmTile& tile) {
  static constexpr LstmStep kSteps[kTileRows] = {step_of_rows<1>, step_of_rows<2>, step_of_rows<3>,
                                                 step_of_rows<4>, step_of_rows<5>, step_of_rows<6>};
  kSteps[tile.rows - 1](tile);
}

}  // namespace sentiment_fast
#endif
