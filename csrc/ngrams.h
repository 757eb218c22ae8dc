// Ragged ids -> hashed n-grams: the distinct buckets of each row, and a linear model's logits from them.
//
// An n-gram is up to `longest` adjacent ids of a row. Saved models depend on the hash, so `extended` below and
// ngram_buckets in sentiment_fast/text/reference.py must never change.
//
// Each thread:
//
//   ids       1024 positions at a time
//     |       extend the n-gram that begins at each position by one id per round and hash it; prefetch the bucket's
//     v       cache line
//   bucket    look up its bit in a bitmap that fits into the L2 cache; keep the bucket if the bit was not set, without
//     v       a branch
//   buckets   the distinct buckets of the row: add up their ratios and weights, clear their bits
//
// Ratios and weights have 8 bits, so that sums are exact: the same with any number of threads and on every machine.
#pragma once

#include <cstdint>
#include <vector>

#include "parallel/aligned.h"

namespace sentiment_fast {

constexpr int kLongestNgram = 5, kFewestNgramBits = 10, kMostNgramBits = 24;

// N-grams of 1 to `longest` ids, in 2**bits buckets.
struct NgramSpace {
  int longest;  // 1 to kLongestNgram
  int bits;     // kFewestNgramBits to kMostNgramBits

  int64_t buckets() const { return int64_t{1} << bits; }
};

// The hash state after an n-gram, from the state after all its ids except the last; 0 for no ids. Its top bits are the
// bucket.
inline uint64_t extended(uint64_t state, uint64_t id) {
  state += (id + 1) * 0x9E3779B97F4A7C15u;
  state = (state ^ (state >> 32)) * 0xD6E8FEB86659FD93u;
  return state ^ (state >> 29);
}

// Row i has the ids values[offsets[i] .. offsets[i + 1]).
template <class Id>
struct RaggedIds {
  const Id* values;
  const int64_t* offsets;  // rows + 1
  int64_t rows;
};

// The distinct buckets of the rows, concatenated; ascending within a row.
struct RowBuckets {
  std::vector<int32_t> buckets;
  std::vector<int64_t> offsets;  // rows + 1
};

template <class Id>
RowBuckets row_buckets(const RaggedIds<Id>& rows, NgramSpace space, int threads);

// A linear model over the distinct buckets B of a row. Each of its outputs is
//
//   bias + scale * (sum over B of ratio * weight) / sqrt(sum over B of ratio**2), or the bias if all ratios are 0.
class NgramModel {
 public:
  // ratios, weights: (buckets, outputs). scales, biases: (outputs,). Everything is copied.
  NgramModel(NgramSpace space, int64_t outputs, const int8_t* ratios, const int8_t* weights, const float* scales,
             const float* biases);

  int64_t outputs() const { return static_cast<int64_t>(scales_.size()); }

  // out: (rows, outputs).
  template <class Id>
  void logits(const RaggedIds<Id>& rows, float* out, int threads) const;

 private:
  struct Pair {
    int8_t ratio, weight;
  };
  const Pair* pairs_of(uint32_t bucket) const { return pairs_.data() + static_cast<int64_t>(bucket) * outputs(); }
  float logit(const uint32_t* begin, const uint32_t* end, int64_t output) const;

  const NgramSpace space_;
  std::vector<float> scales_, biases_;
  Aligned<Pair> pairs_;  // (buckets, outputs)
};

}  // namespace sentiment_fast
