// Finds what is replaced by words of its own: ratings, emojis and emoticons, and the spaces within contractions.
//
// The rules are reference.py's (clean_words): the first from the left counts, the longest of several emojis. Every item
// has a trigger (text/triggers.h) near its start, so that only what stands around triggers is compared.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "text/codecs.h"
#include "text/ratings.h"
#include "text/triggers.h"

namespace sentiment_fast {

template <class Unit>
struct Item {
  const Unit *begin, *end;  // both are the end of the text if there is none
  std::string_view words;   // separated by spaces; none: the parts before and after it belong together
};

// Emojis without modifiers, and emoticons, with letters in lower case, and their words.
using EmojiWords = std::vector<std::pair<std::u32string, std::string>>;

// Immutable, so any number of threads may use them.
class Items {
 public:
  // emojis: none leaves all as they are. Throws std::invalid_argument for emojis that could not be found.
  Items(const EmojiWords& emojis, bool ratings, bool contractions);

  // The first item from `at` on. begin: where the text begins, at or before `at`.
  template <class Codec, class Unit>
  Item<Unit> next(const Unit* begin, const Unit* at, const Unit* end, FindTrigger* find_trigger) const {
    for (const Unit* from = at;;) {
      const Unit* const trigger = next_trigger<Codec>(from, end, find_trigger);
      if (trigger == end) return {end, end, {}};
      from = trigger + 1;
      if (is_ordinary(at, trigger, end)) continue;
      const std::ptrdiff_t before = std::min<std::ptrdiff_t>(trigger - at, *trigger < 0x80 ? kBefore : kBeforeOthers);
      for (const Unit* start = trigger - before; start <= trigger; ++start)
        if (const Item<Unit> item = item_at<Codec>(begin, start, end); item.end != item.begin) return item;
    }
  }

 private:
  struct Emoji {
    char32_t first;
    std::u32string others;
    std::string words;
  };

  // How many units before its trigger an item may begin: "three-star", "10,00 out of 10", "it \u2019s", "is n\u2019t". No
  // other trigger that is beyond ASCII lies between.
  static constexpr std::ptrdiff_t kBefore = 8, kBeforeOthers = 2;
  static constexpr std::string_view kRatingWords[] = {"_rating_zero",  "_rating_one",  "_rating_two",
                                                      "_rating_three", "_rating_four", "_rating_five"};

  void add_triggers(Triggers& triggers) const;
  void add_lead(char32_t c);

  static constexpr bool is_apostrophe(char32_t c) {
    return c == '\'' || c == '`' || c == 0xB4 || c == 0x2018 || c == 0x2019;
  }

  bool is_trigger(char32_t c) const { return c < triggers_beyond_.size() && triggers_beyond_[c]; }

  // Whether the trigger is a part of "start", "mustard", "out of the" and the like, which are frequent.
  template <class Unit>
  static bool is_ordinary(const Unit* begin, const Unit* trigger, const Unit* end) {
    if (const Unit* const after = pass(trigger, end, "star")) {
      if (trigger == begin || (trigger[-1] != ' ' && trigger[-1] != '-')) return true;
      return after != end && is_ascii_letter(*after) && ascii_lower(*after) != 's';
    }
    if (!pass(trigger, end, "ut o")) return false;
    const Unit* const scale = pass(trigger, end, "ut of ");
    return std::none_of(std::begin(kScales), std::end(kScales), [&](Scale one) { return pass(scale, end, one.name); });
  }

  template <class Codec, class Unit>
  const Unit* next_trigger(const Unit* at, const Unit* end, FindTrigger* find_trigger) const {
    const Triggers& triggers = std::is_same_v<Codec, Utf8> || sizeof(Unit) != 1 ? utf8_ : latin1_;
    for (;; ++at) {
      if constexpr (sizeof(Unit) == 1) at = find_trigger(at, end, triggers);
      if (at == end) return at;
      const auto byte = [&](std::ptrdiff_t i) {
        return static_cast<unsigned char>(i < end - at && at[i] < 0x80 ? at[i] : 0);
      };
      if (*at < 0x80) {
        if (triggers.at(byte(0), byte(1), byte(2), byte(3))) return at;
      } else {
        const Unit* after = at;
        if (is_trigger(Codec::next(after, end))) return at;
      }
    }
  }

  template <class Codec, class Unit>
  Item<Unit> item_at(const Unit* begin, const Unit* at, const Unit* end) const {
    const Unit* after = at;
    const char32_t c = Codec::next(after, end);
    if (ratings_) {
      const Rating<Unit> rating = is_filled_star(c)                         ? star_row_at<Codec>(at, end)
                                  : is_ascii_digit(c) || is_ascii_letter(c) ? rating_at(begin, at, end)
                                                                            : Rating<Unit>{nullptr, 0};
      if (rating.end) return {at, rating.end, kRatingWords[rating.stars]};
    }
    if (!emojis_.empty()) {
      if (const Item<Unit> emoji = emoji_at<Codec>(begin, at, end); emoji.end != at) return emoji;
    }
    if (contractions_ && c == ' ' && splits_contraction<Codec>(begin, after, end)) return {at, after, {}};
    return {at, at, {}};
  }

  template <class Codec, class Unit>
  Item<Unit> emoji_at(const Unit* begin, const Unit* at, const Unit* end) const {
    const Unit* after = at;
    const char32_t first = ascii_lower(Codec::next(after, end));
    if (first >= begins_emoji_.size() || !begins_emoji_[first]) return {at, at, {}};
    const auto before = [](const Emoji& emoji, char32_t c) { return emoji.first < c; };
    auto emoji = std::lower_bound(emojis_.begin(), emojis_.end(), first, before);
    for (; emoji != emojis_.end() && emoji->first == first; ++emoji) {
      const Unit* const end_of =
          first < 0x80 ? end_of_emoticon(*emoji, begin, at, end) : end_of_emoji<Codec>(*emoji, after, end);
      if (end_of) return {at, end_of, emoji->words};
    }
    return {at, at, {}};
  }

  template <class Codec, class Unit>
  static const Unit* end_of_emoji(const Emoji& emoji, const Unit* at, const Unit* end) {
    for (const char32_t expected : emoji.others) {
      at = skip_modifiers<Codec>(at, end);
      if (at == end || Codec::next(at, end) != expected) return nullptr;
    }
    return skip_modifiers<Codec>(at, end);
  }

  template <class Unit>
  static const Unit* end_of_emoticon(const Emoji& emoji, const Unit* begin, const Unit* at, const Unit* end) {
    const auto is_part_of_word = [](Unit c) { return is_ascii_digit(c) || is_ascii_letter(c); };
    if (at != begin && is_part_of_word(at[-1])) return nullptr;
    ++at;
    for (const char32_t expected : emoji.others)
      if (at == end || ascii_lower(*at++) != expected) return nullptr;
    return at != end && (is_part_of_word(*at) || *at == '/') ? nullptr : at;
  }

  // Whether the space before `at` lies between a letter and the rest of a contraction.
  template <class Codec, class Unit>
  static bool splits_contraction(const Unit* begin, const Unit* at, const Unit* end) {
    if (at - begin < 2 || !is_ascii_letter(at[-2]) || at == end) return false;
    const bool negates = ascii_lower(*at) == 'n';
    if (negates) ++at;
    if (at == end || !is_apostrophe(Codec::next(at, end))) return false;
    const auto ends = [&](std::string_view rest) {
      const Unit* after = pass(at, end, rest);
      if (!after || after == end) return after != nullptr;
      const char32_t c = Codec::next(after, end);
      return !is_ascii_digit(c) && !is_ascii_letter(c) && c != '_' && !is_apostrophe(c);
    };
    if (negates) return ends("t");
    return ends("s") || ends("m") || ends("d") || ends("ll") || ends("re") || ends("ve");
  }

  bool ratings_, contractions_;
  std::vector<Emoji> emojis_;          // by first code point, the longest first
  std::vector<bool> begins_emoji_;     // by code point
  std::vector<bool> triggers_beyond_;  // by code point beyond ASCII
  Triggers utf8_, latin1_;
};

}  // namespace sentiment_fast
