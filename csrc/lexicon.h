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
#include <utility>
#include <vector>

namespace sentiment_fast {

constexpr size_t kShortWord = 16;  // bytes; whoever gives words keeps that many readable from where they start

struct WordKey {
  uint64_t low, high;
  bool operator==(const WordKey& other) const { return low == other.low && high == other.high; }
};

// kKept[size]: all ones in the first `size` bytes.
inline constexpr std::array<WordKey, kShortWord + 1> kKept = [] {
  std::array<WordKey, kShortWord + 1> kept{};
  for (size_t size = 1; size <= kShortWord; ++size) {
    kept[size].low = size >= 8 ? ~uint64_t{0} : (uint64_t{1} << (8 * size)) - 1;
    kept[size].high = size >= 16 ? ~uint64_t{0} : size <= 8 ? 0 : (uint64_t{1} << (8 * (size - 8))) - 1;
  }
  return kept;
}();

// The key of a word of up to 16 bytes: its bytes, then zeros.
inline WordKey short_word_key(const char* word, size_t size) {
  WordKey key;
  std::memcpy(&key, word, sizeof key);
  return {key.low & kKept[size].low, key.high & kKept[size].high};
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

// Where a word stood first: the order of the corpus, whatever thread met it.
struct Occurrence {
  int64_t text;
  int64_t word;  // which word of that text
  bool operator<(const Occurrence& other) const { return text != other.text ? text < other.text : word < other.word; }
};

struct CountedWord {
  std::string word;
  int64_t count;
  Occurrence first;
};

// A growing table of counts; a thread's own.
class WordCounts {
 public:
  WordCounts();
  void add(const char* word, size_t size, int64_t count, Occurrence first);
  void merge(const WordCounts& other);
  std::vector<CountedWord> words() const;  // in no particular order

 private:
  struct alignas(32) Slot {
    WordKey key;
    int64_t count;
    uint32_t order;  // of first insertion, from 1: into firsts_; 0 marks an empty slot
  };
  struct LongWord {
    int64_t count;
    Occurrence first;
  };
  template <class Visit>
  void for_each(Visit visit) const;
  void grow();

  HashSecret secret_ = HashSecret::draw();
  std::vector<Slot> slots_;
  std::vector<Occurrence> firsts_;
  std::unordered_map<std::string, LongWord, HashWord> long_words_;
};

// Words and their ids, 1 for the first; built once, then only read, by any number of threads.
//
// A perfect hash: the word's hash names a bucket, the bucket a displacement, and hash and displacement together the one
// slot where the word is if it is anywhere (Fox, Chen and Heath 1992; Belazzougui, Botelho and Dietzfelbinger 2009). A
// look-up has no loop and no branch that depends on whether the word is known, which two thirds of a text's are not.
class Lexicon {
 public:
  explicit Lexicon(const std::vector<std::string>& words);
  // The word's id, or 0 for a word that is not in the lexicon.
  int32_t id(const char* word, size_t size) const {
    if (size > kShortWord) return long_word_id(word, size);
    const WordKey key = short_word_key(word, size);
    const uint64_t hash = secret_.hash(key);
    const size_t at = (hash ^ displacements_[hash >> bucket_shift_]) & mask_;
    const WordKey& found = keys_[at];
    const uint64_t difference = (found.low ^ key.low) | (found.high ^ key.high);
    return ids_[at] & -static_cast<int32_t>(difference == 0);
  }
  int32_t size() const { return size_; }

 private:
  bool place(const std::vector<std::pair<WordKey, int32_t>>& words);
  int32_t long_word_id(const char* word, size_t size) const;

  HashSecret secret_;
  std::vector<uint32_t> displacements_;  // one a bucket
  std::vector<WordKey> keys_;            // one a slot; no word has the key of no bytes, which marks an empty one
  std::vector<int32_t> ids_;             // one a slot
  int bucket_shift_;
  size_t mask_;
  std::unordered_map<std::string, int32_t, HashWord> long_words_;
  int32_t size_;
};

}  // namespace sentiment_fast
