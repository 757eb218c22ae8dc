#include "encode.h"

#include <algorithm>
#include <numeric>

#include "clean.h"
#include "threads.h"

namespace sentiment_fast {
namespace {

struct Counting {
  WordCounts& counts;
  Occurrence at;
  void words(const char* bytes, const uint32_t* ends, size_t count) {
    size_t begin = 0;
    for (size_t i = 0; i < count; ++i) {
      counts.add(bytes + begin, ends[i] - begin, 1, at);
      ++at.word;
      begin = ends[i] + size_t{1};
    }
  }
};

template <class Id>
struct LookingUp {
  const Lexicon& lexicon;
  EncodedRange<Id>& range;
  void words(const char* bytes, const uint32_t* ends, size_t count) {
    range.words += static_cast<int64_t>(count);
    Id* out = range.ids.reserve(count);
    size_t begin = 0;
    for (size_t i = 0; i < count; ++i) {
      const int32_t id = lexicon.id(bytes + begin, ends[i] - begin);
      *out = static_cast<Id>(id);  // written in any case, and overwritten by the next if it is none
      out += id != 0;
      begin = ends[i] + size_t{1};
    }
    range.ids.written(out);
  }
};

}  // namespace

WordCounts count_words(const std::vector<Text>& texts, const Level& level, int threads) {
  const std::vector<Range> ranges = equal_ranges(texts, threads);
  threads = useful_threads(threads, ranges.size());
  std::vector<WordCounts> counts(static_cast<size_t>(threads));
  std::atomic<size_t> next{0};
  on_threads(threads, [&](int thread) {
    Cleaner cleaner(level);
    WordCounts own;  // not in the vector while it grows: threads would fight over its cache lines
    for (size_t r; (r = next.fetch_add(1)) < ranges.size();) {
      for (int64_t i = ranges[r].begin; i < ranges[r].end; ++i) {
        Counting sink{own, {i, 0}};
        cleaner.clean(texts[static_cast<size_t>(i)], sink);
      }
    }
    counts[static_cast<size_t>(thread)] = std::move(own);
  });
  for (size_t other = 1; other < counts.size(); ++other) counts[0].merge(counts[other]);
  return std::move(counts[0]);
}

template <class Id>
std::vector<EncodedRange<Id>> encode(const std::vector<Text>& texts, const Lexicon& lexicon, const Level& level,
                                     int threads) {
  const std::vector<Range> ranges = equal_ranges(texts, threads);
  threads = useful_threads(threads, ranges.size());
  std::vector<EncodedRange<Id>> encoded(ranges.size());
  std::atomic<size_t> next{0};
  on_threads(threads, [&](int) {
    Cleaner cleaner(level);
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
void join(const std::vector<EncodedRange<Id>>& ranges, Id* values, int64_t* offsets, int threads) {
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

template std::vector<EncodedRange<int16_t>> encode(const std::vector<Text>&, const Lexicon&, const Level&, int);
template std::vector<EncodedRange<int32_t>> encode(const std::vector<Text>&, const Lexicon&, const Level&, int);
template void join(const std::vector<EncodedRange<int16_t>>&, int16_t*, int64_t*, int);
template void join(const std::vector<EncodedRange<int32_t>>&, int32_t*, int64_t*, int);
template void pad(const int16_t*, const int64_t*, int64_t, int64_t, int16_t*, int);
template void pad(const int16_t*, const int64_t*, int64_t, int64_t, int32_t*, int);
template void pad(const int16_t*, const int64_t*, int64_t, int64_t, int64_t*, int);
template void pad(const int32_t*, const int64_t*, int64_t, int64_t, int16_t*, int);
template void pad(const int32_t*, const int64_t*, int64_t, int64_t, int32_t*, int);
template void pad(const int32_t*, const int64_t*, int64_t, int64_t, int64_t*, int);

}  // namespace sentiment_fast
