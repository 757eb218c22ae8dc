// Texts -> ranges of about equal size, for threads to share.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "parallel/threads.h"
#include "text/texts.h"

namespace sentiment_fast {

// Splits a range of texts into ranges of `target` bytes or slightly more, in order.
inline std::vector<Range> ranges_of_bytes(const std::vector<Text>& texts, Range all, size_t target) {
  std::vector<Range> ranges;
  size_t bytes = 0;
  for (int64_t i = all.begin, begin = all.begin; i < all.end; ++i) {
    bytes += texts[static_cast<size_t>(i)].bytes() + 1;
    if (bytes < target && i + 1 < all.end) continue;
    ranges.push_back({begin, i + 1});
    begin = i + 1;
    bytes = 0;
  }
  return ranges;
}

// Splits a range of texts into ranges of about equal size: enough that threads finish together, few enough that each
// justifies a thread.
inline std::vector<Range> equal_ranges(const std::vector<Text>& texts, Range all, int threads) {
  constexpr size_t kSmallest = 1 << 16;  // bytes
  size_t total = 0;
  for (int64_t i = all.begin; i < all.end; ++i) total += texts[static_cast<size_t>(i)].bytes() + 1;
  return ranges_of_bytes(texts, all, std::max(kSmallest, total / (8 * static_cast<size_t>(threads)) + 1));
}

}  // namespace sentiment_fast
