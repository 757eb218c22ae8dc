// What each ASCII byte is to the cleaning rule: the only copy of that rule in C++ (unicode.h has the other code points).
//
// The rule (reference.py, clean_words): lower-case, split at white space, drop everything that is neither a word
// character nor white space, drop digits unless they are to be kept. If words are to be split at marks, a mark that is
// no apostrophe is white space.
#pragma once

#include <array>
#include <cstdint>

namespace sentiment_fast {

constexpr unsigned char kDropped = 0;  // control characters, apostrophes; other marks and digits, by the rule
constexpr unsigned char kSpace = ' ';  // ends a word; everything above it is kept, as the character given

// What of the rule can be chosen.
struct CharacterRule {
  bool keep_digits = false;     // a digit is a letter
  bool split_at_marks = false;  // a punctuation mark or symbol, if it is no apostrophe, is a space
};

using AsciiTable = std::array<unsigned char, 128>;

constexpr AsciiTable cleaned_ascii(CharacterRule rule) {
  AsciiTable cleaned{};
  for (int byte = 0; byte < 128; ++byte) {
    // 0x1C to 0x1F are white space to Python's str, if not to C.
    const bool white = byte == ' ' || (byte >= '\t' && byte <= '\r') || (byte >= 0x1C && byte <= 0x1F);
    const bool upper = byte >= 'A' && byte <= 'Z';
    const bool digit = byte >= '0' && byte <= '9';
    const bool letter = upper || (byte >= 'a' && byte <= 'z') || byte == '_';
    const bool apostrophe = byte == '\'' || byte == '`';
    const bool mark = byte > ' ' && byte < 0x7F && !letter && !digit && !apostrophe;
    const bool space = white || (mark && rule.split_at_marks);
    const bool kept = letter || (digit && rule.keep_digits);
    cleaned[byte] = static_cast<unsigned char>(space ? kSpace : upper ? byte - 'A' + 'a' : kept ? byte : kDropped);
  }
  return cleaned;
}

inline constexpr AsciiTable kCleanedAscii[2][2] = {{cleaned_ascii({false, false}), cleaned_ascii({false, true})},
                                                   {cleaned_ascii({true, false}), cleaned_ascii({true, true})}};

inline const AsciiTable& ascii_table(CharacterRule rule) {
  return kCleanedAscii[rule.keep_digits][rule.split_at_marks];
}

}  // namespace sentiment_fast
