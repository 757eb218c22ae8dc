// Text in any encoding -> code points, forward and backward; and the one rule that needs context, the final sigma.
#pragma once

#include "text/unicode.h"

namespace sentiment_fast {

// Reads the code points of a text in one encoding: `next` reads one and advances; `previous` reads the one that ends at
// `at` and moves back. Invalid UTF-8 reads as U+FFFD, as with bytes.decode("utf-8", "replace"). How many of them a bad
// sequence yields makes no difference, because cleaning drops them all: U+FFFD is one of reference.py's APOSTROPHES, at
// which words are never split.
template <class Unit>
struct FixedWidth {
  static char32_t next(const Unit*& at, const Unit*) { return *at++; }
  static char32_t previous(const Unit*, const Unit*& at) { return *--at; }
};

struct Utf8 {
  static char32_t next(const unsigned char*& at, const unsigned char* end) {
    const unsigned char lead = *at++;
    if (lead < 0x80) return lead;
    if (lead >= 0xC2 && lead < 0xE0) {  // two bytes: the most frequent case
      if (at == end || (*at & 0xC0) != 0x80) return kReplacement;
      return static_cast<char32_t>((lead & 0x1F) << 6 | (*at++ & 0x3F));
    }
    const int more = lead >= 0xF5 ? 0 : lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 0;
    if (more == 0 || end - at < more) return kReplacement;
    char32_t c = lead & (0x3F >> more);
    for (int i = 0; i < more; ++i) {
      if ((at[i] & 0xC0) != 0x80) return kReplacement;
      c = c << 6 | (at[i] & 0x3F);
    }
    const bool overlong = (more == 2 && c < 0x800) || (more == 3 && c < 0x10000);
    if (overlong || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return kReplacement;
    at += more;
    return c;
  }
  static char32_t previous(const unsigned char* begin, const unsigned char*& at) {
    const unsigned char* end = at;
    for (int back = 1; back <= 4 && end - back >= begin; ++back) {
      const unsigned char* lead = end - back;
      if ((*lead & 0xC0) == 0x80) continue;
      const unsigned char* after = lead;
      const char32_t c = next(after, end);
      if (after != end) break;
      at = lead;
      return c;
    }
    at = end - 1;
    return kReplacement;
  }
};

// Whether the capital sigma from `sigma` to `after` ends its word, by the rule of CPython's str.lower.
template <class Codec, class Unit>
bool sigma_ends_word(const Unit* begin, const Unit* sigma, const Unit* after, const Unit* end) {
  bool cased_before = false;
  while (sigma != begin) {
    const char32_t c = Codec::previous(begin, sigma);
    if (is_case_ignorable(c)) continue;
    cased_before = is_cased(c);
    break;
  }
  if (!cased_before) return false;
  while (after != end) {
    const char32_t c = Codec::next(after, end);
    if (is_case_ignorable(c)) continue;
    return !is_cased(c);
  }
  return true;
}

}  // namespace sentiment_fast
