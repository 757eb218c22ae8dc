// CSV records and a suffix for each -> the same records with the suffixes before their line ends.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sentiment_fast {

// Contiguous items of bytes: item i is offsets[i] .. offsets[i + 1].
struct CsvSuffixes {
  const char* bytes;
  const int64_t* offsets;  // (records + 1,), never decreasing
};

// Copies the records to `out`, which has room for them and their suffixes: each record's content, its suffix, and its
// line end, which the last record may lack. content_ends: (records,), where the line ends begin, never decreasing, up
// to `size`. Needs no interpreter lock.
void append_suffixes(const char* data, size_t size, const int64_t* content_ends, size_t records,
                     const CsvSuffixes& suffixes, char* out);

}  // namespace sentiment_fast
