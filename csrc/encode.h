// Texts -> counts of words; texts -> ids and offsets; ids -> a padded matrix. All of it over threads, with the same
// result at any number of them, and without the interpreter lock.
#pragma once

#include <cstdint>
#include <vector>

#include "lexicon.h"
#include "texts.h"

namespace sentiment_fast {

WordCounts count_words(const std::vector<Text>& texts, int threads);

// The ids of the texts from one range of them, before they are laid one behind the other.
template <class Id>
struct EncodedRange {
  std::vector<Id> ids;
  std::vector<int64_t> lengths;  // ids per text
  int64_t words = 0;             // cleaned words read, known or not
};

template <class Id>
std::vector<EncodedRange<Id>> encode(const std::vector<Text>& texts, const Lexicon& lexicon, int threads);

// Lays the ranges one behind the other: `values` has room for all ids, `offsets` for one more than there are texts.
template <class Id>
void join(const std::vector<EncodedRange<Id>>& ranges, Id* values, int64_t* offsets, int threads);

// Row i of the (rows, length) matrix: zeros, then the first `length` ids of values[offsets[i] .. offsets[i + 1]).
template <class Id, class Out>
void pad(const Id* values, const int64_t* offsets, int64_t rows, int64_t length, Out* matrix, int threads);

}  // namespace sentiment_fast
