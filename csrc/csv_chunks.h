// Bytes of a CSV file -> where each of its records ends, so that a file is cut only between records.
//
// RFC 4180 as Python's csv module and pyarrow read it: a quote opens only at the start of a field (`1,a 5" screen` is
// legal), a doubled quote inside quotes is a quote, a record ends at LF, CRLF or CR outside quotes. Needs no
// interpreter lock, knows nothing of what the fields hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sentiment_fast {

struct CsvRecords {
  std::vector<int64_t> content_ends;  // where each record's bytes end, before its line end
  std::vector<int64_t> ends;          // where the next record begins, behind the line end
  bool open_quote = false;            // the bytes ended inside quotes
};

// The records that `data` holds whole; it starts where a record starts. Bytes behind the last line end are no record
// yet, nor is one whose CR is the last byte (an LF may follow), unless `last` says that no more bytes come.
CsvRecords find_csv_records(const char* data, size_t size, char delimiter, bool last);

}  // namespace sentiment_fast
