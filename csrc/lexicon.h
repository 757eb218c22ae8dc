// Words as keys: counting them, and looking them up in an immutable table.
//
// A word is UTF-8 bytes without NUL. One of up to 16 bytes is its own key, two machine words wide, which lies in the
// table's slot, so that a look-up touches one cache line; the few longer ones take a slower path with the same result.
// Both tables hash with a key drawn once a process, so that no text can be crafted to make its words collide; no result
// depends on that key. Nothing here needs the interpreter lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sentiment_fast {

constexpr size_t kShortWord = 16;  // bytes; whoever gives words keeps that many readable from where they start

struct WordKey {
  uint64_t low, high;
  bool operator==(const WordKey& other) const { return low == other.low && high == other.high; }
};

// The key of a word of up to 16 bytes: its bytes, then zeros.
inline WordKey short_word_key(const char* word, size_t size) {
  constexpr uint64_t kAll = ~uint64_t{0};
  WordKey key;
  std::memcpy(&key, word, sizeof key);
  key.low &= size >= 8 ? kAll : (uint64_t{1} << (8 * size)) - 1;
  key.high &= size >= 16 ? kAll : size <= 8 ? 0 : (uint64_t{1} << (8 * (size - 8))) - 1;
  return key;
}

uint64_t hash_key(WordKey key);

struct HashWord {
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

  std::vector<Slot> slots_;
  std::vector<Occurrence> firsts_;
  std::unordered_map<std::string, LongWord, HashWord> long_words_;
};

// Words and their ids, 1 for the first; built once, then only read, by any number of threads.
class Lexicon {
 public:
  explicit Lexicon(const std::vector<std::string>& words);
  // The word's id, or 0 for a word that is not in the lexicon.
  int32_t id(const char* word, size_t size) const {
    if (size > kShortWord) return long_word_id(word, size);
    const WordKey key = short_word_key(word, size);
    for (size_t at = hash_key(key) & mask_;; at = (at + 1) & mask_) {
      const Slot& slot = slots_[at];
      if (slot.key == key || slot.id == 0) return slot.id;
    }
  }
  int32_t size() const { return size_; }

 private:
  struct alignas(32) Slot {
    WordKey key;
    int32_t id;  // 0 marks an empty slot
  };
  int32_t long_word_id(const char* word, size_t size) const;

  std::vector<Slot> slots_;
  size_t mask_;
  std::unordered_map<std::string, int32_t, HashWord> long_words_;
  int32_t size_;
};

}  // namespace sentiment_fast
