// What the versions that clean 64 bytes at a time share: finding where words end, given which bytes are letters and which
// are spaces. text/avx512.cpp has the picture.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace sentiment_fast {

// The spaces that end a word: those with a letter since the space before. `open` says whether a word was open before
// these 64 bytes, and then whether one is behind them.
inline uint64_t spaces_that_end_words(uint64_t spaces, uint64_t letters, unsigned long long& open) {
  unsigned long long sum;
  const bool carry = __builtin_add_overflow(static_cast<unsigned long long>(~spaces), letters, &sum);
  open = __builtin_add_overflow(sum, open, &sum) | carry;
  return sum & spaces;
}

// Writes `length` + the position of each bit, of which there are `count`: eight at a time, because how many there are is
// hard to guess, how many eights is not. Up to seven more than `count` are written over.
__attribute__((target("bmi"))) inline void write_ends(uint32_t* ends, uint64_t bits, size_t count, size_t length) {
  for (size_t done = 0; done < count; done += 8) {
    for (size_t i = 0; i < 8; ++i) {
      ends[done + i] = static_cast<uint32_t>(length + _tzcnt_u64(bits));
      bits = _blsr_u64(bits);
    }
  }
}

}  // namespace sentiment_fast
