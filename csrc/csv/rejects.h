// Rejected records -> rows of a CSV file of their own: line, byte offset, reason, the record as one quoted field.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sentiment_fast {

// Which records of a chunk, in their order: the chunk's bytes, the offset in the stream at which it begins, and for each
// record where it begins and ends in it, its line, and the number of its reason; -1 for a piece that continues the record
// before it.
struct CsvRejected {
  const char* data;
  int64_t offset;
  size_t records;
  const int64_t *begins, *content_ends, *lines, *reasons;
};

// What their rows consist of, apart from the records. first_field: what each row begins with. reasons: as fields, with
// their quotes. open: whether the row before these is still open: pieces continue it, and other records first close it.
// close: whether to close the last row.
struct CsvRejectedRows {
  std::string_view first_field;
  std::vector<std::string> reasons;
  bool open, close;
};

// The most bytes that the rows can have.
size_t room_for_rejected(const CsvRejected& rejected, const CsvRejectedRows& rows);

// Writes the rows to `out`, which has that room. Returns where they end. Needs no interpreter lock.
char* write_rejected(const CsvRejected& rejected, const CsvRejectedRows& rows, char* out);

}  // namespace sentiment_fast
