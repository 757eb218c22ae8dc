// The words of a stretch of text, cleaned: what the cleaning writes and sinks read.
//
// The words' bytes stand one behind the other, one byte between them: word i begins one behind ends[i - 1] (the first at
// 0) and ends before ends[i]. Behind the last whole word stands the one that is not ended yet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace sentiment_fast {

class CleanedWords {
 public:
  static constexpr size_t kSlack = 128;  // bytes that may be written behind what is reserved, and read behind any word

  // Makes room for `bytes` more bytes of cleaned text, and as many ends.
  void reserve(size_t bytes) {
    if (length + bytes + kSlack > bytes_.size()) bytes_.resize(2 * (length + bytes + kSlack));
    if (count + bytes + kSlack > ends_.size()) ends_.resize(2 * (count + bytes + kSlack));
  }

  bool word_is_open() const { return length > open_word(); }
  size_t open_word() const { return count == 0 ? 0 : ends_[count - 1] + size_t{1}; }  // where it begins

  // Ends the open word, if there is one. Room was reserved.
  void end_word() {
    if (!word_is_open()) return;
    ends_[count++] = static_cast<uint32_t>(length);
    bytes_[length++] = ' ';
  }

  // Forgets the whole words; the open one moves to the front.
  void forget_whole_words() {
    const size_t begin = open_word();
    if (begin == 0) return;  // a word of many stretches, which stands at the front already
    std::memmove(bytes_.data(), bytes_.data() + begin, length - begin);
    length -= begin;
    count = 0;
  }

  char* bytes() { return bytes_.data(); }
  uint32_t* ends() { return ends_.data(); }

  size_t length = 0;  // bytes written
  size_t count = 0;   // whole words

 private:
  std::vector<char> bytes_ = std::vector<char>(8192);
  std::vector<uint32_t> ends_ = std::vector<uint32_t>(8192);
};

}  // namespace sentiment_fast
