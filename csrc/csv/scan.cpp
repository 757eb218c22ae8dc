// Scans the bytes of CSV records, block by block, and emits each record: the hot path of csv/records.h.
#include <algorithm>
#include <cstring>

#include "csv/records.h"

namespace sentiment_fast {
namespace {

constexpr size_t kBatch = 64;  // blocks whose bits are found at once; they stay in the L1 cache

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

}  // namespace

void RecordFinder::start_record() {
  content_ = std::max(content_, start_);
  reach_ = {};
  reach_.at = reach_.alike_from = content_;
  ended_ = false;
  counted_ = true;
  delimiters_ = 0;
  line_ = position_.line;
  found_marks_ = 0;
}

int64_t RecordFinder::after_line_end(int64_t at) const {
  return at + (data_[at] == '\r' && at + 1 < size_ && data_[at + 1] == '\n' ? 2 : 1);
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

// Scans this record and the following ones up to `to`. Stops earlier where a record exceeds max_record, where one is
// misquoted, at the end of a record that was not counted, at a last byte that is ambiguous without the next one, or after
// the last record that is wanted.
void RecordFinder::scan(int64_t to) {
  if (reach_.misquoted || (reach_.over_lines && !reach_.quoted && !field_ends())) return;
  CsvBits bits[kBatch], escapes[kBatch];
  while (reach_.at < to) {
    const int64_t begin = reach_.at;
    const size_t blocks = find_bits(begin, to, format_.quote.value_or('\0'), bits);
    if (format_.escape) find_bits(begin, to, *format_.escape, escapes);
    for (size_t block = 0; block < blocks; ++block) {
      const int64_t base = begin + static_cast<int64_t>(block * kCsvBlock);
      const int64_t end = std::min(to, base + static_cast<int64_t>(kCsvBlock));
      if (!(format_.escape ? scan_block<true>(bits[block], escapes[block].quotes, base, end)
                           : scan_block<false>(bits[block], 0, base, end)))
        return;
    }
    if (too_long(reach_.at)) return;
  }
}

// Finds the bits of up to kBatch blocks from `begin` on, of which the last may be incomplete. Returns how many.
size_t RecordFinder::find_bits(int64_t begin, int64_t to, char quote, CsvBits* bits) const {
  const auto left = static_cast<size_t>(to - begin);
  const size_t blocks = std::min(left / kCsvBlock, kBatch);
  find_bits_(data_ + begin, blocks, format_.delimiter, quote, bits);
  if (blocks == kBatch || blocks * kCsvBlock == left) return blocks;
  char block[kCsvBlock] = {};
  std::memcpy(block, data_ + begin + blocks * kCsvBlock, left - blocks * kCsvBlock);
  find_bits_(block, 1, format_.delimiter, quote, bits + blocks);
  return blocks + 1;
}

// Scans the bytes from `base` to `end`, plus some that belong to the last of them. Returns false if the scan must stop.
template <bool kEscapes>
bool RecordFinder::scan_block(const CsvBits& bits, uint64_t escape_bits, int64_t base, int64_t end) {
  const uint64_t present = bits_below(end - base);
  const char before = base == content_ ? '\n' : data_[base - 1];
  const uint64_t quotes = format_.quote ? bits.quotes & present : 0;
  const uint64_t delimiters = bits.delimiters & present;
  const uint64_t escapes = kEscapes ? escape_bits & present : 0;
  const uint64_t line_ends = (bits.crs | bits.lfs) & present;
  // A quote opens only at the start of a field. Outside quotes, only such quotes and line ends change the state.
  const uint64_t starts = (delimiters | line_ends) << 1 | uint64_t{is_line_end(before) || before == format_.delimiter};
  const uint64_t changes = (quotes & starts) | line_ends;
  const uint64_t lines = line_ends & ~(bits.lfs & (bits.crs << 1 | uint64_t{before == '\r'}));  // a CRLF counts once
  while (reach_.at < end) {
    const uint64_t ahead = ~bits_below(reach_.at - base);
    uint64_t next = ((reach_.quoted ? quotes : changes) | escapes) & ahead;
    if (kEscapes && reach_.literal && !reach_.quoted) next &= ~(quotes & uint64_t{1} << (reach_.at - base));
    const int64_t at = next ? base + lowest_of(next) : end;
    const uint64_t passed = ahead & bits_below(at - base);
    if (reach_.quoted) {
      line_ += count_of(lines & passed);
      reach_.over_lines |= (line_ends & passed) != 0;
      if (kEscapes && (line_ends & passed)) pass_line_end(base + lowest_of(line_ends & passed));
    } else {
      count_delimiters(delimiters & passed, base);
    }
    reach_.at = at;
    reach_.literal = false;
    if (!next) return true;
    const bool waits = at + 1 == size_ && !last_;  // for the next byte
    if (kEscapes && (escapes >> (at - base) & 1)) {
      if (waits) return false;
      skip_escaped();
    } else if (reach_.quoted) {
      if (waits) return false;
      reach_.quoted = at + 1 < size_ && data_[at + 1] == *format_.quote;
      reach_.at += reach_.quoted ? 2 : 1;
      if (reach_.quoted) continue;
      if (reach_.over_lines && !field_ends()) return false;
      if (kEscapes && reach_.at < size_ && data_[reach_.at] == *format_.escape) ++reach_.at;
    } else if (!is_line_end(data_[at])) {
      reach_.quoted = true;
      ++reach_.at;
    } else {
      if (waits && data_[at] == '\r') return false;
      ended_ = !counted_ || too_long(at);
      if (ended_) return false;
      const bool within_crlf = kEscapes && data_[at] == '\n' && at > content_ && data_[at - 1] == '\r';  // escaped CR
      give_record(at, after_line_end(at), line_ + !within_crlf);
      if (found_.ends.size() == most_) return false;
    }
  }
  return true;
}

// Passes the spaces and tabs after the closing quote of a field of several lines, and checks that the field ends there.
// Returns false if it does not, or if more bytes are needed.
bool RecordFinder::field_ends() {
  const int64_t limit = std::min(size_, content_ + format_.max_record + 1);
  while (reach_.at < limit && is_blank(data_[reach_.at]) && data_[reach_.at] != format_.delimiter) ++reach_.at;
  if (reach_.at >= limit && !(reach_.at == size_ && last_)) return false;
  if (reach_.at < size_ && data_[reach_.at] != format_.delimiter && !is_line_end(data_[reach_.at])) {
    ++reach_.at;
    reach_.misquoted = true;
    return false;
  }
  reach_.over_lines = false;
  return true;
}

// Passes an escape and the byte after it.
void RecordFinder::skip_escaped() {
  const int64_t escaped = reach_.at + 1;
  reach_.at = std::min(escaped + 1, size_);
  reach_.cut_short = escaped == size_;
  reach_.literal = true;
  if (reach_.cut_short || !is_line_end(data_[escaped])) return;
  ++line_;
  reach_.over_lines = reach_.quoted;
  pass_line_end(escaped);
}

void RecordFinder::pass_line_end(int64_t at) {
  if (reach_.quoted == reach_.alike_quoted) return;
  reach_.alike_from = at;
  reach_.alike_quoted = reach_.quoted;
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

}  // namespace sentiment_fast
