// Raw fields of CSV records -> their values, without quotes and escapes and with doubled quotes unescaped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace sentiment_fast {

// The bytes with a meaning inside fields; see CsvFormat.
struct CsvQuoting {
  std::optional<char> quote, escape;
};

// Writes the fields' values, contiguous, to `out`, which has room for the fields' bytes, and their bounds to `offsets`,
// (fields + 1,): value i is offsets[i] .. offsets[i + 1]. Field i is begins[i] .. ends[i], as RecordFinder returns
// them; a begin of -1 means that the record has no such field, and its value is empty. Needs no interpreter lock.
void copy_field_values(const char* data, const int64_t* begins, const int64_t* ends, size_t fields,
                       const CsvQuoting& quoting, char* out, int64_t* offsets);

}  // namespace sentiment_fast
