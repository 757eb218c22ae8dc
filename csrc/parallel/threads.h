// Runs work on threads that end with the call, so that a fork is always safe.
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

// Calls work(thread) for thread = 0 .. threads - 1, also on the calling thread, and waits for all. Rethrows the first
// exception. If the system starts fewer threads than requested, the existing ones do the remaining work.
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

// At most one thread for each piece of work: starting a thread takes longer than processing a small text.
inline int useful_threads(int threads, size_t pieces) {
  return static_cast<int>(std::min(static_cast<size_t>(threads), std::max<size_t>(pieces, 1)));
}

// The half-open range begin .. end.
struct Range {
  int64_t begin, end;
};

// Splits 0 .. count - 1 into blocks of `block` numbers (the last may be smaller), which the threads process as they
// become free, and calls work(state, range) for each. make_state(thread) creates, on that thread, the state that it
// keeps between blocks; it may return a reference.
template <class MakeState, class Work>
void for_each_block(int64_t count, int64_t block, int threads, MakeState make_state, Work work) {
  std::atomic<int64_t> next{0};
  on_threads(useful_threads(threads, static_cast<size_t>((count + block - 1) / block)), [&](int thread) {
    auto&& state = make_state(thread);
    for (int64_t begin; (begin = next.fetch_add(block)) < count;)
      work(state, Range{begin, std::min(count, begin + block)});
  });
}

// The same for stateless work: calls work(range).
template <class Work>
void for_each_block(int64_t count, int64_t block, int threads, Work work) {
  for_each_block(count, block, threads, [](int) { return nullptr; }, [&](std::nullptr_t, Range range) { work(range); });
}

}  // namespace sentiment_fast
