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

// Copies the value of any field, byte by byte, as Python's csv reads it. Returns the end of the value in `out`.
char* copy_escaped(const char* at, const char* end, const CsvQuoting& quoting, char* out) {
  bool quoted = quoting.quote && *at == *quoting.quote;
  at += quoted;
  while (at != end) {
    const char byte = *at++;
    if (byte == *quoting.escape) {
      *out++ = at == end ? byte : *at++;
    } else if (!quoted || byte != *quoting.quote) {
      *out++ = byte;
    } else {
      quoted = at != end && *at == byte;  // a doubled quote
      if (at != end) *out++ = *at++;  // or a byte after the closing one, which has no meaning, not even as an escape
    }
  }
  return out;
}

bool contains(const char* begin, const char* end, char byte) {
  return std::memchr(begin, byte, static_cast<size_t>(end - begin)) != nullptr;
}

}  // namespace

void copy_field_values(const char* data, const int64_t* begins, const int64_t* ends, size_t fields,
                       const CsvQuoting& quoting, char* out, int64_t* offsets) {
  const char* const values = out;
  for (size_t i = 0; i < fields; ++i) {
    offsets[i] = out - values;
    if (begins[i] < 0 || begins[i] == ends[i]) continue;
    const char *const begin = data + begins[i], *const end = data + ends[i];
    if (quoting.escape && contains(begin, end, *quoting.escape))
      out = copy_escaped(begin, end, quoting, out);
    else
      out = quoting.quote && *begin == *quoting.quote ? copy_quoted(begin, end, *quoting.quote, out)
                                                      : std::copy(begin, end, out);
  }
  offsets[fields] = out - values;
}

}  // namespace sentiment_fast
