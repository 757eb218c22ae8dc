#include "csv/rejects.h"

#include <algorithm>
#include <charconv>

namespace sentiment_fast {
namespace {

constexpr size_t kNumberSize = 20;  // digits of an int64_t, with its sign
constexpr std::string_view kOpen = ",\"", kClose = "\"\n";

char* copy_number(int64_t number, char* out) { return std::to_chars(out, out + kNumberSize, number).ptr; }
char* copy_text(std::string_view text, char* out) { return std::copy(text.begin(), text.end(), out); }

// What stands between the offset and the record, for each reason.
std::vector<std::string> texts_before_records(const std::vector<std::string>& reasons) {
  std::vector<std::string> texts;
  for (const std::string& reason : reasons) texts.push_back("," + reason + std::string(kOpen));
  return texts;
}

// Copies bytes with each quote doubled.
char* copy_doubling_quotes(const char* begin, const char* end, char* out) {
  for (const char* at = begin; at != end; ++at) {
    *out++ = *at;
    if (*at == '"') *out++ = '"';
  }
  return out;
}

}  // namespace

size_t room_for_rejected(const CsvRejected& rejected, const CsvRejectedRows& rows) {
  size_t longest_reason = 0;
  for (const std::string& reason : rows.reasons) longest_reason = std::max(longest_reason, reason.size());
  const size_t of_row = rows.first_field.size() + 2 * (kNumberSize + 1) + longest_reason + kOpen.size() + kClose.size();
  size_t room = kClose.size() + rejected.records * of_row;
  for (size_t i = 0; i < rejected.records; ++i) {
    const char *const begin = rejected.data + rejected.begins[i], *const end = rejected.data + rejected.content_ends[i];
    room += static_cast<size_t>(end - begin + std::count(begin, end, '"'));
  }
  return room;
}

char* write_rejected(const CsvRejected& rejected, const CsvRejectedRows& rows, char* out) {
  const std::vector<std::string> before_records = texts_before_records(rows.reasons);
  bool open = rows.open;
  for (size_t i = 0; i < rejected.records; ++i) {
    if (const int64_t reason = rejected.reasons[i]; reason >= 0) {
      if (open) out = copy_text(kClose, out);
      out = copy_text(rows.first_field, out);
      out = copy_number(rejected.lines[i], out);
      *out++ = ',';
      out = copy_number(rejected.offset + rejected.begins[i], out);
      out = copy_text(before_records[static_cast<size_t>(reason)], out);
      open = true;
    }
    out = copy_doubling_quotes(rejected.data + rejected.begins[i], rejected.data + rejected.content_ends[i], out);
  }
  return open && rows.close ? copy_text(kClose, out) : out;
}

}  // namespace sentiment_fast
