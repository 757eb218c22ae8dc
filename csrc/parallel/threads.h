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

// Numbers from `begin` up to, not including, `end`.
struct Range {
  int64_t begin, end;
};

// Cuts 0 .. count - 1 into blocks of `block` numbers (the last may be smaller), which threads take one after the other,
// and calls work(state, range) for each. make_state(thread) makes what a thread keeps from one block to the next, on
// that thread; what it returns may be a reference.
template <class MakeState, class Work>
void for_each_block(int64_t count, int64_t block, int threads, MakeState make_state, Work work) {
  std::atomic<int64_t> next{0};
  on_threads(useful_threads(threads, static_cast<size_t>((count + block - 1) / block)), [&](int thread) {
    auto&& state = make_state(thread);
    for (int64_t begin; (begin = next.fetch_add(block)) < count;)
      work(state, Range{begin, std::min(count, begin + block)});
  });
}

// The same for work that keeps nothing: calls work(range).
template <class Work>
void for_each_block(int64_t count, int64_t block, int threads, Work work) {
  for_each_block(count, block, threads, [](int) { return nullptr; }, [&](std::nullptr_t, Range range) { work(range); });
}

}  // namespace sentiment_fast
