#include "text/encode.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "parallel/threads.h"
#include "text/ranges.h"

namespace sentiment_fast {
namespace {

struct Counting {
  WordCounts& counts;
  uint32_t text;
  void words(const char* bytes, const uint32_t* ends, size_t count) { counts.add(bytes, ends, count, text); }
};

// A thread's share of the counting.
struct CountingThread {
  CountingThread(const Cleaning& cleaning, const HashSecret& secret) : cleaner(cleaning), counts(secret) {}

  void add(const Text& text, uint32_t number) {
    Counting sink{counts, number};
    cleaner.clean(text, sink);
  }

  Cleaner cleaner;
  WordCounts counts;
};

// The ids of one range of texts, before all ranges are concatenated.
template <class Id>
struct EncodedRange {
  IdBuffer<Id> ids;
  std::vector<int64_t> lengths;  // ids per text
  int64_t words = 0;
};

template <class Id>
struct LookingUp {
  const Lexicon& lexicon;
  EncodedRange<Id>& range;
  void words(const char* bytes, const uint32_t* ends, size_t count) {
    range.words += static_cast<int64_t>(count);
    range.ids.written(lexicon.look_up(bytes, ends, count, range.ids.reserve(count)));
  }
};

template <class Id>
EncodedRange<Id> encode_range(const std::vector<Text>& texts, Range range, const Lexicon& lexicon, Cleaner& cleaner) {
  EncodedRange<Id> encoded;
  encoded.lengths.reserve(static_cast<size_t>(range.end - range.begin));
  LookingUp<Id> sink{lexicon, encoded};
  for (int64_t i = range.begin; i < range.end; ++i) {
    const size_t before = encoded.ids.size();
    cleaner.clean(texts[static_cast<size_t>(i)], sink);
    encoded.lengths.push_back(static_cast<int64_t>(encoded.ids.size() - before));
  }
  return encoded;
}

// Concatenates the ranges' ids and appends them to `encoded`.
template <class Id>
void append(const std::vector<EncodedRange<Id>>& ranges, Encoded<Id>& encoded, int threads) {
  std::vector<size_t> starts = {0};
  for (const EncodedRange<Id>& range : ranges) {
    starts.push_back(starts.back() + range.ids.size());
    encoded.words += range.words;
    for (const int64_t length : range.lengths) encoded.offsets.push_back(encoded.offsets.back() + length);
  }
  Id* const out = encoded.ids.reserve(starts.back());
  for_each_block(static_cast<int64_t>(ranges.size()), 1, threads, [&](Range of_ranges) {
    const auto r = static_cast<size_t>(of_ranges.begin);
    std::copy(ranges[r].ids.begin(), ranges[r].ids.end(), out + starts[r]);
  });
  encoded.ids.written(out + starts.back());
}

// Merges all tables into the first one: pairwise, in rounds, each round in parallel.
void merge(std::vector<WordCounts>& counts) {
  for (size_t step = 1; step < counts.size(); step *= 2) {
    const size_t pairs = (counts.size() + step - 1) / (2 * step);
    on_threads(static_cast<int>(pairs), [&](int pair) {
      const size_t into = static_cast<size_t>(pair) * 2 * step, from = into + step;
      if (counts[into].size() < counts[from].size()) std::swap(counts[into], counts[from]);
      counts[into].merge(counts[from]);
      counts[from] = WordCounts(HashSecret{});
    });
  }
}

}  // namespace

WordCounts count_words(const std::vector<Text>& texts, const Cleaning& cleaning, int threads) {
  if (texts.size() > UINT32_MAX) throw std::length_error("Expected fewer than 2^32 texts at once");
  const std::vector<Range> ranges = equal_ranges(texts, {0, static_cast<int64_t>(texts.size())}, threads);
  const HashSecret secret = HashSecret::draw();
  // Each thread's state has its own allocation, to avoid false sharing.
  std::vector<std::unique_ptr<CountingThread>> counting(static_cast<size_t>(threads));
  for_each_block(
      static_cast<int64_t>(ranges.size()), 1, threads,
      [&](int thread) -> CountingThread& {
        auto& own = counting[static_cast<size_t>(thread)];
        own = std::make_unique<CountingThread>(cleaning, secret);
        return *own;
      },
      [&](CountingThread& own, Range of_ranges) {
        const Range range = ranges[static_cast<size_t>(of_ranges.begin)];
        for (int64_t i = range.begin; i < range.end; ++i)
          own.add(texts[static_cast<size_t>(i)], static_cast<uint32_t>(i));
      });
  std::vector<WordCounts> counts;
  for (const auto& own : counting)
    if (own) counts.push_back(std::move(own->counts));
  merge(counts);
  return std::move(counts[0]);
}

// Works in windows, so that at most one window's ids are in memory twice.
template <class Id>
Encoded<Id> encode(const std::vector<Text>& texts, const Lexicon& lexicon, const Cleaning& cleaning, int threads) {
  constexpr size_t kWindow = size_t{32} << 20;  // bytes of text
  Encoded<Id> encoded;
  encoded.offsets.reserve(texts.size() + 1);
  encoded.offsets.push_back(0);
  for (const Range window : ranges_of_bytes(texts, {0, static_cast<int64_t>(texts.size())}, kWindow)) {
    const std::vector<Range> ranges = equal_ranges(texts, window, threads);
    std::vector<EncodedRange<Id>> parts(ranges.size());
    for_each_block(
        static_cast<int64_t>(ranges.size()), 1, threads, [&](int) { return Cleaner(cleaning); },
        [&](Cleaner& cleaner, Range of_ranges) {
          const auto r = static_cast<size_t>(of_ranges.begin);
          parts[r] = encode_range<Id>(texts, ranges[r], lexicon, cleaner);
        });
    append(parts, encoded, threads);
  }
  encoded.ids.shrink_to_fit();
  return encoded;
}

template <class Id, class Out>
void pad(const Id* values, const int64_t* offsets, int64_t rows, int64_t length, Out* matrix, int threads) {
  constexpr int64_t kBlock = 256;  // rows that a thread takes at a time
  for_each_block(rows, kBlock, threads, [&](Range block) {
    for (int64_t row = block.begin; row < block.end; ++row) {
      const int64_t kept = std::min(length, offsets[row + 1] - offsets[row]);
      Out* const out = matrix + row * length;
      std::fill(out, out + (length - kept), Out{0});
      std::copy(values + offsets[row], values + offsets[row] + kept, out + (length - kept));
    }
  });
}

template Encoded<int16_t> encode(const std::vector<Text>&, const Lexicon&, const Cleaning&, int);
template Encoded<int32_t> encode(const std::vector<Text>&, const Lexicon&, const Cleaning&, int);
template void pad(const int16_t*, const int64_t*, int64_t, int64_t, int16_t*, int);
template void pad(const int16_t*, const int64_t*, int64_t, int64_t, int32_t*, int);
template void pad(const int16_t*, const int64_t*, int64_t, int64_t, int64_t*, int);
template void pad(const int32_t*, const int64_t*, int64_t, int64_t, int16_t*, int);
template void pad(const int32_t*, const int64_t*, int64_t, int64_t, int32_t*, int);
template void pad(const int32_t*, const int64_t*, int64_t, int64_t, int64_t*, int);

}  // namespace sentiment_fast
