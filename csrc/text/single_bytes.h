// Texts in an encoding of one byte per character, such as Latin-1 -> the same texts in UTF-8.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace sentiment_fast {

// For each byte, the number of bytes of its character in UTF-8, 1 to 3, and those bytes. ASCII bytes are themselves.
using SingleByteCharacters = std::array<std::array<uint8_t, 4>, 256>;

// The size of the bytes in UTF-8. Sets `ascii` to whether there is nothing to convert.
size_t utf8_size(const uint8_t* bytes, size_t size, const SingleByteCharacters& characters, bool& ascii);

// Writes texts to `out`, which has room for their size in UTF-8, and their bounds to `new_offsets`, (texts + 1,). Text
// i is offsets[i] .. offsets[i + 1] of `bytes`. Needs no interpreter lock.
void to_utf8(const uint8_t* bytes, const int64_t* offsets, size_t texts, const SingleByteCharacters& characters,
             uint8_t* out, int64_t* new_offsets);

}  // namespace sentiment_fast
