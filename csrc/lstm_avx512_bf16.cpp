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

template <int kRows>
WITH_AVX512_BF16 void step_of_rows(const LstmTile<Bf16>& tile) {
  __m512 sums[kRows][4];
#pragma GCC unroll 6
  for (int row = 0; row < kRows; ++row)
#pragma GCC unroll 4
    for (int gate = 0; gate < 4; ++gate) sums[row][gate] = _mm512_loadu_ps(tile.first_sums[row] + gate * kUnits);

  const Bf16* weights = tile.weights;
  for (int input = 0; input < tile.inputs_count; ++input) {
    const Bf16* inputs = tile.inputs[input];
    for (const Bf16* const end = inputs + tile.hidden; inputs != end; inputs += 2, weights += 2 * 4 * kUnits) {
      __m512i pairs[4];
#pragma GCC unroll 4
      for (int gate = 0; gate < 4; ++gate) pairs[gate] = _mm512_loadu_si512(weights + 2 * gate * kUnits);
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
  for (int row = 0; row < kRows; ++row) {
    const int64_t at = row * tile.hidden;
    const __m512 outputs = close_step(sums[row], tile.cells + at);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(tile.outputs + at), (__m256i)_mm512_cvtneps_pbh(outputs));
    if (tile.exact_outputs) _mm512_storeu_ps(tile.exact_outputs + at, outputs);
  }
}

}  // namespace

void lstm_step_avx512_bf16(const LstmTile<Bf16>& tile) {
  static constexpr LstmStep<Bf16> kSteps[] = {step_of_rows<1>, step_of_rows<2>, step_of_rows<3>,
                                              step_of_rows<4>, step_of_rows<5>, step_of_rows<6>};
  kSteps[tile.rows - 1](tile);
}

}  // namespace sentiment_fast
#endif
