// Holds the cleaned words of a stretch of text: the buffer between the cleaning and its sinks.
//
// The words' bytes are separated by one byte: word i is ends[i - 1] + 1 .. ends[i], and the first begins at 0. The last
// complete word is followed by the open one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace sentiment_fast {

class CleanedWords {
 public:
  static constexpr size_t kSlack = 128;  // bytes that may be written past the reserved ones, and read past any word

  // Makes room for `bytes` more bytes of cleaned text, and as many ends.
  void reserve(size_t bytes) {
    if (length + bytes + kSlack > bytes_.size()) bytes_.resize(2 * (length + bytes + kSlack));
    if (count + bytes + kSlack > ends_.size()) ends_.resize(2 * (count + bytes + kSlack));
  }

  bool word_is_open() const { return length > open_word(); }
  size_t open_word() const { return count == 0 ? 0 : ends_[count - 1] + size_t{1}; }  // where it begins

  // Ends the open word, if any. The caller has reserved the room.
  void end_word() {
    if (!word_is_open()) return;
    ends_[count++] = static_cast<uint32_t>(length);
    bytes_[length++] = ' ';
  }

  // Drops the complete words and moves the open one to the front.
  void forget_whole_words() {
    const size_t begin = open_word();
    if (begin == 0) return;  // a word that spans stretches is already at the front
    std::memmove(bytes_.data(), bytes_.data() + begin, length - begin);
    length -= begin;
    count = 0;
  }

  char* bytes() { return bytes_.data(); }
  uint32_t* ends() { return ends_.data(); }

  size_t length = 0;  // bytes written
  size_t count = 0;   // complete words

 private:
  std::vector<char> bytes_ = std::vector<char>(8192);
  std::vector<uint32_t> ends_ = std::vector<uint32_t>(8192);
};

}  // namespace sentiment_fast
