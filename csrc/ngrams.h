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
// With fingerprints, a bucket counts for a single n-gram, its owner, known by the hash's next bits, so that n-grams
// that nothing is known about do not take the ratio of one that shares their bucket. Then the first step lists codes,
// buckets with fingerprints, and the second one keeps a bucket only if the fingerprint is its owner's too. It does not
// begin before all codes of the positions are listed: the prefetched lines have come by then.
//
// Ratios and weights have 8 bits, so that sums are exact: the same with any number of threads and on every machine.
#pragma once

#include <cstdint>
#include <vector>

#include "parallel/aligned.h"

namespace sentiment_fast {

constexpr int kLongestNgram = 5, kFewestNgramBits = 10, kMostNgramBits = 24;
constexpr int kFingerprintBits = 8;

// N-grams of 1 to `longest` ids, in 2**bits buckets.
struct NgramSpace {
  int longest;            // 1 to kLongestNgram
  int bits;               // kFewestNgramBits to kMostNgramBits
  int64_t long_from = 0;  // the fewest ids of a long row, whose n-grams are also n-grams of long rows; 0 for none

  int64_t buckets() const { return int64_t{1} << bits; }
  // How many of kSeeds a row of so many ids is hashed with.
  int kinds(int64_t count) const { return long_from > 0 && count >= long_from ? 2 : 1; }
};

// The hash states after no ids, of both kinds of n-grams: those of all rows, and those of long ones.
constexpr uint64_t kSeeds[] = {0, 0xA0761D6478BD642Fu};

// The hash state after an n-gram, from the state after all its ids except the last. Its top bits are the bucket, the
// kFingerprintBits below them the fingerprint; both together are the code.
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

// Distinct numbers of the rows, concatenated; ascending within a row.
template <class Number>
struct RowNumbers {
  std::vector<Number> numbers;
  std::vector<int64_t> offsets;  // rows + 1
};

template <class Id>
RowNumbers<int32_t> row_buckets(const RaggedIds<Id>& rows, NgramSpace space, int threads);

template <class Id>
RowNumbers<uint32_t> row_codes(const RaggedIds<Id>& rows, NgramSpace space, int threads);

// A linear model over the distinct buckets B of a row; with fingerprints, over those whose owner the row has. Each of
// its outputs is
//
//   bias + scale * (sum over B of ratio * weight) / sqrt(sum over B of ratio**2), or the bias if all ratios are 0.
class NgramModel {
 public:
  // ratios, weights: (buckets, outputs). scales, biases: (outputs,). fingerprints: (buckets,), each owner's, or null for
  // buckets without owners. Everything is copied.
  NgramModel(NgramSpace space, int64_t outputs, const int8_t* ratios, const int8_t* weights, const float* scales,
             const float* biases, const uint8_t* fingerprints = nullptr);

  int64_t outputs() const { return static_cast<int64_t>(scales_.size()); }

  // out: (rows, outputs).
  template <class Id>
  void logits(const RaggedIds<Id>& rows, float* out, int threads) const;

 private:
  // The bucket's row of the table: its owner's fingerprint, if there are owners, then the ratio and weight of each output.
  const int8_t* row_of(uint32_t bucket) const { return table_.data() + static_cast<int64_t>(bucket) * stride_; }
  float logit(const uint32_t* begin, const uint32_t* end, int64_t output) const;

  const NgramSpace space_;
  const bool has_owners_;
  const int64_t stride_;  // bytes of a row of the table
  std::vector<float> scales_, biases_;
  Aligned<int8_t> table_;  // (buckets, stride)
};

}  // namespace sentiment_fast
