#include "csv/fields.h"

#include <algorithm>
#include <cstring>

namespace sentiment_fast {
namespace {

// Of a field that begins with its quote, which is at `at`. Returns where the value ends.
char* copy_quoted(const char* at, const char* end, char quote, char* out) {
  for (++at; at != end;) {
    const auto* const next = static_cast<const char*>(std::memchr(at, quote, static_cast<size_t>(end - at)));
    const bool doubled = next && next + 1 != end && next[1] == quote;
    const char* const copied_to = doubled ? next + 1 : next ? next : end;  // of two quotes the first
    out = std::copy(at, copied_to, out);
    if (!next) return out;
    at = next + 1 + doubled;
    if (!doubled) return std::copy(at, end, out);  // what follows the closing quote is no longer quoted
  }
  return out;
}

}  // namespace

void copy_field_values(const char* data, const int64_t* begins, const int64_t* ends, size_t fields,
                       std::optional<char> quote, char* out, int64_t* offsets) {
  const char* const values = out;
  for (size_t i = 0; i < fields; ++i) {
    offsets[i] = out - values;
    if (begins[i] < 0 || begins[i] == ends[i]) continue;
    const char *const begin = data + begins[i], *const end = data + ends[i];
    out = quote && *begin == *quote ? copy_quoted(begin, end, *quote, out) : std::copy(begin, end, out);
  }
  offsets[fields] = out - values;
}

}  // namespace sentiment_fast
