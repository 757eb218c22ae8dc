// Fields of CSV records, as they stand there -> their values: quotes taken off, doubled ones halved.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace sentiment_fast {

// Writes the values of fields end to end to `out`, which has room for the fields' bytes, and their bounds to `offsets`,
// (fields + 1,): value i goes from offsets[i] to offsets[i + 1]. A field goes from begins[i] to ends[i], as a
// RecordFinder gives them; where it begins at -1 there is none, and its value is empty. Needs no interpreter lock.
void copy_field_values(const char* data, const int64_t* begins, const int64_t* ends, size_t fields,
                       std::optional<char> quote, char* out, int64_t* offsets);

}  // namespace sentiment_fast
