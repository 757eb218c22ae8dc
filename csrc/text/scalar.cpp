// Cleans ASCII one byte at a time: the version for every CPU.
#include "text/clean_ascii.h"

namespace sentiment_fast {

size_t clean_ascii_scalar(const unsigned char* text, size_t size, const AsciiTable& table, CleanedWords& words) {
  char* const bytes = words.bytes();
  uint32_t* const ends = words.ends();
  size_t length = words.length, count = words.count, open = words.open_word(), at = 0;
  for (; at != size && text[at] < 0x80; ++at) {
    const unsigned char cleaned = table[text[at]];
    bytes[length] = static_cast<char>(cleaned);
    if (cleaned != kSpace) {
      length += cleaned != kDropped;
    } else if (length != open) {
      ends[count++] = static_cast<uint32_t>(length);
      open = ++length;
    }
  }
  words.length = length;
  words.count = count;
  return at;
}

}  // namespace sentiment_fast
