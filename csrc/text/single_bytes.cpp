#include "text/single_bytes.h"

#include <cstring>

namespace sentiment_fast {
namespace {

constexpr ptrdiff_t kWord = sizeof(uint64_t);

// Whether the eight bytes from `at` are ASCII, which most are.
inline bool word_is_ascii(const uint8_t* at) {
  uint64_t word;
  std::memcpy(&word, at, kWord);
  return (word & 0x8080808080808080) == 0;
}

inline uint8_t* write_character(uint8_t byte, const SingleByteCharacters& characters, uint8_t* out) {
  *out++ = characters[byte][1];
  for (int i = 2; i <= characters[byte][0]; ++i) *out++ = characters[byte][i];
  return out;
}

}  // namespace

size_t utf8_size(const uint8_t* bytes, size_t size, const SingleByteCharacters& characters, bool& ascii) {
  size_t total = size;
  ascii = true;
  for (const uint8_t *at = bytes, *const end = bytes + size; at != end;) {
    if (end - at >= kWord && word_is_ascii(at)) {
      at += kWord;
      continue;
    }
    const uint8_t* const stop = end - at < kWord ? end : at + kWord;
    for (; at != stop; ++at) {
      total += characters[*at][0] - 1u;
      ascii = ascii && *at < 0x80;
    }
  }
  return total;
}

void to_utf8(const uint8_t* bytes, const int64_t* offsets, size_t texts, const SingleByteCharacters& characters,
             uint8_t* out, int64_t* new_offsets) {
  const uint8_t* const start = out;
  for (size_t text = 0; text < texts; ++text) {
    new_offsets[text] = out - start;
    const uint8_t *at = bytes + offsets[text], *const end = bytes + offsets[text + 1];
    while (at != end) {
      if (end - at >= kWord && word_is_ascii(at)) {
        std::memcpy(out, at, kWord);
        at += kWord;
        out += kWord;
        continue;
      }
      const uint8_t* const stop = end - at < kWord ? end : at + kWord;
      for (; at != stop; ++at) {
        if (*at < 0x80)
          *out++ = *at;
        else
          out = write_character(*at, characters, out);
      }
    }
  }
  new_offsets[texts] = out - start;
}

}  // namespace sentiment_fast
