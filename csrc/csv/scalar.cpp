// Finds the bits of CSV blocks, eight bytes at a time: the version for every CPU.
#include "csv/bits.h"

namespace sentiment_fast {
namespace {

constexpr uint64_t kOnes = 0x0101010101010101;

// Eight bytes, the first of them lowest; on most machines one load.
inline uint64_t word_at(const char* data) {
  uint64_t word = 0;
  for (int i = 0; i < 8; ++i) word |= static_cast<uint64_t>(static_cast<unsigned char>(data[i])) << 8 * i;
  return word;
}

// Bit i is set if byte i of the word equals the pattern's byte. The pattern is one byte repeated eight times.
inline uint64_t equal_bytes(uint64_t word, uint64_t pattern) {
  constexpr uint64_t kLow = 0x7F * kOnes;
  const uint64_t differing = word ^ pattern;
  // The high bit of each byte is set if none of its bits differs. No byte carries into the next.
  const uint64_t equal = ~((((differing & kLow) + kLow) | differing) | kLow);
  // The multiplication gathers these bits in the highest byte.
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

}  // namespace sentiment_fast
