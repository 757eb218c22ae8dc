// Cleans ASCII 64 bytes at a time, and finds triggers 32 bytes at a time, with AVX2.
//
// As text/avx512.cpp, but the table look-up takes one shuffle for each run of 16 code points, and letters are
// compressed eight at a time, by a table of shuffles.
#include "simd/platform.h"
#include "text/clean_ascii.h"
#include "text/triggers.h"

#ifdef SENTIMENT_FAST_X86
#include <immintrin.h>

#include "text/clean_blocks.h"

namespace sentiment_fast {
namespace {

// For each subset of eight bytes, the shuffle that moves its bytes to the front.
struct Shuffles {
  alignas(64) unsigned char of[256][8];
};

constexpr Shuffles make_shuffles() {
  Shuffles shuffles{};
  for (int kept = 0; kept < 256; ++kept) {
    int to = 0;
    for (int from = 0; from < 8; ++from)
      if (kept >> from & 1) shuffles.of[kept][to++] = static_cast<unsigned char>(from);
    while (to < 8) shuffles.of[kept][to++] = 0x80;
  }
  return shuffles;
}

constexpr Shuffles kShuffles = make_shuffles();

#define SENTIMENT_FAST_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))

// Looks up 32 bytes in the table. A byte outside a run of 16 gets an index with the high bit set, which yields zero.
SENTIMENT_FAST_AVX2 inline __m256i cleaned_of(__m256i block, const AsciiTable& table) {
  __m256i cleaned = _mm256_setzero_si256();
  for (int run = 0; run < 8; ++run) {
    const auto* entries = reinterpret_cast<const __m128i*>(table.data() + 16 * run);
    const __m256i cleaned_run = _mm256_broadcastsi128_si256(_mm_loadu_si128(entries));
    const __m256i index = _mm256_xor_si256(block, _mm256_set1_epi8(static_cast<char>(16 * run)));
    const __m256i outside_marked = _mm256_adds_epu8(index, _mm256_set1_epi8(0x70));
    cleaned = _mm256_or_si256(cleaned, _mm256_shuffle_epi8(cleaned_run, outside_marked));
  }
  return cleaned;
}

SENTIMENT_FAST_AVX2 inline uint64_t mask_of(__m256i low, __m256i high) {
  return static_cast<uint32_t>(_mm256_movemask_epi8(low)) |
         static_cast<uint64_t>(static_cast<uint32_t>(_mm256_movemask_epi8(high))) << 32;
}

SENTIMENT_FAST_AVX2 inline __m256i load_twice(const uint8_t* sixteen) {
  return _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(sixteen)));
}

// What tables say of both halves of each byte.
SENTIMENT_FAST_AVX2 inline __m256i classes_of(__m256i bytes, __m256i low_table, __m256i high_table) {
  const __m256i half = _mm256_set1_epi8(15);
  const __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half);
  return _mm256_and_si256(_mm256_shuffle_epi8(low_table, _mm256_and_si256(bytes, half)),
                          _mm256_shuffle_epi8(high_table, high));
}

}  // namespace

SENTIMENT_FAST_AVX2 size_t clean_ascii_avx2(const unsigned char* text, size_t size, const AsciiTable& table,
                                            CleanedWords& words) {
  const __m256i space = _mm256_set1_epi8(kSpace);
  char* const bytes = words.bytes();
  uint32_t* const ends = words.ends();
  size_t length = words.length, count = words.count, at = 0;
  unsigned long long open = words.word_is_open();
  alignas(64) unsigned char block[64];

  while (at < size) {
    const unsigned char* source = text + at;
    if (size - at < 64) {  // the end: pad with zeros, which are dropped
      std::memset(block, 0, sizeof block);
      std::memcpy(block, source, size - at);
      source = block;
    }
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(source));
    const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(source + 32));
    const uint64_t beyond_ascii = mask_of(low, high);
    const uint64_t present = beyond_ascii ? _blsmsk_u64(beyond_ascii) >> 1 : ~uint64_t{0};

    const __m256i cleaned_low = cleaned_of(low, table), cleaned_high = cleaned_of(high, table);
    const uint64_t spaces =
        present & mask_of(_mm256_cmpeq_epi8(cleaned_low, space), _mm256_cmpeq_epi8(cleaned_high, space));
    // Cleaned ASCII bytes are below 0x80, so signed comparison is correct; other bytes are not present.
    const uint64_t letters =
        present & mask_of(_mm256_cmpgt_epi8(cleaned_low, space), _mm256_cmpgt_epi8(cleaned_high, space));
    const uint64_t ended = spaces_that_end_words(spaces, letters, open);
    const uint64_t kept = letters | ended;

    _mm256_store_si256(reinterpret_cast<__m256i*>(block), cleaned_low);
    _mm256_store_si256(reinterpret_cast<__m256i*>(block + 32), cleaned_high);
    size_t to = length;
    for (int eight = 0; eight < 8; ++eight) {
      const unsigned kept_here = kept >> (8 * eight) & 0xFF;
      const __m128i from = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(block + 8 * eight));
      const __m128i shuffle = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(kShuffles.of[kept_here]));
      _mm_storel_epi64(reinterpret_cast<__m128i*>(bytes + to), _mm_shuffle_epi8(from, shuffle));
      to += static_cast<size_t>(_mm_popcnt_u32(kept_here));
    }
    const auto ended_words = static_cast<size_t>(_mm_popcnt_u64(ended));
    write_ends(ends + count, _pext_u64(ended, kept), ended_words, length);
    count += ended_words;
    length = to;
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

SENTIMENT_FAST_AVX2 const unsigned char* find_trigger_avx2(const unsigned char* at, const unsigned char* end,
                                                           const Triggers& triggers) {
  constexpr int kBlock = 32, kPlaces = Triggers::kBytes;
  __m256i low[kPlaces], high[kPlaces];
  for (int place = 0; place < kPlaces; ++place) {
    low[place] = load_twice(triggers.low_classes[place]);
    high[place] = load_twice(triggers.high_classes[place]);
  }
  const __m256i zero = _mm256_setzero_si256();
  for (; at < end; at += kBlock) {
    unsigned char padded[kBlock + kPlaces] = {};  // the end, with zeros after it
    const unsigned char* source = at;
    if (end - at < kBlock + kPlaces - 1) {
      std::memcpy(padded, at, static_cast<size_t>(end - at));
      source = padded;
    }
    __m256i classes = _mm256_set1_epi8(-1);
    for (int place = 0; place < kPlaces; ++place) {
      const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(source + place));
      classes = _mm256_and_si256(classes, classes_of(bytes, low[place], high[place]));
    }
    const __m256i first = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(source));
    const auto beyond = static_cast<uint32_t>(_mm256_movemask_epi8(first));
    uint32_t found = ~static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(classes, zero))) & ~beyond;
    if (beyond) {
      const __m256i is_trigger = classes_of(first, load_twice(triggers.low_beyond), load_twice(triggers.high_beyond));
      found |= ~static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(is_trigger, zero))) & beyond;
    }
    if (end - at < kBlock) found &= (uint32_t{1} << (end - at)) - 1;
    if (found) return at + _tzcnt_u32(found);
  }
  return end;
}

}  // namespace sentiment_fast
#endif
