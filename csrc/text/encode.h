// Texts -> word counts; texts -> ids and offsets; ids -> a padded matrix.
//
// Runs on threads, with the same result for any number of them, and without the interpreter lock. The hot path from a
// text to its ids, with each step's share of the time (IMDb reviews, AVX-512):
//
//   text, not copied                   "I'm glad--10/10 they saved this movie..."      texts.h: list[str] or Arrow data
//     |  4096 bytes at a time
//     v  cleaned, 64 bytes at a time, no branch depends on them                 20 %   explained in text/avx512.cpp
//   bytes  im glad they saved this movie                                               cleaned_words.h: both stay in the
//   ends     2    7    12   18   23   29                                               L1 cache
//     |  word by word, three loads that do not wait for one another             75 %   text/lexicon.h, Lexicon::look_up
//     |    key     16 bytes from the start of the word, those after its end masked out
//     |    hash    one multiplication of the key's halves with the table's secret
//     |    slot    (hash ^ displacements[hash's top bits]) & mask: the one place where the word can be
//     v    id      ids[slot] if keys[slot] is the key, else none; always written, kept if the word has one
//   ids     411  88  6  39
//
// A window of 32 MB of text is split into ranges, which threads process as they become free; then their ids are
// concatenated. So at most one window's ids are in memory twice, whatever the size of the corpus.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "text/clean.h"
#include "text/lexicon.h"
#include "text/texts.h"

namespace sentiment_fast {

WordCounts count_words(const std::vector<Text>& texts, const Cleaning& cleaning, int threads);

// A growing array of ids that neither zeroes new memory nor, where the system can remap pages, copies when it grows.
template <class Id>
class IdBuffer {
 public:
  // Makes room for `count` more ids; returns where to write them. Call `written` with their end afterwards.
  Id* reserve(size_t count) {
    if (size_ + count > capacity_) set_capacity(2 * (size_ + count));
    return ids_.get() + size_;
  }
  void written(const Id* end) { size_ = static_cast<size_t>(end - ids_.get()); }
  void shrink_to_fit() { set_capacity(size_); }
  const Id* begin() const { return ids_.get(); }
  const Id* end() const { return ids_.get() + size_; }
  size_t size() const { return size_; }
  Id* release() { return ids_.release(); }  // the caller frees it with std::free

 private:
  struct Free {
    void operator()(Id* ids) const { std::free(ids); }
  };
  void set_capacity(size_t capacity) {
    auto* const moved = static_cast<Id*>(std::realloc(ids_.get(), (capacity + 1) * sizeof(Id)));  // never 0 bytes
    if (!moved) throw std::bad_alloc();
    static_cast<void>(ids_.release());
    ids_.reset(moved);
    capacity_ = capacity;
  }

  std::unique_ptr<Id, Free> ids_;
  size_t size_ = 0, capacity_ = 0;
};

// The concatenated ids of texts.
template <class Id>
struct Encoded {
  IdBuffer<Id> ids;
  std::vector<int64_t> offsets;  // (texts + 1,)
  int64_t words = 0;             // cleaned words, in the vocabulary or not
};

template <class Id>
Encoded<Id> encode(const std::vector<Text>& texts, const Lexicon& lexicon, const Cleaning& cleaning, int threads);

// Row i of the (rows, length) matrix: zeros, then the first `length` ids of values[offsets[i] .. offsets[i + 1]).
template <class Id, class Out>
void pad(const Id* values, const int64_t* offsets, int64_t rows, int64_t length, Out* matrix, int threads);

}  // namespace sentiment_fast
