#include "csv/fields.h"

#include <algorithm>
#include <cstring>

namespace sentiment_fast {
namespace {

// Copies the value of a field whose opening quote is at `at`. Returns the end of the value in `out`.
char* copy_quoted(const char* at, const char* end, char quote, char* out) {
  for (++at; at != end;) {
    const auto* const next = static_cast<const char*>(std::memchr(at, quote, static_cast<size_t>(end - at)));
    const bool doubled = next && next + 1 != end && next[1] == quote;
    const char* const copied_to = doubled ? next + 1 : next ? next : end;  // keep the first of two quotes
    out = std::copy(at, copied_to, out);
    if (!next) return out;
    at = next + 1 + doubled;
    if (!doubled) return std::copy(at, end, out);  // the text after the closing quote is not quoted
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
