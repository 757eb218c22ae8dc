// Declares the search for triggers: places at which something that is replaced by words may be (text/items.h).
//
// A trigger is four bytes in a row whose classes have one in common, or a byte beyond ASCII from a set. So a few table
// look-ups per byte pass over nearly all text; what they find is compared exactly afterwards and may be more than there
// is. simd/cpu.cpp lists the versions of the search, one for each SIMD level.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace sentiment_fast {

struct Triggers {
  static constexpr int kBytes = 4;

  // A class: its bytes at each place, letters in lower case; "" stands for any. At most 8 are added.
  void add(std::initializer_list<std::string_view> places);
  void add_beyond_ascii(unsigned char byte);

  // Whether four bytes are a trigger, of which those beyond ASCII count as the ASCII bytes with the same low bits.
  bool at(unsigned char a, unsigned char b, unsigned char c, unsigned char d) const {
    return (classes[0][a & 0x7F] & classes[1][b & 0x7F] & classes[2][c & 0x7F] & classes[3][d & 0x7F]) != 0;
  }

  alignas(64) uint8_t classes[kBytes][128] = {};  // by place and byte, a bit for each class
  alignas(64) uint8_t beyond_ascii[128] = {};     // by byte - 0x80, whether it is a trigger
  // The same by the bytes' low and high halves, for shuffles of 16 bytes: a bit counts that is set for both halves.
  alignas(16) uint8_t low_classes[kBytes][16] = {}, high_classes[kBytes][16] = {};
  alignas(16) uint8_t low_beyond[16] = {}, high_beyond[16] = {};
  int added = 0;
};

// Finds the first trigger: from `at` on, `end` if there is none. Bytes from `end` on count as zeros and are not read.
using FindTrigger = const unsigned char*(const unsigned char* at, const unsigned char* end, const Triggers& triggers);

}  // namespace sentiment_fast
