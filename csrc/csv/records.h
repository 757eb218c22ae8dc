// Pieces of a CSV file -> its records: where each one ends, its line number, how many fields it has.
//
// RFC 4180 as Python's csv module reads it (strict=False): a quote opens only at the start of a field (`1,a 5" screen`
// is legal), a doubled quote inside quotes is a quote, and text after a closing quote belongs to the field, unquoted.
// Outside quotes, LF, CR and CRLF each end a record. The records are contiguous: every byte belongs to one.
//
// This differs from Python's csv and pyarrow in two cases, in which a stray quote silently merges rows: there, a quote
// that never closes swallows the rest of the file, and one that closes at the next stray quote all rows up to it. Here, a
// record that would exceed `max_record`, or that is still quoted at the end of the input, or in which a quoted field of
// several lines has text after its closing quote, is rejected. Only its first line is consumed; the next record begins on
// the next line.
//
// With an escape, as Python's csv reads it (escapechar, doublequote=True): the byte after it does not open, close or end
// anything, be it a quote, a delimiter, a CR or an LF. Directly after a closing quote, an escape is an ordinary byte.
//
// Needs no interpreter lock. The meaning of the fields is left to others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "simd/cpu.h"

namespace sentiment_fast {

constexpr size_t kAllRecords = std::numeric_limits<size_t>::max();  // a limit that no number of records reaches

struct CsvFormat {
  char delimiter = ',';
  std::optional<char> quote = '"';          // none: quotes are ordinary characters
  std::vector<int32_t> wanted_fields = {};  // fields to locate, numbered from 0, in any order
  int64_t max_record = int64_t{64} << 20;   // bytes of a record without its line end, 1 to 2^30
  std::optional<char> escape = {};          // takes the meaning from the byte after it; none: no byte does
};

// A position between two records of a stream.
struct CsvPosition {
  int64_t offset = 0;  // bytes before it
  int64_t row = 0;     // records before it, without blank lines: the header is row 0, the first data record row 1
  int64_t line = 1;    // the physical line that begins there, from 1
};

// The value in `fields`, instead of a number of fields, for a rejected record.
enum CsvRejection : int32_t {
  kCsvUnclosed = -1,    // the record continues after this line and does not end within max_record bytes, or at all
  kCsvOverlong = -2,    // the first max_record bytes of a line that is longer
  kCsvRestOfLine = -3,  // the next max_record bytes of that line, or the rest of it
  kCsvMisquoted = -4,   // a quote opens on this line, or a later one of the record, and closes on another, before text
};

// The range of one field in each record, quotes included; -1 for a record without such a field.
struct CsvFieldRanges {
  std::vector<int64_t> begins, ends;
};

inline bool is_line_end(char byte) { return byte == '\r' || byte == '\n'; }
inline bool is_blank(char byte) { return byte == ' ' || byte == '\t'; }

// Contiguous records. Offsets are relative to the data in which they were found, where the first one begins at 0.
struct CsvRecords {
  CsvPosition begin;
  std::vector<int64_t> content_ends;   // where each record ends, without its line end
  std::vector<int64_t> ends;           // where the next record begins, after the line end
  std::vector<int64_t> rows;           // its row; a blank line has that of the next row
  std::vector<int64_t> lines;          // the physical line on which it begins
  std::vector<int32_t> fields;         // its number of fields; 0 for a line without content; or a CsvRejection
  std::vector<CsvFieldRanges> wanted;  // for each of the format's wanted fields, in their order
};

// Finds the records of one stream, whose bytes may be split anywhere. Throws std::invalid_argument for an invalid
// format.
class RecordFinder {
 public:
  // within_line: `begin` is not between two records but within an overlong line, after one of its pieces.
  RecordFinder(const CsvFormat& format, const CsvPosition& begin, const Level& level, bool within_line = false);

  // The complete records in `data`, which begins where the records found so far end. The caller passes the remaining
  // bytes, at most max_record + 5, again in the next call, with more bytes after them; they are not scanned twice.
  // `last`: no more bytes follow. A record whose CR is the last byte is incomplete, because an LF may follow. A
  // byte-order mark at the start of the stream belongs to the first record but to no field. `most`: stops after this
  // many records; those that remain, also after the last bytes, are found by further calls. Throws
  // std::invalid_argument if `data` is shorter than the remaining bytes, or for `most` below 1.
  CsvRecords find(const char* data, size_t size, bool last, size_t most = kAllRecords);

  // Where the records found so far end, and whether that is within a line. A finder that starts there finds the rest.
  const CsvPosition& position() const { return position_; }
  bool within_line() const { return in_rest_of_line_; }

 private:
  // How far the current record has been scanned, and what that point is.
  struct Reach {
    int64_t at = 0;
    bool quoted = false;      // inside quotes
    bool over_lines = false;  // inside: after a line end; outside: after such quotes, where the field has yet to end
    bool misquoted = false;   // after text that follows such quotes
    bool literal = false;     // after an escaped byte, where no field begins
    bool cut_short = false;   // after an escape that is the last byte of the input
    // The last line ends that were passed, from this one on, were all inside quotes, or all escaped outside them.
    int64_t alike_from = 0;
    bool alike_quoted = true;
  };

  void expect_records(size_t count);
  bool skip_byte_order_mark();
  bool find_more();
  void forget_given_bytes();
  void start_record();
  void reuse_earlier_reach();
  void scan(int64_t to);
  size_t find_bits(int64_t begin, int64_t to, char quote, CsvBits* bits) const;
  template <bool kEscapes>
  bool scan_block(const CsvBits& bits, uint64_t escape_bits, int64_t base, int64_t end);
  bool field_ends();
  void skip_escaped();
  void pass_line_end(int64_t at);
  void count_delimiters(uint64_t delimiters, int64_t base);
  // Whether a record that extends to `end` is longer than max_record.
  bool too_long(int64_t end) const { return end - content_ > format_.max_record; }
  int64_t line_end_from(int64_t begin) const;
  int64_t after_line_end(int64_t at) const;
  bool give_line(int64_t from, CsvRejection whole, CsvRejection piece);
  bool give_rest_of_line();
  void give_record(int64_t content_end, int64_t end, int64_t next_line);
  void give(int64_t content_end, int64_t end, int32_t fields, int64_t next_line);
  void give_wanted(int64_t content_end, int32_t fields);

  const CsvFormat format_;
  FindCsvBits* const find_bits_;
  CsvPosition position_;
  bool in_rest_of_line_ = false;  // within a line that was rejected because it is too long

  // All offsets are relative to the data of the current call; between calls, to that of the next call.
  const char* data_ = nullptr;
  int64_t size_ = 0;
  bool last_ = false;
  CsvRecords found_;
  size_t found_before_ = 0;  // records found in the last call
  size_t most_ = kAllRecords;  // to be found in this call

  int64_t start_ = 0;    // of the current record
  int64_t content_ = 0;  // the same, after a byte-order mark
  Reach reach_;
  bool ended_ = false;   // it ends at reach_.at
  bool counted_ = true;  // its delimiters and lines have been counted
  int32_t delimiters_ = 0;
  int64_t line_ = 1;  // at reach_.at
  // Numbers of the delimiters around the wanted fields, from 1, ascending: delimiter n ends field n - 1 and precedes
  // field n. The first `found_marks_` of them have been found in the current record.
  const std::vector<int64_t> marks_;
  const std::vector<size_t> end_marks_;  // (wanted fields,): the mark that ends each; the one before it precedes it
  std::vector<int64_t> mark_places_;     // (marks,)
  size_t found_marks_ = 0;
  Reach earlier_reach_;  // of the last record that was rejected
};

}  // namespace sentiment_fast
