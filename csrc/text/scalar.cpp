// Cleans ASCII, and finds triggers, one byte at a time: the version for every CPU.
#include "text/clean_ascii.h"
#include "text/triggers.h"

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

const unsigned char* find_trigger_scalar(const unsigned char* at, const unsigned char* end, const Triggers& triggers) {
  const auto byte = [&](std::ptrdiff_t i) { return i < end - at ? at[i] : static_cast<unsigned char>(0); };
  for (; at != end; ++at)
    if (*at < 0x80 ? triggers.at(*at, byte(1), byte(2), byte(3)) : triggers.beyond_ascii[*at - 0x80] != 0) break;
  return at;
}

}  // namespace sentiment_fast
