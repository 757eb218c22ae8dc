// Masks of letters and spaces in 64 bytes -> the ends of words; text/avx512.cpp explains how.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace sentiment_fast {

// The spaces that end a word: those with a letter since the previous space. `open`: whether a word is open before these
// 64 bytes; updated to whether one is open after them.
inline uint64_t spaces_that_end_words(uint64_t spaces, uint64_t letters, unsigned long long& open) {
  unsigned long long sum;
  const bool carry = __builtin_add_overflow(static_cast<unsigned long long>(~spaces), letters, &sum);
  open = __builtin_add_overflow(sum, open, &sum) | carry;
  return sum & spaces;
}

// Writes `length` + the position of each of the `count` bits. Works in groups of eight, because the number of groups is
// easier to predict than the number of bits; up to seven entries after the last are overwritten.
__attribute__((target("bmi"))) inline void write_ends(uint32_t* ends, uint64_t bits, size_t count, size_t length) {
  for (size_t done = 0; done < count; done += 8) {
    for (size_t i = 0; i < 8; ++i) {
      ends[done + i] = static_cast<uint32_t>(length + _tzcnt_u64(bits));
      bits = _blsr_u64(bits);
    }
  }
}

}  // namespace sentiment_fast
