// Texts -> counts of words; texts -> ids and offsets; ids -> a padded matrix. All of it over threads, with the same
// result at any number of them, and without the interpreter lock.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "clean.h"
#include "lexicon.h"
#include "texts.h"

namespace sentiment_fast {

WordCounts count_words(const std::vector<Text>& texts, const Cleaning& cleaning, int threads);

// A growing array of ids whose new room is not zeroed first.
template <class Id>
class IdBuffer {
 public:
  // Room for `count` more; returns where they go. `written` then says how many there are.
  Id* reserve(size_t count) {
    if (size_ + count > capacity_) {
      capacity_ = 2 * (size_ + count);
      std::unique_ptr<Id[]> larger(new Id[capacity_]);
      std::copy(ids_.get(), ids_.get() + size_, larger.get());
      ids_ = std::move(larger);
    }
    return ids_.get() + size_;
  }
  void written(const Id* end) { size_ = static_cast<size_t>(end - ids_.get()); }
  const Id* begin() const { return ids_.get(); }
  size_t size() const { return size_; }

 private:
  std::unique_ptr<Id[]> ids_;
  size_t size_ = 0, capacity_ = 0;
};

// The ids of the texts from one range of them, before they are laid one behind the other.
template <class Id>
struct EncodedRange {
  IdBuffer<Id> ids;
  std::vector<int64_t> lengths;  // ids per text
  int64_t words = 0;             // cleaned words read, known or not
};

template <class Id>
std::vector<EncodedRange<Id>> encode(const std::vector<Text>& texts, const Lexicon& lexicon, const Cleaning& cleaning,
                                     int threads);

// Lays the ranges one behind the other, and empties them: `values` has room for all ids, `offsets` for one more than
// there are texts.
template <class Id>
void join(std::vector<EncodedRange<Id>>& ranges, Id* values, int64_t* offsets, int threads);

// Row i of the (rows, length) matrix: zeros, then the first `length` ids of values[offsets[i] .. offsets[i + 1]).
template <class Id, class Out>
void pad(const Id* values, const int64_t* offsets, int64_t rows, int64_t length, Out* matrix, int threads);

}  // namespace sentiment_fast
