// Records of a CSV file and, for each, bytes to put before its line end -> the bytes of the new file.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sentiment_fast {

// Bytes that lie end to end: item i goes from offsets[i] to offsets[i + 1].
struct CsvSuffixes {
  const char* bytes;
  const int64_t* offsets;  // (records + 1,), never falling
};

// Copies the records to `out`, which has room for them and their suffixes: each one's own bytes up to its line end, its
// suffix, its own line end, which the last may lack. content_ends: (records,), where the records' line ends begin,
// never falling, up to `size`. Needs no interpreter lock.
void append_suffixes(const char* data, size_t size, const int64_t* content_ends, size_t records,
                     const CsvSuffixes& suffixes, char* out);

}  // namespace sentiment_fast
