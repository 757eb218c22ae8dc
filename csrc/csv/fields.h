// Raw fields of CSV records -> their values, without quotes and with doubled quotes unescaped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace sentiment_fast {

// Writes the fields' values, contiguous, to `out`, which has room for the fields' bytes, and their bounds to `offsets`,
// (fields + 1,): value i is offsets[i] .. offsets[i + 1]. Field i is begins[i] .. ends[i], as RecordFinder returns
// them; a begin of -1 means that the record has no such field, and its value is empty. Needs no interpreter lock.
void copy_field_values(const char* data, const int64_t* begins, const int64_t* ends, size_t fields,
                       std::optional<char> quote, char* out, int64_t* offsets);

}  // namespace sentiment_fast
