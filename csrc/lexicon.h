// Words as keys: counting them, and looking them up in an immutable table.
//
// Both tables hash with a key drawn once a process, so that no text can be crafted to make their words collide; no
// result depends on that key. Words are UTF-8 bytes; nothing here needs the interpreter lock.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sentiment_fast {

uint64_t hash_word(const char* word, size_t size);

// Where a word stood first: the order of the corpus, whatever thread met it.
struct Occurrence {
  int64_t text;
  int64_t word;  // which word of that text
  bool operator<(const Occurrence& other) const {
    return text != other.text ? text < other.text : word < other.word;
  }
};

struct CountedWord {
  std::string_view word;  // points into the table that counted it
  int64_t count;
  Occurrence first;
};

// A growing table of counts; copies each distinct word once.
class WordCounts {
 public:
  WordCounts();
  void add(std::string_view word, int64_t count, Occurrence first);
  void merge(const WordCounts& other);
  const std::vector<CountedWord>& words() const { return words_; }

 private:
  struct Slot {
    uint32_t hash;
    uint32_t index;  // into words_, plus 1; 0 marks an empty slot
  };
  std::string_view keep(std::string_view word);
  void grow();

  std::vector<Slot> slots_;
  std::vector<CountedWord> words_;
  std::vector<std::unique_ptr<char[]>> blocks_;  // the words' bytes, in blocks that never move
  size_t block_left_ = 0;
  char* block_next_ = nullptr;
};

// Words and their ids, 1 for the first; built once, then only read, by any number of threads.
class Lexicon {
 public:
  explicit Lexicon(const std::vector<std::string>& words);
  // The word's id, or 0 for a word that is not in the lexicon.
  int32_t id(const char* word, size_t size) const;
  int32_t size() const { return size_; }

 private:
  struct Slot {
    uint32_t hash;
    int32_t id;  // 0 marks an empty slot
    uint32_t begin, end;  // of the word in bytes_
  };
  std::vector<Slot> slots_;
  std::string bytes_;
  int32_t size_;
};

}  // namespace sentiment_fast
