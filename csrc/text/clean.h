// A text -> its cleaned words, passed to a sink.
//
// A sink is any type with `void words(const char* bytes, const uint32_t* ends, size_t count)`, so that counting and
// encoding share this pass; cleaned_words.h defines the layout of the words. ASCII takes the fast functions of
// clean_ascii.h, other code points those of unicode.h; a few of the latter do not slow down the rest of a text.
// Tags and items (html.h, items.h) are found first, and the parts between them cleaned as texts of their own.
// Must run without the interpreter lock: threads may have to query the interpreter (text/unicode.h).
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string_view>

#include "text/bytes.h"
#include "text/cleaned_words.h"
#include "text/codecs.h"
#include "text/html.h"
#include "text/items.h"
#include "text/normal_form.h"
#include "simd/cpu.h"
#include "text/texts.h"
#include "text/unicode.h"

namespace sentiment_fast {

struct CleaningOptions {
  bool strip_html = false;  // tags count as spaces
  CharacterRule characters;
  QuickCheckTable normal_form = nullptr;         // with one, texts are put into Unicode's normal form C first
  std::shared_ptr<const Items> items = nullptr;  // with some, those are replaced by their words
};

// The SIMD level and the options of the cleaning.
struct Cleaning {
  const Level& level;
  CleaningOptions options;
};

// Cleans texts one at a time, reusing its buffers.
class Cleaner {
 public:
  explicit Cleaner(const Cleaning& cleaning)
      : clean_ascii_(cleaning.level.clean_ascii),
        find_trigger_(cleaning.level.find_trigger),
        options_(cleaning.options),
        normal_form_(cleaning.options.normal_form),
        ascii_(ascii_table(options_.characters)) {}

  template <class Sink>
  void clean(const Text& original, Sink& sink) {
    const Text text = normal_form_.of(original);
    switch (text.encoding) {
      case Encoding::utf8: return clean_text<Utf8>(static_cast<const unsigned char*>(text.data), text.size, sink);
      case Encoding::latin1: return clean_fixed(static_cast<const unsigned char*>(text.data), text.size, sink);
      case Encoding::ucs2: return clean_fixed(static_cast<const uint16_t*>(text.data), text.size, sink);
      case Encoding::ucs4: return clean_fixed(static_cast<const uint32_t*>(text.data), text.size, sink);
    }
  }

 private:
  // Units cleaned between two calls of the sink: their words fit into the L1 cache.
  static constexpr size_t kStretch = 4096;
  // Consecutive ASCII characters after which the fast functions pay off again. For wider units, those work in blocks of
  // 64 only.
  template <class Unit>
  static constexpr int kAsciiRun = sizeof(Unit) == 1 ? 16 : 64;
  static constexpr size_t kLongestWord = size_t{1} << 31;

  template <class Unit, class Sink>
  void clean_fixed(const Unit* units, size_t size, Sink& sink) {
    clean_text<FixedWidth<Unit>>(units, size, sink);
  }

  template <class Codec, class Unit, class Sink>
  void clean_text(const Unit* begin, size_t size, Sink& sink) {
    const Unit* const end = begin + size;
    if (!options_.strip_html) return clean_part<Codec>(begin, end, sink);
    // Each part between two tags can be cleaned as a text of its own, because a tag is a space, also for a final sigma.
    for (const Unit* at = begin; at != end;) {
      const Tag<Unit> tag = next_tag(at, end);
      clean_part<Codec>(at, tag.begin, sink);
      at = tag.end;
    }
  }

  template <class Codec, class Unit, class Sink>
  void clean_part(const Unit* begin, const Unit* const end, Sink& sink) {
    if (options_.items) return clean_around_items<Codec>(begin, end, sink);
    clean_run<Codec>(begin, end, sink);
    end_run(sink);
  }

  // The parts around an item can be cleaned as texts of their own, too: its words are between spaces. An item without
  // words is a space after a letter and before one, perhaps with an apostrophe between; on either side, these letters are
  // as far as a sigma's neighbours are looked at.
  template <class Codec, class Unit, class Sink>
  void clean_around_items(const Unit* begin, const Unit* const end, Sink& sink) {
    for (const Unit* at = begin; at != end;) {
      const Item<Unit> item = options_.items->template next<Codec>(begin, at, end, find_trigger_);
      clean_run<Codec>(at, item.begin, sink);
      at = item.end;
      if (item.begin == end || !item.words.empty()) end_run(sink);
      if (!item.words.empty()) give_words(item.words, sink);
    }
  }

  // Leaves the last word open.
  template <class Codec, class Unit, class Sink>
  void clean_run(const Unit* begin, const Unit* const end, Sink& sink) {
    for (const Unit* at = begin; at != end;) {
      const size_t left = static_cast<size_t>(end - at);
      const Unit* const stretch_end = at + (left < kStretch ? left : kStretch);
      words_.reserve(4 * kStretch);
      at += clean_ascii_units(at, static_cast<size_t>(stretch_end - at));
      if (at != stretch_end) at = clean_mixed<Codec>(begin, at, stretch_end, end);
      if (words_.length > kLongestWord) throw std::length_error("Expected words of up to 2 GB, got a longer one");
      if (at != end) give_whole_words(sink);
    }
  }

  template <class Sink>
  void end_run(Sink& sink) {
    words_.end_word();
    give_whole_words(sink);
  }

  // Passes on words that are cleaned already. No word is open.
  template <class Sink>
  void give_words(std::string_view words, Sink& sink) {
    words_.reserve(words.size() + 1);
    for (const char c : words) {
      if (c == kSpace) {
        words_.end_word();
      } else {
        words_.bytes()[words_.length++] = c;
      }
    }
    end_run(sink);
  }

  // Cleans one code point at a time, from a non-ASCII one to a run of ASCII or the end of the stretch. Returns where it
  // stopped: never inside a character, and so up to three units after the stretch.
  template <class Codec, class Unit>
  const Unit* clean_mixed(const Unit* begin, const Unit* at, const Unit* stretch_end, const Unit* end) {
    const CleanedPlane& plane = cleaned_plane(options_.characters);
    char* const bytes = words_.bytes();
    for (int ascii_run = 0; at < stretch_end && ascii_run < kAsciiRun<Unit>;) {
      const Unit* const start = at;
      const char32_t c = Codec::next(at, end);
      ascii_run = c < 0x80 ? ascii_run + 1 : 0;
      if (c >= plane.size()) {
        write(cleaned_code_point(c, options_.characters));
      } else if (const uint32_t cleaned = plane[c]; cleaned == kSpaceMark) {
        words_.end_word();
      } else if (cleaned == kSigmaMark) {
        write(sigma_ends_word<Codec>(begin, start, at, end) ? kFinalSigma : kSmallSigma);
      } else {
        for (int i = 0; i < 3; ++i) bytes[words_.length + i] = static_cast<char>(cleaned >> 8 * i);
        words_.length += cleaned >> 24;
      }
    }
    return at;
  }

  void write(char32_t cleaned) {
    if (cleaned == kDropped) return;
    if (cleaned == kSpace) return words_.end_word();
    char* const end = words_.bytes() + words_.length;
    words_.length += static_cast<size_t>(append_utf8(end, cleaned) - end);
  }

  size_t clean_ascii_units(const unsigned char* units, size_t size) {
    return clean_ascii_(units, size, ascii_, words_);
  }

  // Wider units are narrowed to bytes first, as long as whole blocks are ASCII.
  template <class Unit>
  size_t clean_ascii_units(const Unit* units, size_t size) {
    constexpr size_t kBlock = 64;
    size_t narrowed = 0;
    while (narrowed < size) {
      const size_t block = std::min(kBlock, size - narrowed);
      Unit seen = 0;
      for (size_t i = narrowed; i < narrowed + block; ++i) {
        seen |= units[i];
        narrow_[i] = static_cast<unsigned char>(units[i]);
      }
      if (seen >= 0x80) break;
      narrowed += block;
    }
    return clean_ascii_(narrow_, narrowed, ascii_, words_);
  }

  template <class Sink>
  void give_whole_words(Sink& sink) {
    if (words_.count != 0) sink.words(words_.bytes(), words_.ends(), words_.count);
    words_.forget_whole_words();
  }

  CleanAscii* clean_ascii_;
  FindTrigger* find_trigger_;
  CleaningOptions options_;
  NormalForm normal_form_;
  const AsciiTable& ascii_;
  CleanedWords words_;
  unsigned char narrow_[kStretch];
};

}  // namespace sentiment_fast
