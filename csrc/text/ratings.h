// A place in a text -> the rating that begins there, if any, from 0 to 5: reference.py's RATINGS and STAR_ROW.
//
// "8/10", "4,5 / 5", "nine out of ten", "3 stars out of five", "five stars" and rows of stars.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "text/codecs.h"

namespace sentiment_fast {

template <class Unit>
struct Rating {
  const Unit* end;  // nullptr: there is none
  int stars;
};

// ---- ASCII, in units of any encoding --------------------------------------------------------------------------------

template <class Unit>
constexpr bool is_ascii_digit(Unit c) {
  return c >= '0' && c <= '9';
}

template <class Unit>
constexpr bool is_ascii_letter(Unit c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

template <class Unit>
constexpr char32_t ascii_lower(Unit c) {
  return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : static_cast<char32_t>(c);
}

// The end of `expected` (in lower case) at `at`; nullptr if something else is there, or if `at` is.
template <class Unit>
const Unit* pass(const Unit* at, const Unit* end, std::string_view expected) {
  if (!at || static_cast<size_t>(end - at) < expected.size()) return nullptr;
  for (const char c : expected)
    if (ascii_lower(*at++) != static_cast<char32_t>(c)) return nullptr;
  return at;
}

// ---- Numbers --------------------------------------------------------------------------------------------------------

constexpr std::string_view kNumberWords[] = {"zero", "one",   "two",   "three", "four", "five",
                                             "six",  "seven", "eight", "nine",  "ten"};

struct Scale {
  std::string_view name;
  int value;
};
constexpr Scale kScales[] = {{"10", 10}, {"ten", 10}, {"5", 5}, {"five", 5}};

template <class Unit>
struct Number {
  const Unit* end;  // nullptr: there is none
  int hundredths;
};

template <class Unit>
Number<Unit> number_at(const Unit* at, const Unit* end) {
  if (!is_ascii_digit(*at)) {
    for (int value = 0; value <= 10; ++value)
      if (const Unit* after = pass(at, end, kNumberWords[value])) return {after, 100 * value};
    return {nullptr, 0};
  }
  const Unit* const ten = pass(at, end, "10");
  int hundredths = ten ? 1000 : 100 * static_cast<int>(*at - '0');
  at = ten ? ten : at + 1;
  if (end - at >= 2 && (*at == '.' || *at == ',') && is_ascii_digit(at[1])) {
    hundredths += 10 * static_cast<int>(at[1] - '0');
    at += 2;
    if (at != end && is_ascii_digit(*at)) hundredths += static_cast<int>(*at++ - '0');
  }
  return {at, hundredths};
}

// Whether a number at `at` is not the rest of a longer one, of a date or of a word.
template <class Unit>
bool may_begin_number(const Unit* begin, const Unit* at) {
  if (at == begin) return true;
  const Unit before = at[-1];
  if (is_ascii_digit(before) || is_ascii_letter(before) || before == '_' || before == '/') return false;
  return !((before == '.' || before == ',') && at - begin >= 2 && is_ascii_digit(at[-2]));
}

template <class Unit>
bool may_end_number(const Unit* at, const Unit* end) {
  if (at == end) return true;
  if (is_ascii_digit(*at) || is_ascii_letter(*at) || *at == '_' || *at == '/') return false;
  return !((*at == '.' || *at == ',') && end - at >= 2 && is_ascii_digit(at[1]));
}

// The rating of a number of stars, or points, out of `scale`, up to `at`; none if that cannot be its end.
template <class Unit>
Rating<Unit> rating_of(Number<Unit> number, int scale, const Unit* at, const Unit* end) {
  if (!at || number.hundredths > 100 * scale || !may_end_number(at, end)) return {nullptr, 0};
  return {at, (10 * number.hundredths + 100 * scale) / (200 * scale)};  // halves are rounded up
}

// " stars" or "-star", and the like; nullptr if they are not there.
template <class Unit>
const Unit* pass_stars(const Unit* at, const Unit* end) {
  if (at == end || (*at != ' ' && *at != '-')) return nullptr;
  const Unit* const star = pass(at + 1, end, "star");
  return star && star != end && ascii_lower(*star) == 's' ? star + 1 : star;
}

template <class Unit>
Rating<Unit> rating_at(const Unit* begin, const Unit* at, const Unit* end) {
  if (!may_begin_number(begin, at)) return {nullptr, 0};
  const Number<Unit> number = number_at(at, end);
  if (!number.end || number.end == end) return {nullptr, 0};

  const auto pass_space = [end](const Unit* space) {
    return space && space != end && *space == ' ' ? space + 1 : space;
  };
  if (const Unit* const scale = pass_space(pass(pass_space(number.end), end, "/"))) {
    if (const Unit* const ten = pass(scale, end, "10")) return rating_of(number, 10, ten, end);
    return rating_of(number, 5, pass(scale, end, "5"), end);
  }
  const Unit* const stars = pass_stars(number.end, end);
  if (const Unit* const scale = pass(stars ? stars : number.end, end, " out of ")) {
    for (const auto& [name, value] : kScales)
      if (const Rating<Unit> rating = rating_of(number, value, pass(scale, end, name), end); rating.end) return rating;
  }
  return rating_of(number, number.hundredths > 500 ? 10 : 5, stars, end);
}

// ---- Rows of stars --------------------------------------------------------------------------------------------------

constexpr bool is_filled_star(char32_t c) { return c == 0x2605 || c == 0x2B50 || c == 0x1F31F; }
constexpr char32_t kEmptyStar = 0x2606, kHalf = 0xBD;

// Variation selectors 15 and 16, and the five skin tones.
constexpr bool is_modifier(char32_t c) { return c == 0xFE0E || c == 0xFE0F || (c >= 0x1F3FB && c <= 0x1F3FF); }

template <class Codec, class Unit>
const Unit* skip_modifiers(const Unit* at, const Unit* end) {
  for (const Unit* next = at; next != end; at = next)
    if (!is_modifier(Codec::next(next, end))) break;
  return at;
}

// Skips as many of the characters for which `is_one` holds as there are, with their modifiers, and counts them.
template <class Codec, class Unit, class IsOne>
uint64_t count_stars(const Unit*& at, const Unit* end, IsOne is_one) {
  uint64_t count = 0;
  for (const Unit* next = at; next != end && is_one(Codec::next(next, end)); next = at) {
    at = skip_modifiers<Codec>(next, end);
    ++count;
  }
  return count;
}

template <class Codec, class Unit>
Rating<Unit> star_row_at(const Unit* at, const Unit* end) {
  const uint64_t filled = count_stars<Codec>(at, end, is_filled_star);
  const Unit* after_half = at;
  const uint64_t half = filled != 0 && at != end && Codec::next(after_half, end) == kHalf;
  if (half) at = after_half;
  const uint64_t empty = count_stars<Codec>(at, end, [](char32_t c) { return c == kEmptyStar; });
  const uint64_t all = filled + half + empty;
  if (filled == 0 || all < 2) return {nullptr, 0};
  const uint64_t stars = empty == 0 ? std::min<uint64_t>(all, 5) : (5 * (2 * filled + half) + all) / (2 * all);
  return {at, static_cast<int>(stars)};
}

}  // namespace sentiment_fast
