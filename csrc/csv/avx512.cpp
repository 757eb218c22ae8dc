// Finds the bits of CSV blocks, 64 bytes at a time, in one AVX-512 vector.
#include "csv/bits.h"
#include "simd/platform.h"

#ifdef SENTIMENT_FAST_X86
#include <immintrin.h>

namespace sentiment_fast {

__attribute__((target("avx512f,avx512bw"))) void find_csv_bits_avx512(const char* data, size_t blocks, char delimiter,
                                                                      char quote, CsvBits* bits) {
  const __m512i delimiters = _mm512_set1_epi8(delimiter), quotes = _mm512_set1_epi8(quote);
  const __m512i crs = _mm512_set1_epi8('\r'), lfs = _mm512_set1_epi8('\n');
  for (size_t block = 0; block < blocks; ++block, data += kCsvBlock) {
    const __m512i bytes = _mm512_loadu_si512(data);
    bits[block] = {_mm512_cmpeq_epi8_mask(bytes, quotes), _mm512_cmpeq_epi8_mask(bytes, delimiters),
                   _mm512_cmpeq_epi8_mask(bytes, crs), _mm512_cmpeq_epi8_mask(bytes, lfs)};
  }
}

}  // namespace sentiment_fast
#endif
