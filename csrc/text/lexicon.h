// Cleaned words -> counts; cleaned words -> ids, by an immutable perfect hash table.
//
// A word is UTF-8 bytes without NUL. A word of up to 16 bytes is its own key, two machine words wide and stored in the
// table's slot, so that a look-up touches one cache line; the few longer words take a slower path with the same result.
// Each table hashes with a random secret, so that no text can be crafted to make its words collide; no result depends
// on it. Nothing here needs the interpreter lock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "text/misspellings.h"

namespace sentiment_fast {

constexpr size_t kShortWord = 16;  // bytes; callers keep this many readable from the start of each word

struct WordKey {
  uint64_t low, high;
  bool operator==(const WordKey& other) const { return low == other.low && high == other.high; }
};

// 16 bytes of ones, then 16 of zeros: the 16 from kShortWord - size on are a mask for the first `size` bytes of a word.
inline constexpr std::array<uint64_t, 4> kOnesThenZeros = {~uint64_t{0}, ~uint64_t{0}, 0, 0};

// The key of a word of up to 16 bytes: its bytes, then zeros.
inline WordKey short_word_key(const char* word, size_t size) {
  WordKey key, kept;
  std::memcpy(&key, word, sizeof key);
  std::memcpy(&kept, reinterpret_cast<const char*>(kOnesThenZeros.data()) + kShortWord - size, sizeof kept);
  return {key.low & kept.low, key.high & kept.high};
}

// The folded halves of a 128-bit product: spreads every input bit over all output bits.
inline uint64_t mix(uint64_t a, uint64_t b) {
#ifdef __SIZEOF_INT128__
  __extension__ using Wide = unsigned __int128;
  const Wide product = Wide{a} * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
#else
  const uint64_t middle = (a >> 32) * (b & 0xFFFFFFFF) + ((a & 0xFFFFFFFF) * (b & 0xFFFFFFFF) >> 32);
  const uint64_t crossed = (a & 0xFFFFFFFF) * (b >> 32) + (middle & 0xFFFFFFFF);
  return (a * b) ^ ((a >> 32) * (b >> 32) + (middle >> 32) + (crossed >> 32));
#endif
}

// A table's random hash secret.
struct HashSecret {
  uint64_t low, high;
  static HashSecret draw();
  uint64_t hash(WordKey key) const { return mix(key.low ^ low, key.high ^ high); }
};

// The hash for tables of longer words.
struct HashWord {
  HashSecret secret = HashSecret::draw();
  size_t operator()(const std::string& word) const;
};

// A word's first occurrence in the corpus, independent of threads: one thread processes a text, so its insertion order
// ranks the new words of that text.
struct Occurrence {
  uint32_t text;
  uint32_t order;  // of first insertion, from 1
  bool operator<(const Occurrence& other) const { return text != other.text ? text < other.text : order < other.order; }
};

struct CountedWord {
  std::string word;
  int64_t count;
};

// A growing table of counts, one per thread. Tables that will be merged share a secret: both are then accessed in the
// same order, sequentially instead of at random.
class WordCounts {
 public:
  explicit WordCounts(const HashSecret& secret);
  // Counts words of a text (text/cleaned_words.h defines the layout); texts must come in order.
  void add(const char* bytes, const uint32_t* ends, size_t count, uint32_t text);
  void merge(const WordCounts& other);
  // The `max_words` most frequent words that occur at least `min_count` times and are not in `left_out`, most frequent
  // first; ties by first occurrence.
  std::vector<CountedWord> most_frequent(size_t max_words, int64_t min_count,
                                         const std::unordered_set<std::string>& left_out) const;
  size_t size() const { return distinct_; }

 private:
  struct Counted {
    int64_t count;
    Occurrence first;
  };
  struct alignas(32) Slot {
    WordKey key;
    Counted counted;  // order 0 marks an empty slot
  };
  Counted& short_word(WordKey key, uint64_t hash, Occurrence first);
  Counted& long_word(const std::string& word, Occurrence first);
  Occurrence next_occurrence(uint32_t text);
  void grow();

  HashSecret secret_;
  std::vector<Slot> slots_;
  std::unordered_map<std::string, Counted, HashWord> long_words_;
  size_t distinct_ = 0, short_words_ = 0;
};

// Words and their ids, from 1; immutable, so any number of threads may use it.
//
// A perfect hash: a word's hash selects a bucket, the bucket has a displacement, and hash and displacement give the
// only slot where the word can be (Fox, Chen and Heath 1992; Belazzougui, Botelho and Dietzfelbinger 2009). A look-up
// has no loop and no branch that depends on whether the word is known; two thirds of a text's words are not.
class Lexicon {
 public:
  // words: ids are their positions, from 1. dropped: words with id 0, except those in `words`. unknown_id: the id of
  // all other words. misspellings: whether a word that misspells one of `words` has that word's id instead. Throws
  // std::invalid_argument for duplicate words.
  Lexicon(const std::vector<std::string>& words, const std::unordered_set<std::string>& dropped, int32_t unknown_id,
          bool misspellings = false);
  // Writes the ids of words (cleaned_words.h defines the layout), except ids of 0, to `out`, which has room for
  // `count`; returns the end of what was written.
  template <class Id>
  Id* look_up(const char* bytes, const uint32_t* ends, size_t count, Id* out) const;
  int32_t largest_id() const { return largest_id_; }

 private:
  struct Entry {
    WordKey key;
    int32_t id;
  };
  bool place(const std::vector<Entry>& entries);
  template <bool kCorrects, class Id>
  Id* look_up_words(const char* bytes, const uint32_t* ends, size_t count, Id* out) const;
  int32_t long_word_id(const char* word, size_t size) const;
  int32_t corrected_id(const char* word, size_t size) const;

  HashSecret secret_;
  std::vector<uint32_t> displacements_;  // one per bucket
  std::vector<WordKey> keys_;            // one per slot; the key of zero bytes marks an empty slot
  std::vector<int32_t> ids_;             // one per slot: the id ^ unknown_id_
  int bucket_shift_;
  size_t mask_;
  std::unordered_map<std::string, int32_t, HashWord> long_words_;
  std::optional<Misspellings> misspellings_;
  int32_t unknown_id_, largest_id_;
};

}  // namespace sentiment_fast
