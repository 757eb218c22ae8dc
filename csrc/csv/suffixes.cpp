#include "csv/suffixes.h"

#include <algorithm>

namespace sentiment_fast {

void append_suffixes(const char* data, size_t size, const int64_t* content_ends, size_t records,
                     const CsvSuffixes& suffixes, char* out) {
  // A line end and the next record's content are adjacent, so one copy does for both.
  int64_t copied = 0;
  for (size_t i = 0; i < records; ++i) {
    out = std::copy(data + copied, data + content_ends[i], out);
    out = std::copy(suffixes.bytes + suffixes.offsets[i], suffixes.bytes + suffixes.offsets[i + 1], out);
    copied = content_ends[i];
  }
  std::copy(data + copied, data + size, out);
}

}  // namespace sentiment_fast
