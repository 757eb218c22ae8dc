#include "ngrams.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "parallel/prefetch.h"
#include "parallel/threads.h"

namespace sentiment_fast {
namespace {

constexpr int64_t kPlaces = 1024;  // positions whose n-grams are hashed at a time
constexpr int64_t kRows = 16;      // rows that a thread takes at a time

// Buckets found by DistinctBuckets, valid until its next find().
struct Buckets {
  const uint32_t *first, *last;
  const uint32_t* begin() const { return first; }
  const uint32_t* end() const { return last; }
};

// Finds the distinct buckets of rows, one row at a time.
class DistinctBuckets {
 public:
  explicit DistinctBuckets(NgramSpace space)
      : space_(space), seen_(static_cast<size_t>(space.buckets() / 64)), states_(kPlaces) {}

  // The row's buckets, in the order of discovery. Calls on_bucket for the bucket of every n-gram, repeated ones too.
  template <class Id, class OnBucket>
  Buckets find(const Id* ids, int64_t count, OnBucket on_bucket) {
    size_t found = 0;
    for (int64_t begin = 0; begin < count; begin += kPlaces) {
      std::fill(states_.begin(), states_.end(), 0);
      for (int64_t n = 0; n < space_.longest; ++n) {  // n-grams of n + 1 ids
        const int64_t places = std::min(kPlaces, count - begin - n);
        if (places <= 0) break;
        if (found_.size() < found + static_cast<size_t>(places) + 1)
          found_.resize(2 * (found + static_cast<size_t>(places) + 1));
        found = add(ids + begin + n, places, found, on_bucket);
      }
    }
    const Buckets buckets{found_.data(), found_.data() + found};
    for (const uint32_t bucket : buckets) seen_[bucket / 64] = 0;
    return buckets;
  }

 private:
  template <class Id, class OnBucket>
  size_t add(const Id* ids, int64_t places, size_t found, OnBucket on_bucket) {
    uint64_t *const states = states_.data(), *const seen = seen_.data();
    uint32_t* const buckets = found_.data();
    const int shift = 64 - space_.bits;
    for (int64_t i = 0; i < places; ++i) {
      states[i] = extended(states[i], static_cast<uint64_t>(ids[i]));
      const auto bucket = static_cast<uint32_t>(states[i] >> shift);
      on_bucket(bucket);
      const uint64_t word = seen[bucket / 64], bit = uint64_t{1} << (bucket % 64);
      seen[bucket / 64] = word | bit;
      buckets[found] = bucket;
      found += (word & bit) == 0;
    }
    return found;
  }

  const NgramSpace space_;
  std::vector<uint64_t> seen_;    // a bit for each bucket; all clear between rows
  std::vector<uint64_t> states_;  // hash states of the n-grams so far
  std::vector<uint32_t> found_;
};

// Calls work(first row, end of rows, thread's buckets) for all blocks of rows, in parallel.
template <class Id, class Work>
void on_blocks(const RaggedIds<Id>& rows, NgramSpace space, int threads, Work work) {
  constexpr int64_t kSmallest = 1 << 12;  // ids that justify a thread
  const int64_t ids = rows.offsets[rows.rows] - rows.offsets[0], blocks = (rows.rows + kRows - 1) / kRows;
  const auto pieces = static_cast<size_t>(std::min(blocks, ids / kSmallest + 1));
  for_each_block(
      rows.rows, kRows, useful_threads(threads, pieces), [&](int) { return DistinctBuckets(space); },
      [&](DistinctBuckets& buckets, Range block) { work(block.begin, block.end, buckets); });
}

}  // namespace

template <class Id>
RowBuckets row_buckets(const RaggedIds<Id>& rows, NgramSpace space, int threads) {
  std::vector<std::vector<int32_t>> blocks(static_cast<size_t>((rows.rows + kRows - 1) / kRows));
  RowBuckets result;
  result.offsets.resize(static_cast<size_t>(rows.rows) + 1);
  on_blocks(rows, space, threads, [&](int64_t begin, int64_t end, DistinctBuckets& distinct) {
    std::vector<int32_t>& block = blocks[static_cast<size_t>(begin / kRows)];
    for (int64_t row = begin; row < end; ++row) {
      const int64_t count = rows.offsets[row + 1] - rows.offsets[row];
      const Buckets found = distinct.find(rows.values + rows.offsets[row], count, [](uint32_t) {});
      const size_t before = block.size();
      block.insert(block.end(), found.begin(), found.end());
      std::sort(block.begin() + static_cast<ptrdiff_t>(before), block.end());
      result.offsets[static_cast<size_t>(row) + 1] = static_cast<int64_t>(block.size() - before);
    }
  });
  for (size_t row = 1; row < result.offsets.size(); ++row) result.offsets[row] += result.offsets[row - 1];
  result.buckets.reserve(static_cast<size_t>(result.offsets.back()));
  for (std::vector<int32_t>& block : blocks) {
    result.buckets.insert(result.buckets.end(), block.begin(), block.end());
    std::vector<int32_t>().swap(block);  // keeps the memory held twice small
  }
  return result;
}

NgramModel::NgramModel(NgramSpace space, int64_t outputs, const int8_t* ratios, const int8_t* weights,
                       const float* scales, const float* biases)
    : space_(space),
      scales_(scales, scales + outputs),
      biases_(biases, biases + outputs),
      pairs_(space.buckets() * outputs) {
  for (int64_t i = 0; i < space.buckets() * outputs; ++i) pairs_.data()[i] = {ratios[i], weights[i]};
}

template <class Id>
void NgramModel::logits(const RaggedIds<Id>& rows, float* out, int threads) const {
  on_blocks(rows, space_, threads, [&](int64_t begin, int64_t end, DistinctBuckets& distinct) {
    for (int64_t row = begin; row < end; ++row) {
      const Buckets buckets = distinct.find(rows.values + rows.offsets[row], rows.offsets[row + 1] - rows.offsets[row],
                                            [this](uint32_t bucket) { prefetch(pairs_of(bucket)); });
      for (int64_t output = 0; output < outputs(); ++output)
        out[row * outputs() + output] = logit(buckets.first, buckets.last, output);
    }
  });
}

// In float64 without fused operations, so that every machine gives the same result.
float NgramModel::logit(const uint32_t* begin, const uint32_t* end, int64_t output) const {
  int64_t sum = 0, squares = 0;
  for (const uint32_t* bucket = begin; bucket < end; ++bucket) {
    const Pair pair = pairs_of(*bucket)[output];
    sum += pair.ratio * pair.weight;
    squares += pair.ratio * pair.ratio;
  }
  const auto at = static_cast<size_t>(output);
  if (squares == 0) return biases_[at];
  return static_cast<float>(biases_[at] +
                            double{scales_[at]} * static_cast<double>(sum) / std::sqrt(static_cast<double>(squares)));
}

template RowBuckets row_buckets(const RaggedIds<int16_t>&, NgramSpace, int);
template RowBuckets row_buckets(const RaggedIds<int32_t>&, NgramSpace, int);
template void NgramModel::logits(const RaggedIds<int16_t>&, float*, int) const;
template void NgramModel::logits(const RaggedIds<int32_t>&, float*, int) const;

}  // namespace sentiment_fast
