// Bytes of a CSV file, as they come -> its records: where each ends, its line, how many fields it has.
//
// RFC 4180 as Python's csv module reads it (strict=False): a quote opens only at the start of a field (`1,a 5" screen`
// is legal), a doubled quote inside quotes is a quote, what follows a closing quote belongs to the field, unquoted. LF,
// CR and CRLF each end a record outside quotes. No byte is left out: the records lie end to end.
//
// Python's csv, or pyarrow, differ in this: a quote that never closes takes the rest of the file for its field there,
// in silence. Here a record is rejected that would be longer than `max_record`, or whose quotes are open where the
// input ends; it is then its first line alone, and the next record begins behind that line.
//
// Needs no interpreter lock, knows nothing of what the fields hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "simd/cpu.h"

namespace sentiment_fast {

struct CsvFormat {
  char delimiter = ',';
  std::optional<char> quote = '"';  // none: a quote is a character like any other
  std::vector<int32_t> wanted_fields = {};  // the fields whose bytes are wanted, from 0, in any order
  int64_t max_record = int64_t{64} << 20;  // bytes of a record without its line end, 1 to 2^30
};

// Between two records of a stream.
struct CsvPosition {
  int64_t offset = 0;  // bytes before it
  int64_t row = 0;     // records before it that are no blank lines: the header is row 0, its data count from 1
  int64_t line = 1;    // the physical line that begins there, from 1
};

// What stands in `fields` for a record that was rejected, instead of how many it has.
enum CsvRejection : int32_t {
  kCsvUnclosed = -1,    // a quote is open behind this line, and does not close within max_record bytes or the input
  kCsvOverlong = -2,    // the first max_record bytes of a line that is longer
  kCsvRestOfLine = -3,  // the next max_record bytes of that line, or what is left of it
};

// The bytes of one field of each record, with its quotes; -1 for a record that has no such field.
struct CsvFieldRanges {
  std::vector<int64_t> begins, ends;
};

// Records that lie end to end, the first at the start of the bytes they were found in, to which offsets relate.
struct CsvRecords {
  CsvPosition begin;
  std::vector<int64_t> content_ends;  // where each record's bytes end, before its line end
  std::vector<int64_t> ends;          // where the next record begins, behind the line end
  std::vector<int64_t> rows;          // its row; that of the next row for a blank line
  std::vector<int64_t> lines;         // the physical line on which it begins
  std::vector<int32_t> fields;        // how many fields; 0 for a blank line, which has no content; or a CsvRejection
  std::vector<CsvFieldRanges> wanted;  // of the format's wanted fields, in their order
};

// Finds the records of one stream, whose bytes may be cut anywhere. Throws std::invalid_argument for a format that
// makes no sense.
class RecordFinder {
 public:
  // within_line: `begin` is not between two records, but behind a piece of an overlong line.
  RecordFinder(const CsvFormat& format, const CsvPosition& begin, const Level& level, bool within_line = false);

  // The records that are whole in `data`, which begins where those found so far end: the bytes behind them, up to
  // max_record and 5, are to be given again, with more behind them, and are not read a second time. `last`: no more
  // bytes come. A record whose CR is the last byte is not whole, because an LF may follow. A byte-order mark at the
  // start of the stream is part of the first record's bytes and of no field. Throws std::invalid_argument for less data
  // than was left over.
  CsvRecords find(const char* data, size_t size, bool last);

  // Where the records found so far end, and whether that is within a line. A finder that begins there finds the rest.
  const CsvPosition& position() const { return position_; }
  bool within_line() const { return in_rest_of_line_; }

 private:
  // How far the bytes have been followed, from a record's start.
  struct Reach {
    int64_t at = 0;
    bool quoted = false;
  };

  void expect_records(size_t count);
  bool skip_byte_order_mark();
  bool find_more();
  void forget_given_bytes();
  void start_record();
  void take_up_earlier_reach();
  void follow(int64_t to);
  bool follow_block(const CsvBits& bits, int64_t base, int64_t end);
  void count_delimiters(uint64_t delimiters, int64_t base);
  // Whether a record that goes on up to there, or that ends there, is longer than records may be.
  bool outgrown(int64_t end) const { return end - content_ > format_.max_record; }
  int64_t line_end_from(int64_t begin) const;
  int64_t behind_line_end(int64_t at) const;
  bool give_line(int64_t from, CsvRejection whole, CsvRejection piece);
  bool give_rest_of_line();
  void give_record(int64_t content_end, int64_t end, int64_t next_line);
  void give(int64_t content_end, int64_t end, int32_t fields, int64_t next_line);
  void give_wanted(int64_t content_end, int32_t fields);

  const CsvFormat format_;
  FindCsvBits* const find_bits_;
  CsvPosition position_;
  bool in_rest_of_line_ = false;  // of a line that was rejected because it is too long

  // All offsets relate to the data of the current call; between calls, to where the next one's begins.
  const char* data_ = nullptr;
  int64_t size_ = 0;
  bool last_ = false;
  CsvRecords found_;
  size_t found_before_ = 0;  // records, in the last call

  int64_t start_ = 0;  // of the current record
  int64_t content_ = 0;  // ... behind a byte-order mark
  Reach reach_;  // how far the current record has been followed
  bool ended_ = false;  // it ends at reach_.at
  bool counted_ = true;  // its delimiters and lines have been counted
  int32_t delimiters_ = 0;
  int64_t line_ = 1;  // at reach_.at
  // The delimiters whose places the wanted fields need, by number in the record, from 1, ascending: delimiter n ends
  // field n - 1 and comes before field n. Of the current record, the first `found_marks_` of them have been found.
  const std::vector<int64_t> marks_;
  const std::vector<size_t> end_marks_;  // (wanted fields,): which of them ends each; the one before it comes before it
  std::vector<int64_t> mark_places_;  // (marks,)
  size_t found_marks_ = 0;
  Reach earlier_reach_;  // of the last record that was rejected
};

}  // namespace sentiment_fast
