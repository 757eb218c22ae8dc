#include "csv_bits.h"

#ifdef SENTIMENT_FAST_X86
#include <immintrin.h>
#endif

namespace sentiment_fast {
namespace {

constexpr uint64_t kOnes = 0x0101010101010101;

// Eight bytes, the first of them lowest; on most machines one load.
inline uint64_t word_at(const char* data) {
  uint64_t word = 0;
  for (int i = 0; i < 8; ++i) word |= static_cast<uint64_t>(static_cast<unsigned char>(data[i])) << 8 * i;
  return word;
}

// Bit i is set where byte i of the word is that of the pattern, which is one byte eight times.
inline uint64_t equal_bytes(uint64_t word, uint64_t pattern) {
  constexpr uint64_t kLow = 0x7F * kOnes;
  const uint64_t differing = word ^ pattern;
  // The high bit of each byte: set where none of its bits differs. No byte carries into the next.
  const uint64_t equal = ~((((differing & kLow) + kLow) | differing) | kLow);
  // The multiplication gathers them, each at another place of the highest byte.
  return (equal >> 7) * 0x0102040810204080 >> 56;
}

}  // namespace

void find_csv_bits_scalar(const char* data, size_t blocks, char delimiter, char quote, CsvBits* bits) {
  const uint64_t delimiters = kOnes * static_cast<unsigned char>(delimiter);
  const uint64_t quotes = kOnes * static_cast<unsigned char>(quote);
  for (size_t block = 0; block < blocks; ++block) {
    CsvBits found{};
    for (size_t at = 0; at < kCsvBlock; at += 8) {
      const uint64_t word = word_at(data + kCsvBlock * block + at);
      found.quotes |= equal_bytes(word, quotes) << at;
      found.delimiters |= equal_bytes(word, delimiters) << at;
      found.crs |= equal_bytes(word, kOnes * '\r') << at;
      found.lfs |= equal_bytes(word, kOnes * '\n') << at;
    }
    bits[block] = found;
  }
}

#ifdef SENTIMENT_FAST_X86

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

#endif

}  // namespace sentiment_fast
