#include "csv/records.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

namespace sentiment_fast {
namespace {

constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";
constexpr int64_t kByteOrderMarkSize = 3;
constexpr int64_t kLongestRecord = int64_t{1} << 30;  // so that 32 bits can count its fields

// The delimiters before and after each of these fields, each once, ascending.
std::vector<int64_t> delimiters_around(const std::vector<int32_t>& fields) {
  std::vector<int64_t> numbers;
  for (const int64_t field : fields) {
    if (field > 0) numbers.push_back(field);
    numbers.push_back(field + 1);
  }
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

// For each field, the index of the delimiter after it.
std::vector<size_t> marks_after(const std::vector<int32_t>& fields, const std::vector<int64_t>& delimiters) {
  std::vector<size_t> marks;
  for (const int64_t field : fields)
    marks.push_back(
        static_cast<size_t>(std::lower_bound(delimiters.begin(), delimiters.end(), field + 1) - delimiters.begin()));
  return marks;
}

}  // namespace

RecordFinder::RecordFinder(const CsvFormat& format, const CsvPosition& begin, const Level& level, bool within_line)
    : format_(format),
      find_bits_(level.find_csv_bits),
      position_(begin),
      in_rest_of_line_(within_line),
      marks_(delimiters_around(format.wanted_fields)),
      end_marks_(marks_after(format.wanted_fields, marks_)),
      mark_places_(marks_.size()) {
  if (is_line_end(format.delimiter) || (format.quote && is_line_end(*format.quote)))
    throw std::invalid_argument("Expected a delimiter and a quote other than line ends");
  if (format.quote == format.delimiter) throw std::invalid_argument("Expected a delimiter other than the quote");
  if (format.escape && (is_line_end(*format.escape) || is_blank(*format.escape) || format.escape == format.delimiter ||
                        format.escape == format.quote))
    throw std::invalid_argument("Expected an escape other than the delimiter, the quote, line ends, spaces and tabs");
  if (format.max_record < 1 || format.max_record > kLongestRecord)
    throw std::invalid_argument("Expected a longest record of 1 to " + std::to_string(kLongestRecord) + " bytes, got " +
                                std::to_string(format.max_record));
  for (const int32_t field : format.wanted_fields)
    if (field < 0) throw std::invalid_argument("Expected wanted fields from 0, got " + std::to_string(field));
  if (begin.offset < 0 || begin.row < 0 || begin.line < 1)
    throw std::invalid_argument("Expected an offset and a row from 0 and a line from 1");
  start_record();
}

CsvRecords RecordFinder::find(const char* data, size_t size, bool last, size_t most) {
  if (most < 1) throw std::invalid_argument("Expected to find 1 record or more, got 0");
  if (static_cast<int64_t>(size) < reach_.at)
    throw std::invalid_argument("Expected the " + std::to_string(reach_.at) + " bytes left over, and more, got " +
                                std::to_string(size) + " bytes");
  data_ = data;
  size_ = static_cast<int64_t>(size);
  last_ = last;
  most_ = most;
  found_ = {};
  found_.begin = position_;
  found_.wanted.resize(format_.wanted_fields.size());
  expect_records(std::min({found_before_ + found_before_ / 8, size, most}));
  bool more = skip_byte_order_mark();
  while (more && start_ < size_ && found_.ends.size() < most_) more = in_rest_of_line_ ? give_rest_of_line() : find_more();
  forget_given_bytes();
  found_before_ = found_.ends.size();
  return std::move(found_);
}

// Reserves memory: growing the arrays step by step would take longer than finding short records.
void RecordFinder::expect_records(size_t count) {
  for (std::vector<int64_t>* array : {&found_.content_ends, &found_.ends, &found_.rows, &found_.lines})
    array->reserve(count);
  found_.fields.reserve(count);
  for (CsvFieldRanges& ranges : found_.wanted) {
    ranges.begins.reserve(count);
    ranges.ends.reserve(count);
  }
}

// Returns false if more bytes are needed.
bool RecordFinder::find_more() {
  if (reach_.at == content_) reuse_earlier_reach();
  scan(size_);
  if (start_ == size_) return false;
  const bool input_ends = last_ && reach_.at == size_;
  if (too_long(reach_.at) || reach_.misquoted || (input_ends && (reach_.quoted || reach_.cut_short))) {
    earlier_reach_ = reach_;
    return give_line(content_, too_long(reach_.at) || !reach_.misquoted ? kCsvUnclosed : kCsvMisquoted, kCsvOverlong);
  }
  if (!ended_ && !input_ends) return false;
  if (counted_) {
    give_record(size_, size_, line_);  // the last one, without a line end
  } else {
    // The record ends within the limit: scan it again from its start, to count what was skipped.
    earlier_reach_ = {};
    start_record();
  }
  return true;
}

// Makes all offsets relative to the data of the next call.
void RecordFinder::forget_given_bytes() {
  const int64_t given = start_;
  position_.offset += given;
  start_ = 0;
  content_ -= given;
  reach_.at -= given;
  earlier_reach_.at = std::max<int64_t>(earlier_reach_.at - given, 0);
  reach_.alike_from -= given;
  earlier_reach_.alike_from -= given;
  for (size_t mark = 0; mark < found_marks_; ++mark) mark_places_[mark] -= given;
}

// Skips a byte-order mark at the start of the stream. Returns false if more bytes are needed.
bool RecordFinder::skip_byte_order_mark() {
  if (position_.offset != 0 || reach_.at != 0 || size_ == 0) return true;
  const int64_t there = std::min(size_, kByteOrderMarkSize);
  if (std::memcmp(data_, kByteOrderMark, static_cast<size_t>(there)) != 0) return true;
  if (there < kByteOrderMarkSize) return last_;
  content_ = kByteOrderMarkSize;
  start_record();
  return true;
}

// All line ends that the scan of a rejected record passed were inside quotes (or escaped), or it would have ended there.
// So a record that begins after its first line, and whose own first line also ends inside quotes, is in the same state
// from there on: reuse that scan. Otherwise, in a file whose every line opens a quote that never closes, each line would
// cost a scan of max_record bytes. The same holds for a first line whose end is escaped outside quotes, if the scan passed
// all line ends from there on in that way.
void RecordFinder::reuse_earlier_reach() {
  if (start_ >= earlier_reach_.at || earlier_reach_.at > size_) return;  // `data` may be shorter now, after `most`
  const int64_t line_end = line_end_from(content_);
  if (line_end >= earlier_reach_.at || line_end < earlier_reach_.alike_from) return;
  scan(line_end);
  const bool continues = reach_.quoted || reach_.at > line_end;
  if (!continues || reach_.quoted != earlier_reach_.alike_quoted || too_long(reach_.at)) return;
  reach_ = earlier_reach_;
  counted_ = false;
}

// The first line end from `begin` on. If there is none, the end of the search: at most one byte past max_record.
int64_t RecordFinder::line_end_from(int64_t begin) const {
  const int64_t limit = std::min(size_, content_ + format_.max_record + 1);
  return std::find_if(data_ + begin, data_ + limit, is_line_end) - data_;
}

// Emits the line as a rejected record: the whole line, or its first piece if it exceeds max_record. It has no line end
// before `from`. Returns false if more bytes are needed.
bool RecordFinder::give_line(int64_t from, CsvRejection whole, CsvRejection piece) {
  const int64_t line_end = line_end_from(from);
  if (too_long(line_end)) {
    give(line_end - 1, line_end - 1, piece, position_.line);
    in_rest_of_line_ = true;
  } else if (!last_ && (line_end == size_ || (line_end + 1 == size_ && data_[line_end] == '\r'))) {
    return false;
  } else {
    const bool ends = line_end < size_;
    give(line_end, ends ? after_line_end(line_end) : size_, whole, position_.line + ends);
    in_rest_of_line_ = false;
  }
  return true;
}

bool RecordFinder::give_rest_of_line() {
  if (give_line(reach_.at, kCsvRestOfLine, kCsvRestOfLine)) return true;
  reach_.at = size_ - (data_[size_ - 1] == '\r');  // an LF may follow a CR
  return false;
}

}  // namespace sentiment_fast
