// The cleaning: a text -> its cleaned words, one after the other, given to a sink.
//
// A sink is anything with `void word(const char* utf8, size_t size)`, so that counting and looking up share this pass;
// at least 16 bytes can be read from `utf8` on.
// The rule itself is in bytes.h and unicode.h. Needs no interpreter lock.
#pragma once

#include <cstring>
#include <vector>

#include "texts.h"
#include "unicode.h"

namespace sentiment_fast {

// How to walk the code points of a text in each encoding: `next` reads one and moves on; `previous` reads the one that
// ends at `at` and moves back. Bytes that are no UTF-8 read as U+FFFD, as bytes.decode("utf-8", "replace") gives them;
// how many of them a bad sequence becomes makes no difference, because cleaning drops them all.
template <class Unit>
struct FixedWidth {
  static char32_t next(const Unit*& at, const Unit*) { return *at++; }
  static char32_t previous(const Unit*, const Unit*& at) { return *--at; }
};

struct Utf8 {
  static char32_t next(const unsigned char*& at, const unsigned char* end) {
    const unsigned char lead = *at++;
    if (lead < 0x80) return lead;
    const int more = lead >= 0xF5 ? 0 : lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC2 ? 1 : 0;
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

// Does the capital sigma that ends at `after` (and starts at `sigma`) end its word? CPython's rule in str.lower.
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

// Cleans texts one at a time; holds the word that is being gathered, so that one text after the other reuses it.
class Cleaner {
 public:
  template <class Sink>
  void clean(const Text& text, Sink& sink) {
    switch (text.encoding) {
      case Encoding::utf8: return clean_units<Utf8>(static_cast<const unsigned char*>(text.data), text.size, sink);
      case Encoding::latin1: return clean_fixed(static_cast<const unsigned char*>(text.data), text.size, sink);
      case Encoding::ucs2: return clean_fixed(static_cast<const uint16_t*>(text.data), text.size, sink);
      case Encoding::ucs4: return clean_fixed(static_cast<const uint32_t*>(text.data), text.size, sink);
    }
  }

 private:
  static constexpr int kStride = 64;  // units between two looks at how much room is left
  static constexpr int kSlack = 16;   // a character of up to 4 bytes behind them, and what sinks may read past a word

  template <class Unit, class Sink>
  void clean_fixed(const Unit* units, size_t size, Sink& sink) {
    clean_units<FixedWidth<Unit>>(units, size, sink);
  }

  template <class Codec, class Unit, class Sink>
  void clean_units(const Unit* begin, size_t size, Sink& sink) {
    const Unit* const end = begin + size;
    size_t length = 0;  // of the word gathered so far, in bytes
    for (const Unit* at = begin; at != end;) {
      if (length + kStride + kSlack > word_.size()) word_.resize(2 * word_.size());
      const Unit* const stop = end - at > kStride ? at + kStride : end;
      char* const word = word_.data();
      for (; at != stop && *at < 0x80; ++at) {
        const unsigned char cleaned = kCleanedAscii[*at];
        word[length] = static_cast<char>(cleaned);
        if (cleaned == kSpace) {
          if (length != 0) sink.word(word, length);
          length = 0;
        } else {
          length += cleaned != kDropped;
        }
      }
      if (at == stop) continue;
      const Unit* const start = at;
      char32_t cleaned = Codec::next(at, end);
      if (cleaned == kCapitalSigma) {
        cleaned = sigma_ends_word<Codec>(begin, start, at, end) ? kFinalSigma : kSmallSigma;
      } else {
        cleaned = cleaned_code_point(cleaned);
      }
      if (cleaned == kSpace) {
        if (length != 0) sink.word(word_.data(), length);
        length = 0;
      } else if (cleaned != kDropped) {
        char* const word_end = append_utf8(word_.data() + length, cleaned);
        length = static_cast<size_t>(word_end - word_.data());
      }
    }
    if (length != 0) sink.word(word_.data(), length);
  }

  std::vector<char> word_ = std::vector<char>(256);
};

}  // namespace sentiment_fast
