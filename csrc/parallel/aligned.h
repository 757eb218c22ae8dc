// Allocates arrays aligned to cache lines, and large ones to huge pages.
//
// A vector that crosses a cache line costs two loads. Huge pages, where Linux grants them (madvise), save the TLB
// misses of rows that are far apart.
#pragma once

#ifdef __linux__
#include <sys/mman.h>
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>

namespace sentiment_fast {

// An array of fixed size, filled with zeros.
template <class T>
class Aligned {
 public:
  explicit Aligned(int64_t size) {
    size_t bytes = static_cast<size_t>(size) * sizeof(T);
    if (bytes > kHugePage / 2) {
      bytes = (bytes + kHugePage - 1) / kHugePage * kHugePage;
      alignment_ = std::align_val_t{kHugePage};
    }
    at_ = static_cast<T*>(::operator new(bytes, alignment_));
#ifdef __linux__
    if (bytes >= kHugePage) madvise(at_, bytes, MADV_HUGEPAGE);  // a hint; failure does no harm
#endif
    std::fill(at_, at_ + size, T{});
  }
  Aligned(Aligned&& other) noexcept : alignment_(other.alignment_), at_(other.at_) { other.at_ = nullptr; }
  Aligned(const Aligned&) = delete;
  Aligned& operator=(const Aligned&) = delete;
  Aligned& operator=(Aligned&&) = delete;
  ~Aligned() { ::operator delete(at_, alignment_); }
  T* data() { return at_; }
  const T* data() const { return at_; }

 private:
  static constexpr size_t kHugePage = 1 << 21;

  std::align_val_t alignment_{64};
  T* at_;
};

}  // namespace sentiment_fast
