#include "encode.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "threads.h"

namespace sentiment_fast {
namespace {

struct Counting {
  WordCounts& counts;
  uint32_t text;
  void words(const char* bytes, const uint32_t* ends, size_t count) { counts.add(bytes, ends, count, text); }
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

// Merges all tables into the first: in pairs, then the pairs, and so on, each round over threads.
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
  const std::vector<Range> ranges = equal_ranges(texts, threads);
  threads = useful_threads(threads, ranges.size());
  const HashSecret secret = HashSecret::draw();
  std::vector<WordCounts> counts(static_cast<size_t>(threads), WordCounts(secret));
  std::atomic<size_t> next{0};
  on_threads(threads, [&](int thread) {
    Cleaner cleaner(cleaning);
    WordCounts own(secret);  // not in the vector while it grows: threads would fight over its cache lines
    for (size_t r; (r = next.fetch_add(1)) < ranges.size();) {
      for (int64_t i = ranges[r].begin; i < ranges[r].end; ++i) {
        Counting sink{own, static_cast<uint32_t>(i)};
        cleaner.clean(texts[static_cast<size_t>(i)], sink);
      }
    }
    counts[static_cast<size_t>(thread)] = std::move(own);
  });
  merge(counts);
  return std::move(counts[0]);
}

template <class Id>
std::vector<EncodedRange<Id>> encode(const std::vector<Text>& texts, const Lexicon& lexicon, const Cleaning& cleaning,
                                     int threads) {
  const std::vector<Range> ranges = equal_ranges(texts, threads);
  threads = useful_threads(threads, ranges.size());
  std::vector<EncodedRange<Id>> encoded(ranges.size());
  std::atomic<size_t> next{0};
  on_threads(threads, [&](int) {
    Cleaner cleaner(cleaning);
    for (size_t r; (r = next.fetch_add(1)) < ranges.size();) {
      LookingUp<Id> sink{lexicon, encoded[r]};
      encoded[r].lengths.reserve(static_cast<size_t>(ranges[r].end - ranges[r].begin));
      for (int64_t i = ranges[r].begin; i < ranges[r].end; ++i) {
        const size_t before = encoded[r].ids.size();
        cleaner.clean(texts[static_cast<size_t>(i)], sink);
        encoded[r].lengths.push_back(static_cast<int64_t>(encoded[r].ids.size() - before));
      }
    }
  });
  return encoded;
}

template <class Id>
void join(std::vector<EncodedRange<Id>>& ranges, Id* values, int64_t* offsets, int threads) {
  std::vector<size_t> first_id(ranges.size() + 1, 0), first_text(ranges.size() + 1, 0);
  for (size_t r = 0; r < ranges.size(); ++r) {
    first_id[r + 1] = first_id[r] + ranges[r].ids.size();
    first_text[r + 1] = first_text[r] + ranges[r].lengths.size();
  }
  offsets[0] = 0;
  std::atomic<size_t> next{0};
  on_threads(useful_threads(threads, ranges.size()), [&](int) {
    for (size_t r; (r = next.fetch_add(1)) < ranges.size();) {
      std::copy(ranges[r].ids.begin(), ranges[r].ids.begin() + ranges[r].ids.size(), values + first_id[r]);
      auto end = static_cast<int64_t>(first_id[r]);
      int64_t* out = offsets + first_text[r] + 1;
      for (const int64_t length : ranges[r].lengths) *out++ = end += length;
      ranges[r] = {};  // its memory is back before the next range's place is written
    }
  });
}

template <class Id, class Out>
void pad(const Id* values, const int64_t* offsets, int64_t rows, int64_t length, Out* matrix, int threads) {
  constexpr int64_t kBlock = 256;  // rows a thread takes at a time
  std::atomic<int64_t> next{0};
  on_threads(useful_threads(threads, static_cast<size_t>(rows / kBlock + 1)), [&](int) {
    for (int64_t block; (block = next.fetch_add(kBlock)) < rows;) {
      const int64_t block_end = std::min(rows, block + kBlock);
      for (int64_t row = block; row < block_end; ++row) {
        const int64_t kept = std::min(length, offsets[row + 1] - offsets[row]);
        Out* const out = matrix + row * length;
        std::fill(out, out + (length - kept), Out{0});
        std::copy(values + offsets[row], values + offsets[row] + kept, out + (length - kept));
      }
    }
  });
}

template std::vector<EncodedRange<int16_t>> encode(const std::vector<Text>&, const Lexicon&, const Cleaning&, int);
template std::vector<EncodedRange<int32_t>> encode(const std::vector<Text>&, const Lexicon&, const Cleaning&, int);
template void join(std::vector<EncodedRange<int16_t>>&, int16_t*, int64_t*, int);
template void join(std::vector<EncodedRange<int32_t>>&, int32_t*, int64_t*, int);
template void pad(const int16_t*, const int64_t*, int64_t, int64_t, int16_t*, int);
template void pad(const int16_t*, const int64_t*, int64_t, int64_t, int32_t*, int);
template void pad(const int16_t*, const int64_t*, int64_t, int64_t, int64_t*, int);
template void pad(const int32_t*, const int64_t*, int64_t, int64_t, int16_t*, int);
template void pad(const int32_t*, const int64_t*, int64_t, int64_t, int32_t*, int);
template void pad(const int32_t*, const int64_t*, int64_t, int64_t, int64_t*, int);

}  // namespace sentiment_fast
