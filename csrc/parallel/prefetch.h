// Prefetches memory that will be needed soon. A hint: it changes no result, and any address is allowed.
#pragma once

#include <cstdint>

namespace sentiment_fast {

// The cache line at an address.
inline void prefetch(const void* at) {
#ifdef __GNUC__
  __builtin_prefetch(at);
#else
  (void)at;
#endif
}

// The cache lines of `count` items.
template <class T>
void prefetch(const T* from, int64_t count) {
  constexpr int64_t kLine = 64;  // bytes
  for (int64_t i = 0; i < count; i += kLine / static_cast<int64_t>(sizeof(T))) prefetch(from + i);
}

}  // namespace sentiment_fast
