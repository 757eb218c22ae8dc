// Finds the HTML tags of a text.
//
// A tag is `<`, then a letter, `/` and a letter, or `!`, then anything except `<` and `>`, then `>` (reference.py,
// TAG). Entities are not tags, and neither is "I <3 you" or "a < b > c".
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace sentiment_fast {

template <class Unit>
struct Tag {
  const Unit *begin, *end;  // both are the end of the text if there is no tag
};

inline const unsigned char* find_unit(const unsigned char* at, const unsigned char* end, unsigned char unit) {
  const void* found = at == end ? nullptr : std::memchr(at, unit, static_cast<size_t>(end - at));
  return found ? static_cast<const unsigned char*>(found) : end;
}

template <class Unit>
const Unit* find_unit(const Unit* at, const Unit* end, unsigned char unit) {
  return std::find(at, end, Unit{unit});
}

template <class Unit>
Tag<Unit> next_tag(const Unit* at, const Unit* const end) {
  const auto is_letter = [end](const Unit* c) {
    return c != end && ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z'));
  };
  for (;;) {
    const Unit* const begin = find_unit(at, end, '<');
    if (begin == end) return {end, end};
    at = begin + 1;
    const bool opens = at != end && (*at == '!' || is_letter(*at == '/' ? at + 1 : at));
    if (!opens) continue;
    at = std::find_if(at, end, [](Unit c) { return c == '<' || c == '>'; });
    if (at != end && *at == '>') return {begin, at + 1};
  }
}

}  // namespace sentiment_fast
