// Finds the bits of CSV blocks, 64 bytes at a time, in two AVX2 vectors.
#include "csv/bits.h"
#include "simd/platform.h"

#ifdef SENTIMENT_FAST_X86
#include <immintrin.h>

namespace sentiment_fast {
namespace {

#define SENTIMENT_FAST_AVX2 __attribute__((target("avx2")))

SENTIMENT_FAST_AVX2 inline uint64_t equal_bytes(__m256i low, __m256i high, __m256i pattern) {
  const auto equal_low = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, pattern)));
  const auto equal_high = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, pattern)));
  return equal_low | static_cast<uint64_t>(equal_high) << 32;
}

}  // namespace

SENTIMENT_FAST_AVX2 void find_csv_bits_avx2(const char* data, size_t blocks, char delimiter, char quote,
                                            CsvBits* bits) {
  const __m256i delimiters = _mm256_set1_epi8(delimiter), quotes = _mm256_set1_epi8(quote);
  const __m256i crs = _mm256_set1_epi8('\r'), lfs = _mm256_set1_epi8('\n');
  for (size_t block = 0; block < blocks; ++block, data += kCsvBlock) {
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(data));
    const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(data + 32));
    bits[block] = {equal_bytes(low, high, quotes), equal_bytes(low, high, delimiters), equal_bytes(low, high, crs),
                   equal_bytes(low, high, lfs)};
  }
}

}  // namespace sentiment_fast
#endif
