// Pieces of a file of JSON -> its values: the elements of arrays, or values that follow each other, on one line or many.
//
// Brackets and commas outside values separate them. Only as much of JSON is read as is needed to find where a value
// ends; whether it is valid is left to others. A string cannot contain a line end, and an opening bracket cannot replace a
// name: a value with either is rejected, up to the next line that opens a value and is not indented further, so that a
// broken value does not take the rest of the file with it.
//
// Needs no interpreter lock. Records are those of csv/records.h; they are contiguous: every byte belongs to one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "csv/records.h"

namespace sentiment_fast {

// The values in `fields`, in addition to those of CsvRejection.
enum JsonKind : int32_t {
  kJsonNothing = 0,     // only what separates values
  kJsonObject = 1,      // what begins with a brace
  kJsonOther = 2,       // any other value
  kJsonOpenArray = 3,   // the end of the file within an array, between two values
};

// The deepest nesting of brackets outside strings, counted up to `most` + 1.
int64_t deepest_level(const char* data, size_t size, int64_t most);

class ValueFinder {
 public:
  // begin: between two values; its row is the number of arrays that are open there, 0 or 1.
  ValueFinder(int64_t max_record, const CsvPosition& begin);

  // As RecordFinder::find. `wanted` has one range for each record, the value without what precedes it. A value of more
  // than max_record bytes is given in pieces. `most` may be exceeded by the pieces of one
  // value and, at the end of the input, by one record.
  CsvRecords find(const char* data, size_t size, bool last, size_t most = kAllRecords);

  // Where the records found so far end, and whether that is within a value.
  const CsvPosition& position() const { return position_; }
  bool within_value() const { return piece_; }

 private:
  enum class Mode { kBetween, kBracketed, kString, kScalar, kSkipping };

  // Each reads from at_ until the mode changes, a record is given, or the data ends.
  void read_between();
  void read_bracketed();
  void read_scalar();
  void skip_lines();

  void begin_value(Mode mode, int32_t kind);
  bool may_open() const;
  void break_value();
  void give_value(int64_t end, int32_t kind);
  void give_piece(int32_t kind);
  void give(int64_t begin, int64_t end, int32_t kind);
  void end_input();
  bool too_long() const { return at_ - begin_ >= max_record_; }

  const int64_t max_record_;
  CsvPosition position_;

  // All offsets are relative to the data of the current call; between calls, to that of the next call.
  const char* data_ = nullptr;
  int64_t size_ = 0;
  CsvRecords found_;
  Mode mode_ = Mode::kBetween;
  int64_t start_ = 0;       // of the current record
  int64_t begin_ = 0;       // of the current value or piece of one
  int64_t at_ = 0;          // everything before it has been read
  int64_t line_begin_ = 0;  // of the line of at_
  int64_t line_ = 1;        // the same, its number
  int64_t value_line_ = 1;  // the line on which the value begins
  int64_t open_arrays_ = 0;
  int32_t kind_ = kJsonNothing;
  bool piece_ = false;       // a piece of the value has been given
  bool first_on_line_ = false;
  int64_t indent_ = 0;       // spaces at the start of the line of at_, as long as nothing else has been read there
  int64_t value_indent_ = 0;  // of the line on which the value begins; the largest number if something precedes it
  std::vector<char> brackets_;
  bool in_string_ = false, escaped_ = false;
  char previous_ = 0;  // the last character outside strings, spaces excepted
};

}  // namespace sentiment_fast
