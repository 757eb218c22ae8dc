// Arrays that begin where a cache line does: a vector that crosses a line costs two loads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <new>

namespace sentiment_fast {

// Of a size, zeros at first.
template <class T>
class Aligned {
 public:
  explicit Aligned(int64_t size)
      : at_(static_cast<T*>(::operator new(static_cast<size_t>(size) * sizeof(T), kLine))) {
    std::fill(at_, at_ + size, T{});
  }
  Aligned(Aligned&& other) noexcept : at_(other.at_) { other.at_ = nullptr; }
  Aligned(const Aligned&) = delete;
  Aligned& operator=(const Aligned&) = delete;
  Aligned& operator=(Aligned&&) = delete;
  ~Aligned() { ::operator delete(at_, kLine); }
  T* data() { return at_; }
  const T* data() const { return at_; }

 private:
  static constexpr std::align_val_t kLine{64};
  T* at_;
};

}  // namespace sentiment_fast
