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
constexpr size_t kBatch = 64;                         // blocks whose bits are found at once; they stay in the L1 cache

// Without -mpopcnt, __builtin_popcountll is a function call.
inline int count_of(uint64_t bits) {
  if (bits == 0) return 0;
  bits -= bits >> 1 & 0x5555555555555555;
  bits = (bits & 0x3333333333333333) + (bits >> 2 & 0x3333333333333333);
  return static_cast<int>(((bits + (bits >> 4)) & 0x0F0F0F0F0F0F0F0F) * 0x0101010101010101 >> 56);
}
inline int lowest_of(uint64_t bits) { return __builtin_ctzll(bits); }
// The bits below bit `at`, which may be 64 or more.
inline uint64_t bits_below(int64_t at) { return at < 64 ? (uint64_t{1} << at) - 1 : ~uint64_t{0}; }

bool is_line_end(char byte) { return byte == '\r' || byte == '\n'; }

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
  if (format.max_record < 1 || format.max_record > kLongestRecord)
    throw std::invalid_argument("Expected a longest record of 1 to " + std::to_string(kLongestRecord) + " bytes, got " +
                                std::to_string(format.max_record));
  for (const int32_t field : format.wanted_fields)
    if (field < 0) throw std::invalid_argument("Expected wanted fields from 0, got " + std::to_string(field));
  if (begin.offset < 0 || begin.row < 0 || begin.line < 1)
    throw std::invalid_argument("Expected an offset and a row from 0 and a line from 1");
  start_record();
}

CsvRecords RecordFinder::find(const char* data, size_t size, bool last) {
  if (static_cast<int64_t>(size) < reach_.at)
    throw std::invalid_argument("Expected the " + std::to_string(reach_.at) + " bytes left over, and more, got " +
                                std::to_string(size) + " bytes");
  data_ = data;
  size_ = static_cast<int64_t>(size);
  last_ = last;
  found_ = {};
  found_.begin = position_;
  found_.wanted.resize(format_.wanted_fields.size());
  expect_records(std::min(found_before_ + found_before_ / 8, size));
  bool more = skip_byte_order_mark();
  while (more && start_ < size_) more = in_rest_of_line_ ? give_rest_of_line() : find_more();
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
  if (too_long(reach_.at) || (input_ends && reach_.quoted)) {
    earlier_reach_ = reach_;
    return give_line(content_, kCsvUnclosed, kCsvOverlong);
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
  for (size_t mark = 0; mark < found_marks_; ++mark) mark_places_[mark] -= given;
}

void RecordFinder::start_record() {
  content_ = std::max(content_, start_);
  reach_ = {content_, false};
  ended_ = false;
  counted_ = true;
  delimiters_ = 0;
  line_ = position_.line;
  found_marks_ = 0;
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

// All line ends that the scan of a rejected record passed were inside quotes, or it would have ended there. So a record
// that begins after its first line, and whose own first line also ends inside quotes, is in the same state from there
// on: reuse that scan. Otherwise, in a file whose every line opens a quote that never closes, each line would cost a
// scan of max_record bytes.
void RecordFinder::reuse_earlier_reach() {
  if (start_ >= earlier_reach_.at) return;
  const int64_t line_end = line_end_from(content_);
  if (line_end >= earlier_reach_.at) return;
  scan(line_end);
  if (!reach_.quoted || too_long(reach_.at)) return;
  reach_ = earlier_reach_;
  counted_ = false;
}

// Scans this record and the following ones up to `to`. Stops earlier where a record exceeds max_record, at the end of a
// record that was not counted, or at a last byte that is ambiguous without the next one.
void RecordFinder::scan(int64_t to) {
  CsvBits bits[kBatch];
  const char delimiter = format_.delimiter, quote = format_.quote.value_or('\0');
  while (reach_.at < to) {
    const int64_t begin = reach_.at;
    const auto left = static_cast<size_t>(to - begin);
    size_t blocks = std::min(left / kCsvBlock, kBatch);
    find_bits_(data_ + begin, blocks, delimiter, quote, bits);
    if (blocks < kBatch && blocks * kCsvBlock < left) {  // the incomplete block at the end
      char block[kCsvBlock] = {};
      std::memcpy(block, data_ + begin + blocks * kCsvBlock, left - blocks * kCsvBlock);
      find_bits_(block, 1, delimiter, quote, bits + blocks++);
    }
    for (size_t block = 0; block < blocks; ++block) {
      const int64_t base = begin + static_cast<int64_t>(block * kCsvBlock);
      if (!scan_block(bits[block], base, std::min(to, base + static_cast<int64_t>(kCsvBlock)))) return;
    }
    if (too_long(reach_.at)) return;
  }
}

// Scans the bytes from `base` to `end`, plus one that belongs to the last of them. Returns false if the scan must stop.
bool RecordFinder::scan_block(const CsvBits& bits, int64_t base, int64_t end) {
  const uint64_t present = bits_below(end - base);
  const char before = base == content_ ? '\n' : data_[base - 1];
  const uint64_t quotes = format_.quote ? bits.quotes & present : 0;
  const uint64_t delimiters = bits.delimiters & present;
  const uint64_t line_ends = (bits.crs | bits.lfs) & present;
  // A quote opens only at the start of a field. Outside quotes, only such quotes and line ends change the state.
  const uint64_t starts = (delimiters | line_ends) << 1 | uint64_t{is_line_end(before) || before == format_.delimiter};
  const uint64_t changes = (quotes & starts) | line_ends;
  const uint64_t lines = line_ends & ~(bits.lfs & (bits.crs << 1 | uint64_t{before == '\r'}));  // a CRLF counts once
  while (reach_.at < end) {
    const uint64_t ahead = ~bits_below(reach_.at - base);
    const uint64_t next = (reach_.quoted ? quotes : changes) & ahead;
    const int64_t at = next ? base + lowest_of(next) : end;
    const uint64_t passed = ahead & bits_below(at - base);
    if (reach_.quoted)
      line_ += count_of(lines & passed);
    else
      count_delimiters(delimiters & passed, base);
    reach_.at = at;
    if (!next) return true;
    const bool waits = at + 1 == size_ && !last_;  // for the next byte
    if (reach_.quoted) {
      if (waits) return false;
      reach_.quoted = at + 1 < size_ && data_[at + 1] == *format_.quote;
      reach_.at += reach_.quoted ? 2 : 1;
    } else if (!is_line_end(data_[at])) {
      reach_.quoted = true;
      ++reach_.at;
    } else {
      if (waits && data_[at] == '\r') return false;
      ended_ = !counted_ || too_long(at);
      if (ended_) return false;
      give_record(at, after_line_end(at), line_ + 1);
    }
  }
  return true;
}

void RecordFinder::count_delimiters(uint64_t delimiters, int64_t base) {
  if (delimiters == 0) return;
  int64_t number = delimiters_ + 1;  // of the first delimiter here
  delimiters_ += count_of(delimiters);
  for (; found_marks_ < marks_.size() && marks_[found_marks_] <= delimiters_; ++found_marks_) {
    for (; number < marks_[found_marks_]; ++number) delimiters &= delimiters - 1;
    mark_places_[found_marks_] = base + lowest_of(delimiters);
  }
}

// The first line end from `begin` on. If there is none, the end of the search: at most one byte past max_record.
int64_t RecordFinder::line_end_from(int64_t begin) const {
  const int64_t limit = std::min(size_, content_ + format_.max_record + 1);
  return std::find_if(data_ + begin, data_ + limit, is_line_end) - data_;
}

int64_t RecordFinder::after_line_end(int64_t at) const {
  return at + (data_[at] == '\r' && at + 1 < size_ && data_[at + 1] == '\n' ? 2 : 1);
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

void RecordFinder::give_record(int64_t content_end, int64_t end, int64_t next_line) {
  give(content_end, end, content_end == content_ ? 0 : delimiters_ + 1, next_line);
}

void RecordFinder::give(int64_t content_end, int64_t end, int32_t fields, int64_t next_line) {
  found_.content_ends.push_back(content_end);
  found_.ends.push_back(end);
  found_.rows.push_back(position_.row - (fields == kCsvRestOfLine));
  found_.lines.push_back(position_.line);
  found_.fields.push_back(fields);
  give_wanted(content_end, fields);
  position_.row += fields != 0 && fields != kCsvRestOfLine;
  position_.line = next_line;
  start_ = end;
  start_record();
}

void RecordFinder::give_wanted(int64_t content_end, int32_t fields) {
  for (size_t i = 0; i < found_.wanted.size(); ++i) {
    const int32_t field = format_.wanted_fields[i];
    const int64_t* const end_mark = mark_places_.data() + end_marks_[i];
    CsvFieldRanges& ranges = found_.wanted[i];
    if (field < fields) {
      ranges.begins.push_back(field == 0 ? content_ : end_mark[-1] + 1);
      ranges.ends.push_back(field + 1 < fields ? *end_mark : content_end);
    } else {
      ranges.begins.push_back(-1);
      ranges.ends.push_back(-1);
    }
  }
}

}  // namespace sentiment_fast
