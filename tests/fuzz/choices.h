// A fuzzer's input, read as choices from the front: whatever bytes there are, they mean something.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

class Choices {
 public:
  Choices(const uint8_t* data, size_t size) : at_(data), end_(data + size) {}

  bool used_up() const { return at_ == end_; }
  size_t left() const { return static_cast<size_t>(end_ - at_); }

  // An exhausted input continues with zeros.
  template <class Number>
  Number number() {
    unsigned char bytes[sizeof(Number)] = {};
    const size_t given = std::min(sizeof bytes, left());
    std::copy(at_, at_ + given, bytes);
    at_ += given;
    Number result;
    std::memcpy(&result, bytes, sizeof result);
    return result;
  }
  uint8_t byte() { return number<uint8_t>(); }
  // 0 to limit - 1, of one byte where that is enough; limit > 0.
  size_t below(size_t limit) { return (limit <= 256 ? byte() : number<uint16_t>()) % limit; }
  // Zeros say no, so that an input that is used up brings nothing special any more.
  bool one_in(size_t chances) { return below(chances) == chances - 1; }

  std::string bytes(size_t size) {
    const size_t given = std::min(size, left());
    const std::string taken(at_, at_ + given);
    at_ += given;
    return taken;
  }

 private:
  const uint8_t *at_, *end_;
};
