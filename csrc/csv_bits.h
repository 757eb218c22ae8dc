// CSV, 64 bytes at a time -> where the bytes are that can mean something; whether they do, csv_chunks.h finds out.
#pragma once

#include <cstddef>
#include <cstdint>

#include "platform.h"

namespace sentiment_fast {

constexpr size_t kCsvBlock = 64;  // bytes

// Of a block: bit i is set where byte i is that character.
struct CsvBits {
  uint64_t quotes, delimiters, crs, lfs;
};

// Writes the bits of `blocks` blocks, the first of which begins at `data`.
using FindCsvBits = void (*)(const char* data, size_t blocks, char delimiter, char quote, CsvBits* bits);

void find_csv_bits_scalar(const char* data, size_t blocks, char delimiter, char quote, CsvBits* bits);
#ifdef SENTIMENT_FAST_X86
void find_csv_bits_avx2(const char* data, size_t blocks, char delimiter, char quote, CsvBits* bits);
void find_csv_bits_avx512(const char* data, size_t blocks, char delimiter, char quote, CsvBits* bits);
#endif

}  // namespace sentiment_fast
