// Defines the cleaning rule for ASCII bytes, its only copy in C++; unicode.h covers the other code points.
//
// The rule (reference.py, clean_words): lower-case, split at white space, drop everything that is neither a word
// character nor white space, drop digits unless keep_digits. With split_at_marks, marks other than apostrophes count as
// white space.
#pragma once

#include <array>
#include <cstdint>

namespace sentiment_fast {

constexpr unsigned char kDropped = 0;  // control characters, apostrophes; by the rule, other marks and digits
constexpr unsigned char kSpace = ' ';  // ends a word; larger values are kept characters

// The options of the rule.
struct CharacterRule {
  bool keep_digits = false;     // digits count as letters
  bool split_at_marks = false;  // punctuation marks and symbols, except apostrophes, count as spaces
};

using AsciiTable = std::array<unsigned char, 128>;

constexpr AsciiTable cleaned_ascii(CharacterRule rule) {
  AsciiTable cleaned{};
  for (int byte = 0; byte < 128; ++byte) {
    // 0x1C to 0x1F are white space in Python's str, but not in C.
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
