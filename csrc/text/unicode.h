// A non-ASCII code point -> what the cleaning rule makes of it, according to the running interpreter.
//
// The interpreter is queried so that the rule never differs from its `str`, `re` and `unicodedata`. Only first calls,
// whose answers are cached, take the interpreter lock: a caller of these must not hold it while it waits for other
// threads.
#pragma once

#include <cstdint>
#include <vector>

#include "text/bytes.h"

namespace sentiment_fast {

constexpr char32_t kCapitalSigma = 0x3A3;
constexpr char32_t kSmallSigma = 0x3C3;
constexpr char32_t kFinalSigma = 0x3C2;
constexpr char32_t kReplacement = 0xFFFD;  // stands for invalid UTF-8

// The cleaned form of a non-ASCII code point: kDropped, kSpace, or the lower-cased code point. Correct for all except
// U+03A3, whose lower case depends on its neighbours (see is_cased).
char32_t cleaned_code_point(char32_t c, CharacterRule rule);

// The same for all code points below 0x10000, ASCII included, ready to be written: the UTF-8 bytes, first byte lowest,
// and their number (0 to 3) from bit 24 on; or one of two marks.
using CleanedPlane = std::vector<uint32_t>;
constexpr uint32_t kSpaceMark = 0xFE000000;
constexpr uint32_t kSigmaMark = 0xFF000000;  // U+03A3, which depends on its neighbours

// The first call queries the interpreter for all of them (about 2 ms, once per process).
const CleanedPlane& cleaned_plane(CharacterRule rule);

// Queries `unicodedata` for the code points that are marks (some milliseconds); takes the interpreter lock. Called when
// the core is imported, so that no thread imports a module; otherwise the first use does the same.
void learn_marks();

// The two properties that decide whether a capital sigma ends its word (Unicode, section 3.13, Final_Sigma): it does if
// the nearest neighbour before it that is not case-ignorable is cased, and the nearest one after it is not. The first
// call takes the interpreter lock and queries `str.lower` for every code point (about 50 ms, once per process).
bool is_cased(char32_t c);
bool is_case_ignorable(char32_t c);

// Appends a code point as UTF-8 at `out`, which has room for 4 bytes; returns the end of what was written.
inline char* append_utf8(char* out, char32_t c) {
  if (c < 0x80) {
    *out++ = static_cast<char>(c);
  } else if (c < 0x800) {
    *out++ = static_cast<char>(0xC0 | (c >> 6));
    *out++ = static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    *out++ = static_cast<char>(0xE0 | (c >> 12));
    *out++ = static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    *out++ = static_cast<char>(0x80 | (c & 0x3F));
  } else {
    *out++ = static_cast<char>(0xF0 | (c >> 18));
    *out++ = static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    *out++ = static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    *out++ = static_cast<char>(0x80 | (c & 0x3F));
  }
  return out;
}

}  // namespace sentiment_fast
