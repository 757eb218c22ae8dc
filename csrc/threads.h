// Work spread over threads that live no longer than the call: none outlives it, so a fork is always safe.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "texts.h"

namespace sentiment_fast {

// Calls work(thread) for thread = 0 .. threads - 1, one of them on the calling thread, and waits for all. The first
// exception is thrown again here. Where the system gives fewer threads than asked for, those that start do the rest.
template <class Work>
void on_threads(int threads, Work work) {
  std::exception_ptr failure;
  std::mutex failure_lock;
  std::atomic<int> next{0};
  const auto run = [&] {
    try {
      for (int thread; (thread = next.fetch_add(1)) < threads;) work(thread);
    } catch (...) {
      const std::lock_guard<std::mutex> guard(failure_lock);
      if (!failure) failure = std::current_exception();
    }
  };
  std::vector<std::thread> started;
  try {
    started.reserve(static_cast<size_t>(threads));
    for (int thread = 1; thread < threads; ++thread) started.emplace_back(run);
  } catch (const std::exception&) {
  }
  run();
  for (std::thread& thread : started) thread.join();
  if (failure) std::rethrow_exception(failure);
}

// No more threads than there are pieces of work: starting one takes longer than a small text.
inline int useful_threads(int threads, size_t pieces) {
  return static_cast<int>(std::min(static_cast<size_t>(threads), std::max<size_t>(pieces, 1)));
}

struct Range {
  int64_t begin, end;
};

// Cuts a range of texts into runs of `target` bytes or a little more, in order.
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

// ... into runs of about equal bytes: enough of them that threads finish together, few enough that each is worth a
// thread's while.
inline std::vector<Range> equal_ranges(const std::vector<Text>& texts, Range all, int threads) {
  constexpr size_t kSmallest = 1 << 16;  // bytes
  size_t total = 0;
  for (int64_t i = all.begin; i < all.end; ++i) total += texts[static_cast<size_t>(i)].bytes() + 1;
  return ranges_of_bytes(texts, all, std::max(kSmallest, total / (8 * static_cast<size_t>(threads)) + 1));
}

}  // namespace sentiment_fast
