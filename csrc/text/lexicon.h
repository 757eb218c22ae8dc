// Words as keys: counting them, and looking them up in an immutable table.
//
// A word is UTF-8 bytes without NUL. One of up to 16 bytes is its own key, two machine words wide, which lies in the
// table's slot, so that a look-up touches one cache line; the few longer ones take a slower path with the same result.
// Tables hash with a secret that each draws for itself, so that no text can be crafted to make its words collide; no
// result depends on it. Nothing here needs the interpreter lock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace sentiment_fast {

constexpr size_t kShortWord = 16;  // bytes; whoever gives words keeps that many readable from where they start

struct WordKey {
  uint64_t low, high;
  bool operator==(const WordKey& other) const { return low == other.low && high == other.high; }
};

// 16 bytes of ones, then as many of zeros: the 16 from kShortWord - size on keep the first `size` bytes of a word.
inline constexpr std::array<uint64_t, 4> kOnesThenZeros = {~uint64_t{0}, ~uint64_t{0}, 0, 0};

// The key of a word of up to 16 bytes: its bytes, then zeros.
inline WordKey short_word_key(const char* word, size_t size) {
  WordKey key, kept;
  std::memcpy(&key, word, sizeof key);
  std::memcpy(&kept, reinterpret_cast<const char*>(kOnesThenZeros.data()) + kShortWord - size, sizeof kept);
  return {key.low & kept.low, key.high & kept.high};
}

// Both halves of a 128-bit product, folded: spreads every input bit over all output bits.
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

// A table's own draw; what it hashes by.
struct HashSecret {
  uint64_t low, high;
  static HashSecret draw();
  uint64_t hash(WordKey key) const { return mix(key.low ^ low, key.high ^ high); }
};

// For the tables of longer words.
struct HashWord {
  HashSecret secret = HashSecret::draw();
  size_t operator()(const std::string& word) const;
};

// Where a word stood first, in the order of the corpus, whatever thread met it. A text is one thread's, so that its new
// words have that thread's order.
struct Occurrence {
  uint32_t text;
  uint32_t order;  // of first insertion, from 1
  bool operator<(const Occurrence& other) const { return text != other.text ? text < other.text : order < other.order; }
};

struct CountedWord {
  std::string word;
  int64_t count;
};

// A growing table of counts; a thread's own. Tables that are to be merged share their secret: then one is read in the
// order in which the other is written, and both walk through memory instead of jumping.
class WordCounts {
 public:
  explicit WordCounts(const HashSecret& secret);
  // Counts the words of a text (see text/cleaned_words.h for how they stand); texts must come in order.
  void add(const char* bytes, const uint32_t* ends, size_t count, uint32_t text);
  void merge(const WordCounts& other);
  // Of the words that stand there `min_count` times or more and are not left out, the `max_words` most frequent, most
  // frequent first; ties by first occurrence.
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

// Words and their ids, 1 for the first; built once, then only read, by any number of threads.
//
// A perfect hash: the word's hash names a bucket, the bucket a displacement, and hash and displacement together the one
// slot where the word is if it is anywhere (Fox, Chen and Heath 1992; Belazzougui, Botelho and Dietzfelbinger 2009). A
// look-up has no loop and no branch that depends on whether the word is known, which two thirds of a text's are not.
class Lexicon {
 public:
  // words: their ids are their places, from 1. dropped: words of id 0, but for those that stand in `words`.
  // unknown_id: what all others get. Throws std::invalid_argument where a word stands twice.
  Lexicon(const std::vector<std::string>& words, const std::unordered_set<std::string>& dropped, int32_t unknown_id);
  // The ids of words (see cleaned_words.h for how they stand) but for those of id 0, written from `out` on, where there
  // is room for `count`; returns the end of what was written.
  template <class Id>
  Id* look_up(const char* bytes, const uint32_t* ends, size_t count, Id* out) const;
  int32_t largest_id() const { return largest_id_; }

 private:
  struct Entry {
    WordKey key;
    int32_t id;
  };
  bool place(const std::vector<Entry>& entries);
  int32_t long_word_id(const char* word, size_t size) const;

  HashSecret secret_;
  std::vector<uint32_t> displacements_;  // one a bucket
  std::vector<WordKey> keys_;            // one a slot; no word has the key of no bytes, which marks an empty one
  std::vector<int32_t> ids_;             // one a slot: the id ^ unknown_id_
  int bucket_shift_;
  size_t mask_;
  std::unordered_map<std::string, int32_t, HashWord> long_words_;
  int32_t unknown_id_, largest_id_;
};

}  // namespace sentiment_fast
