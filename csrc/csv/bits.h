// 64 bytes of CSV -> a bit mask for each special character; csv/records.h interprets them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sentiment_fast {

constexpr size_t kCsvBlock = 64;  // bytes

// The masks of a block: bit i is set if byte i is that character.
struct CsvBits {
  uint64_t quotes, delimiters, crs, lfs;
};

// Writes the bits of `blocks` blocks, the first of which begins at `data`. simd/cpu.cpp lists the versions.
using FindCsvBits = void(const char* data, size_t blocks, char delimiter, char quote, CsvBits* bits);

}  // namespace sentiment_fast
