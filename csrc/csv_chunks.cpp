#include "csv_chunks.h"

#include <cstring>

namespace sentiment_fast {
namespace {

// Behind the quoted part of a field that starts at `at` with its quote: where the closing quote's successor stands, or
// `end` with `open` set where the quotes never close. What follows a closing quote belongs to the field, unquoted.
const char* skip_quoted(const char* at, const char* end, bool& open) {
  for (++at;; at += 2) {
    at = static_cast<const char*>(std::memchr(at, '"', static_cast<size_t>(end - at)));
    if (!at) {
      open = true;
      return end;
    }
    if (at + 1 == end || at[1] != '"') return at + 1;
  }
}

}  // namespace

CsvRecords find_csv_records(const char* data, size_t size, char delimiter, bool last) {
  CsvRecords records;
  const char* const end = data + size;
  const char* at = data;
  bool field_start = true;
  while (at != end) {
    const char byte = *at;
    if (byte == '"' && field_start) {
      at = skip_quoted(at, end, records.open_quote);
      field_start = false;
    } else if (byte == '\n' || byte == '\r') {
      const bool cr_is_last = byte == '\r' && at + 1 == end;
      if (cr_is_last && !last) return records;
      records.content_ends.push_back(at - data);
      at += byte == '\r' && !cr_is_last && at[1] == '\n' ? 2 : 1;
      records.ends.push_back(at - data);
      field_start = true;
    } else {
      field_start = byte == delimiter;
      ++at;
    }
  }
  const int64_t complete = records.ends.empty() ? 0 : records.ends.back();
  if (last && complete != static_cast<int64_t>(size)) {
    records.content_ends.push_back(static_cast<int64_t>(size));
    records.ends.push_back(static_cast<int64_t>(size));
  }
  return records;
}

}  // namespace sentiment_fast
