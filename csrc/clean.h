// The cleaning: a text -> its cleaned words, given to a sink.
//
// A sink is anything with `void words(const char* bytes, const uint32_t* ends, size_t count)`, so that counting and
// looking up share this pass; cleaned_words.h says how the words stand there. ASCII goes through clean_ascii.h's fast
// functions, every other code point through unicode.h, and a text is never sent the slow way for a few of them.
// Needs no interpreter lock.
#pragma once

#include <cstring>
#include <stdexcept>

#include "bytes.h"
#include "clean_ascii.h"
#include "cleaned_words.h"
#include "codecs.h"
#include "texts.h"
#include "unicode.h"

namespace sentiment_fast {

// Cleans texts one at a time, at one level; keeps its buffers from one to the next.
class Cleaner {
 public:
  explicit Cleaner(const Level& level) : clean_ascii_(level.clean_ascii) {}

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
  // Units cleaned between two visits to the sink: their words fit into the nearest cache.
  static constexpr size_t kStretch = 4096;
  // ASCII characters in a row, among others, behind which the fast functions pay off again.
  static constexpr int kAsciiRun = 16;
  static constexpr size_t kLongestWord = size_t{1} << 31;

  template <class Unit, class Sink>
  void clean_fixed(const Unit* units, size_t size, Sink& sink) {
    clean_units<FixedWidth<Unit>>(units, size, sink);
  }

  template <class Codec, class Unit, class Sink>
  void clean_units(const Unit* begin, size_t size, Sink& sink) {
    const Unit* const end = begin + size;
    for (const Unit* at = begin; at != end;) {
      const size_t left = static_cast<size_t>(end - at);
      const Unit* const stretch_end = at + (left < kStretch ? left : kStretch);
      words_.reserve(4 * kStretch);
      at += clean_ascii_units(at, static_cast<size_t>(stretch_end - at));
      if (at != stretch_end) at = clean_mixed<Codec>(begin, at, stretch_end, end);
      if (words_.length > kLongestWord) throw std::length_error("Expected words of up to 2 GB, got a longer one");
      if (at != end) give_whole_words(sink);
    }
    words_.end_word();
    give_whole_words(sink);
  }

  // From a code point beyond ASCII on, one at a time, up to a run of ASCII or the end of the stretch; returns where it
  // stopped, which is never inside a character, and so up to three units behind the stretch.
  template <class Codec, class Unit>
  const Unit* clean_mixed(const Unit* begin, const Unit* at, const Unit* stretch_end, const Unit* end) {
    char* const bytes = words_.bytes();
    for (int ascii_run = 0; at < stretch_end && ascii_run < kAsciiRun;) {
      char32_t cleaned;
      if (*at < 0x80) {
        cleaned = kCleanedAscii[*at++];
        ++ascii_run;
      } else {
        const Unit* const start = at;
        const char32_t c = Codec::next(at, end);
        cleaned = c != kCapitalSigma ? cleaned_code_point(c)
                  : sigma_ends_word<Codec>(begin, start, at, end) ? kFinalSigma : kSmallSigma;
        ascii_run = 0;
      }
      if (cleaned == kSpace) {
        words_.end_word();
      } else if (cleaned != kDropped) {
        words_.length = static_cast<size_t>(append_utf8(bytes + words_.length, cleaned) - bytes);
      }
    }
    return at;
  }

  size_t clean_ascii_units(const unsigned char* units, size_t size) { return clean_ascii_(units, size, words_); }

  // Wider units are narrowed first, those that are ASCII.
  template <class Unit>
  size_t clean_ascii_units(const Unit* units, size_t size) {
    constexpr size_t kBlock = 64;
    size_t narrowed = 0;
    while (narrowed + kBlock <= size) {
      Unit seen = 0;
      for (size_t i = 0; i < kBlock; ++i) {
        seen |= units[narrowed + i];
        narrow_[narrowed + i] = static_cast<unsigned char>(units[narrowed + i]);
      }
      if (seen >= 0x80) break;
      narrowed += kBlock;
    }
    for (; narrowed < size && units[narrowed] < 0x80; ++narrowed)
      narrow_[narrowed] = static_cast<unsigned char>(units[narrowed]);
    return clean_ascii_(narrow_, narrowed, words_);
  }

  template <class Sink>
  void give_whole_words(Sink& sink) {
    if (words_.count != 0) sink.words(words_.bytes(), words_.ends(), words_.count);
    words_.forget_whole_words();
  }

  CleanAscii clean_ascii_;
  CleanedWords words_;
  unsigned char narrow_[kStretch];
};

}  // namespace sentiment_fast
