// What each ASCII byte is to the cleaning rule: the only copy of that rule in C++ (unicode.h has the other code points).
//
// The rule (reference.py, clean_words): lower-case, split at white space, drop everything that is neither a word
// character nor white space, drop digits unless they are to be kept.
#pragma once

#include <array>
#include <cstdint>

namespace sentiment_fast {

constexpr unsigned char kDropped = 0;  // punctuation, control characters; digits
constexpr unsigned char kSpace = ' ';  // ends a word; everything above it is kept, as the character given

using AsciiTable = std::array<unsigned char, 128>;

constexpr AsciiTable cleaned_ascii(bool keep_digits) {
  AsciiTable cleaned{};
  for (int byte = 0; byte < 128; ++byte) {
    // 0x1C to 0x1F are white space to Python's str, if not to C.
    const bool space = byte == ' ' || (byte >= '\t' && byte <= '\r') || (byte >= 0x1C && byte <= 0x1F);
    const bool upper = byte >= 'A' && byte <= 'Z';
    const bool digit = byte >= '0' && byte <= '9';
    const bool kept = upper || (byte >= 'a' && byte <= 'z') || byte == '_' || (digit && keep_digits);
    cleaned[byte] = static_cast<unsigned char>(space ? kSpace : upper ? byte - 'A' + 'a' : kept ? byte : kDropped);
  }
  return cleaned;
}

inline constexpr AsciiTable kCleanedAscii = cleaned_ascii(false);
inline constexpr AsciiTable kCleanedAsciiWithDigits = cleaned_ascii(true);

}  // namespace sentiment_fast
