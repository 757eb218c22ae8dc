#include "text/triggers.h"

#include <stdexcept>

namespace sentiment_fast {

void Triggers::add(std::initializer_list<std::string_view> places) {
  if (added == 8 || places.size() != kBytes) throw std::logic_error("Expected up to 8 classes of four places");
  const auto bit = static_cast<uint8_t>(1 << added++);
  int place = 0;
  for (const std::string_view bytes : places) {
    for (int byte = 0; byte < 128; ++byte) {
      const int lower = byte >= 'A' && byte <= 'Z' ? byte + 'a' - 'A' : byte;
      if (!bytes.empty() && bytes.find(static_cast<char>(lower)) == std::string_view::npos) continue;
      classes[place][byte] |= bit;
      low_classes[place][byte & 15] |= bit;
      high_classes[place][byte >> 4] |= bit;
      high_classes[place][8 + (byte >> 4)] |= bit;
    }
    ++place;
  }
}

void Triggers::add_beyond_ascii(unsigned char byte) {
  const auto bit = static_cast<uint8_t>(1 << ((byte >> 4) - 8));
  beyond_ascii[byte - 0x80] = 1;
  low_beyond[byte & 15] |= bit;
  high_beyond[byte >> 4] |= bit;
}

}  // namespace sentiment_fast
