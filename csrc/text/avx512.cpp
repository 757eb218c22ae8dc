// Cleans ASCII, and finds triggers, 64 bytes at a time with AVX-512, without a branch that depends on the bytes.
//
//   text      I  ' m     g  l  a  d  -  -     1  0  /  1  0     t  h  e  y   ...
//   cleaned   i  . m  _  g  l  a  d  .  .  _  .  .  .  .  .  _  t  h  e  y       one table look-up per byte (vpermi2b):
//                                                                               . is dropped, _ is a space
//   letters   1  . 1  .  1  1  1  1  .  .  .  .  .  .  .  .  .  1  1  1  1
//   spaces    .  . .  1  .  .  .  .  .  .  1  .  .  .  .  .  1  .  .  .  .
//   ended     .  . .  1  .  .  .  .  .  .  1  .  .  .  .  .  .  .  .  .  .       spaces with a letter since the last one
//   stored    i  m _  g  l  a  d  _  t  h  e  y                                 letters and ended, compressed
//                                                                               (vpcompressb)
//
// `ended` is computed by an addition: in a mask with ones except at spaces, adding a one to a run of ones carries to
// the space after it and no further. A carry out of the 64 bits means that a word is open at the end of the block.
#include "simd/platform.h"
#include "text/clean_ascii.h"
#include "text/triggers.h"

#ifdef SENTIMENT_FAST_X86
#include <immintrin.h>

#include "text/clean_blocks.h"

namespace sentiment_fast {

#define SENTIMENT_FAST_AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt")))

SENTIMENT_FAST_AVX512 size_t clean_ascii_avx512(const unsigned char* text, size_t size, const AsciiTable& table,
                                                CleanedWords& words) {
  const __m512i table_low = _mm512_loadu_si512(table.data());
  const __m512i table_high = _mm512_loadu_si512(table.data() + 64);
  const __m512i space = _mm512_set1_epi8(kSpace);
  char* const bytes = words.bytes();
  uint32_t* const ends = words.ends();
  size_t length = words.length, count = words.count, at = 0;
  unsigned long long open = words.word_is_open();

  while (at < size) {
    __mmask64 present = size - at >= 64 ? ~__mmask64{0} : (__mmask64{1} << (size - at)) - 1;
    const __m512i block = _mm512_maskz_loadu_epi8(present, text + at);
    const __mmask64 beyond_ascii = _mm512_movepi8_mask(block);
    if (beyond_ascii) present = _blsmsk_u64(beyond_ascii) >> 1;  // the bytes before the first of these

    const __m512i cleaned = _mm512_permutex2var_epi8(table_low, block, table_high);
    const __mmask64 letters = _mm512_mask_cmpgt_epu8_mask(present, cleaned, space);
    const __mmask64 spaces = _mm512_mask_cmpeq_epu8_mask(present, cleaned, space);
    const __mmask64 ended = spaces_that_end_words(spaces, letters, open);
    const __mmask64 kept = letters | ended;

    _mm512_storeu_si512(bytes + length, _mm512_maskz_compress_epi8(kept, cleaned));
    const auto ended_words = static_cast<size_t>(_mm_popcnt_u64(ended));
    write_ends(ends + count, _pext_u64(ended, kept), ended_words, length);
    count += ended_words;
    length += static_cast<size_t>(_mm_popcnt_u64(kept));
    if (beyond_ascii) {
      at += _tzcnt_u64(beyond_ascii);
      break;
    }
    at += 64;
  }
  words.length = length;
  words.count = count;
  return at < size ? at : size;
}

// The classes of a byte at each place, from a table of 128 that a byte beyond ASCII indexes by its low bits.
SENTIMENT_FAST_AVX512 const unsigned char* find_trigger_avx512(const unsigned char* at, const unsigned char* end,
                                                               const Triggers& triggers) {
  __m512i low[Triggers::kBytes], high[Triggers::kBytes];
  for (int place = 0; place < Triggers::kBytes; ++place) {
    low[place] = _mm512_load_si512(triggers.classes[place]);
    high[place] = _mm512_load_si512(triggers.classes[place] + 64);
  }
  for (; at < end; at += 64) {
    const auto left = static_cast<size_t>(end - at);
    __m512i bytes[Triggers::kBytes];
    for (size_t place = 0; place < Triggers::kBytes; ++place) {
      const __mmask64 present = left >= 64 + place ? ~__mmask64{0}
                                : left <= place    ? __mmask64{0}
                                                   : (__mmask64{1} << (left - place)) - 1;
      bytes[place] = _mm512_maskz_loadu_epi8(present, at + place);
    }
    __m512i classes = _mm512_set1_epi8(-1);
    for (int place = 0; place < Triggers::kBytes; ++place)
      classes = _mm512_and_si512(classes, _mm512_permutex2var_epi8(low[place], bytes[place], high[place]));
    const __mmask64 beyond = _mm512_movepi8_mask(bytes[0]);
    __mmask64 found = _mm512_test_epi8_mask(classes, classes) & ~beyond;
    if (beyond) {
      const __m512i is_trigger = _mm512_permutex2var_epi8(_mm512_load_si512(triggers.beyond_ascii), bytes[0],
                                                          _mm512_load_si512(triggers.beyond_ascii + 64));
      found |= _mm512_mask_test_epi8_mask(beyond, is_trigger, is_trigger);
    }
    if (left < 64) found &= (__mmask64{1} << left) - 1;
    if (found) return at + _tzcnt_u64(found);
  }
  return end;
}

}  // namespace sentiment_fast
#endif
