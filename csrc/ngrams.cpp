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

// Buckets or codes found by DistinctBuckets, valid until it finds the next.
struct Buckets {
  uint32_t *first, *last;
  const uint32_t* begin() const { return first; }
  const uint32_t* end() const { return last; }
};

// Finds the distinct buckets or codes of rows, one row at a time.
class DistinctBuckets {
 public:
  explicit DistinctBuckets(NgramSpace space)
      : space_(space), seen_(static_cast<size_t>(space.buckets() / 64)), states_(kPlaces) {}

  // The row's buckets, in the order of discovery. Calls on_bucket for the bucket of every n-gram, repeated ones too.
  template <class Id, class OnBucket>
  Buckets find(const Id* ids, int64_t count, OnBucket on_bucket) {
    size_t found = 0;
    for (int kind = 0; kind < space_.kinds(count); ++kind)
      for (int64_t begin = 0; begin < count; begin += kPlaces)
        found = each_length(ids, begin, count, kSeeds[kind], found, [&](const Id* last, int64_t places, size_t end) {
          return add_buckets(last, places, end, on_bucket);
        });
    return without_bits(found);
  }

  // The same, of buckets whose owner the row has. owns(bucket, fingerprint): whether the n-gram is the owner.
  template <class Id, class OnBucket, class Owns>
  Buckets find_owned(const Id* ids, int64_t count, OnBucket on_bucket, Owns owns) {
    size_t found = 0;
    for (int kind = 0; kind < space_.kinds(count); ++kind)
      for (int64_t begin = 0; begin < count; begin += kPlaces) {
        const size_t end = add_codes_of(ids, begin, count, kSeeds[kind], found, on_bucket);
        found = keep_owned(found, end, owns);
      }
    return without_bits(found);
  }

  // The row's codes, ascending.
  template <class Id>
  Buckets find_codes(const Id* ids, int64_t count) {
    size_t end = 0;
    for (int kind = 0; kind < space_.kinds(count); ++kind)
      for (int64_t begin = 0; begin < count; begin += kPlaces)
        end = add_codes_of(ids, begin, count, kSeeds[kind], end, [](uint32_t) {});
    uint32_t* const codes = found_.data();
    std::sort(codes, codes + end);
    return {codes, std::unique(codes, codes + end)};
  }

 private:
  // Calls add(last ids, their number, end) for the n-grams of each length that begin at positions from `begin` on; it
  // returns the new end of found_, which has room for one number more than there are n-grams.
  template <class Id, class Add>
  size_t each_length(const Id* ids, int64_t begin, int64_t count, uint64_t seed, size_t end, Add add) {
    std::fill(states_.begin(), states_.end(), seed);
    for (int64_t n = 0; n < space_.longest; ++n) {  // n-grams of n + 1 ids
      const int64_t places = std::min(kPlaces, count - begin - n);
      if (places <= 0) break;
      if (found_.size() < end + static_cast<size_t>(places) + 1)
        found_.resize(2 * (end + static_cast<size_t>(places) + 1));
      end = add(ids + begin + n, places, end);
    }
    return end;
  }

  template <class Id, class OnBucket>
  size_t add_buckets(const Id* ids, int64_t places, size_t found, OnBucket on_bucket) {
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

  // The codes of the n-grams that begin at positions from `begin` on, repeated ones too.
  template <class Id, class OnBucket>
  size_t add_codes_of(const Id* ids, int64_t begin, int64_t count, uint64_t seed, size_t found, OnBucket on_bucket) {
    return each_length(ids, begin, count, seed, found, [&](const Id* last, int64_t places, size_t end) {
      uint64_t* const states = states_.data();
      uint32_t* const codes = found_.data() + end;
      const int shift = 64 - space_.bits - kFingerprintBits;
      for (int64_t i = 0; i < places; ++i) {
        states[i] = extended(states[i], static_cast<uint64_t>(last[i]));
        codes[i] = static_cast<uint32_t>(states[i] >> shift);
        on_bucket(codes[i] >> kFingerprintBits);
      }
      return end + static_cast<size_t>(places);
    });
  }

  // Replaces the codes from `found` up to `end` by the distinct buckets of owners among them, and returns their end.
  template <class Owns>
  size_t keep_owned(size_t found, size_t end, Owns owns) {
    uint32_t* const numbers = found_.data();
    uint64_t* const seen = seen_.data();
    for (size_t i = found; i < end; ++i) {
      const uint32_t bucket = numbers[i] >> kFingerprintBits;
      const bool is_owner = owns(bucket, static_cast<uint8_t>(numbers[i]));
      const uint64_t word = seen[bucket / 64], bit = uint64_t{is_owner} << (bucket % 64);
      seen[bucket / 64] = word | bit;
      numbers[found] = bucket;
      found += (bit & ~word) != 0;
    }
    return found;
  }

  // The buckets found, whose bits are cleared for the next row.
  Buckets without_bits(size_t found) {
    const Buckets buckets{found_.data(), found_.data() + found};
    for (const uint32_t bucket : buckets) seen_[bucket / 64] = 0;
    return buckets;
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

// The numbers of all rows. find(thread's buckets, ids, count) returns those of a row, ascending.
template <class Number, class Id, class Find>
RowNumbers<Number> numbers_of(const RaggedIds<Id>& rows, NgramSpace space, int threads, Find find) {
  std::vector<std::vector<Number>> blocks(static_cast<size_t>((rows.rows + kRows - 1) / kRows));
  RowNumbers<Number> result;
  result.offsets.resize(static_cast<size_t>(rows.rows) + 1);
  on_blocks(rows, space, threads, [&](int64_t begin, int64_t end, DistinctBuckets& distinct) {
    std::vector<Number>& block = blocks[static_cast<size_t>(begin / kRows)];
    for (int64_t row = begin; row < end; ++row) {
      const Buckets found = find(distinct, rows.values + rows.offsets[row], rows.offsets[row + 1] - rows.offsets[row]);
      const size_t before = block.size();
      block.insert(block.end(), found.begin(), found.end());
      result.offsets[static_cast<size_t>(row) + 1] = static_cast<int64_t>(block.size() - before);
    }
  });
  for (size_t row = 1; row < result.offsets.size(); ++row) result.offsets[row] += result.offsets[row - 1];
  result.numbers.reserve(static_cast<size_t>(result.offsets.back()));
  for (std::vector<Number>& block : blocks) {
    result.numbers.insert(result.numbers.end(), block.begin(), block.end());
    std::vector<Number>().swap(block);  // keeps the memory held twice small
  }
  return result;
}

}  // namespace

template <class Id>
RowNumbers<int32_t> row_buckets(const RaggedIds<Id>& rows, NgramSpace space, int threads) {
  return numbers_of<int32_t>(rows, space, threads, [](DistinctBuckets& distinct, const Id* ids, int64_t count) {
    const Buckets found = distinct.find(ids, count, [](uint32_t) {});
    std::sort(found.first, found.last);
    return found;
  });
}

template <class Id>
RowNumbers<uint32_t> row_codes(const RaggedIds<Id>& rows, NgramSpace space, int threads) {
  return numbers_of<uint32_t>(rows, space, threads, [](DistinctBuckets& distinct, const Id* ids, int64_t count) {
    return distinct.find_codes(ids, count);
  });
}

NgramModel::NgramModel(NgramSpace space, int64_t outputs, const int8_t* ratios, const int8_t* weights,
                       const float* scales, const float* biases, const uint8_t* fingerprints)
    : space_(space),
      has_owners_(fingerprints != nullptr),
      stride_(2 * outputs + (has_owners_ ? 1 : 0)),
      scales_(scales, scales + outputs),
      biases_(biases, biases + outputs),
      table_(space.buckets() * stride_) {
  int8_t* row = table_.data();
  for (int64_t bucket = 0; bucket < space.buckets(); ++bucket) {
    if (has_owners_) *row++ = static_cast<int8_t>(fingerprints[bucket]);
    for (int64_t i = bucket * outputs; i < (bucket + 1) * outputs; ++i) {
      *row++ = ratios[i];
      *row++ = weights[i];
    }
  }
}

template <class Id>
void NgramModel::logits(const RaggedIds<Id>& rows, float* out, int threads) const {
  // Copies: whether a store to a hash state changes a member, the compiler cannot know, and would load it each time.
  const auto fetch = [table = table_.data(), stride = stride_](uint32_t bucket) { prefetch(table + bucket * stride); };
  const auto owns = [table = table_.data(), stride = stride_](uint32_t bucket, uint8_t fingerprint) {
    return static_cast<uint8_t>(table[bucket * stride]) == fingerprint;
  };
  on_blocks(rows, space_, threads, [&](int64_t begin, int64_t end, DistinctBuckets& distinct) {
    for (int64_t row = begin; row < end; ++row) {
      const Id* const ids = rows.values + rows.offsets[row];
      const int64_t count = rows.offsets[row + 1] - rows.offsets[row];
      const Buckets buckets =
          has_owners_ ? distinct.find_owned(ids, count, fetch, owns) : distinct.find(ids, count, fetch);
      for (int64_t output = 0; output < outputs(); ++output)
        out[row * outputs() + output] = logit(buckets.first, buckets.last, output);
    }
  });
}

// In float64 without fused operations, so that every machine gives the same result.
float NgramModel::logit(const uint32_t* begin, const uint32_t* end, int64_t output) const {
  const int64_t place = 2 * output + (has_owners_ ? 1 : 0);
  int64_t sum = 0, squares = 0;
  for (const uint32_t* bucket = begin; bucket < end; ++bucket) {
    const int8_t *const pair = row_of(*bucket) + place, ratio = pair[0], weight = pair[1];
    sum += ratio * weight;
    squares += ratio * ratio;
  }
  const auto at = static_cast<size_t>(output);
  if (squares == 0) return biases_[at];
  return static_cast<float>(biases_[at] +
                            double{scales_[at]} * static_cast<double>(sum) / std::sqrt(static_cast<double>(squares)));
}

template RowNumbers<int32_t> row_buckets(const RaggedIds<int16_t>&, NgramSpace, int);
template RowNumbers<int32_t> row_buckets(const RaggedIds<int32_t>&, NgramSpace, int);
template RowNumbers<uint32_t> row_codes(const RaggedIds<int16_t>&, NgramSpace, int);
template RowNumbers<uint32_t> row_codes(const RaggedIds<int32_t>&, NgramSpace, int);
template void NgramModel::logits(const RaggedIds<int16_t>&, float*, int) const;
template void NgramModel::logits(const RaggedIds<int32_t>&, float*, int) const;

}  // namespace sentiment_fast
