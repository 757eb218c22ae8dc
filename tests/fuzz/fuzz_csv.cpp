// Fuzzes the search for records. In: any bytes, read as a format, places to cut and a CSV file. Checks that every level
// and way of cutting gives the records and wanted fields that reading one byte after the other gives, that records lie
// end to end and make up the input, that a finder can resume at any of them, that fields have the values they should, and
// that suffixes come before line ends.
//
//   byte 0         the delimiter
//   byte 1         the quote, or none; above 12, with an escape
//   byte 2         its low 3 bits: the first wanted field + 1; those above: whether 0, 1, 2, 3 and 4 are wanted too
//   bytes 3-4      max_record; 0 for one that is longer than any input
//   byte 5         how many cuts (of 7), in two bytes each
//   the rest       the file, unchanged, except 0xC0 to 0xDF: each stands for a special character, with an escape also
//                  for that and for blanks
#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "choices.h"
#include "csv/records.h"
#include "csv/fields.h"
#include "csv/suffixes.h"
#include "expect.h"

using namespace sentiment_fast;

extern "C" int LLVMFuzzerInitialize(int*, char***) { return 0; }

namespace {

// Where a field begins and ends, from the start of the stream; -1 twice for none.
using FieldRange = std::pair<int64_t, int64_t>;
// content_end, end, row, line, fields, and the wanted fields' ranges, from the start of the stream.
using Record = std::tuple<int64_t, int64_t, int64_t, int64_t, int32_t, std::vector<FieldRange>>;
using Records = std::vector<Record>;

struct Input {
  CsvFormat format;
  std::vector<size_t> cuts;
  std::string data;
};

Input read_input(Choices choices) {
  constexpr char kDelimiters[] = {',', ';', '\t', '\0', 'a', '\xBB'};
  constexpr char kQuotes[] = {'"', '\'', '\0', ' ', '\xEF'};
  Input input;
  input.format.delimiter = kDelimiters[choices.below(std::size(kDelimiters))];
  const uint8_t quoting = choices.byte();
  const size_t quote = quoting % (std::size(kQuotes) + 1);
  const std::optional<char> escapes[] = {std::nullopt, std::nullopt, '\\', 'b'};
  input.format.escape = escapes[quoting / (std::size(kQuotes) + 1) % std::size(escapes)];
  input.format.quote = quote < std::size(kQuotes) ? std::optional<char>(kQuotes[quote]) : std::nullopt;
  if (input.format.quote == input.format.delimiter) input.format.quote.reset();
  if (input.format.escape == input.format.delimiter) input.format.escape.reset();
  const uint8_t wanted = choices.byte();
  if (wanted % 8 != 0) input.format.wanted_fields.push_back(wanted % 8 - 1);
  for (int32_t field = 4; field >= 0; --field)
    if (wanted >> (3 + field) & 1) input.format.wanted_fields.push_back(field);
  const auto max_record = choices.number<uint16_t>();
  input.format.max_record = max_record == 0 ? 1 << 20 : max_record % 1024 + 1;
  for (size_t cuts = choices.below(8); cuts != 0; --cuts) input.cuts.push_back(choices.number<uint16_t>());
  std::string special = {input.format.delimiter, input.format.quote.value_or('"'), '\r', '\n'};
  if (input.format.escape) special += {*input.format.escape, *input.format.escape, ' ', '\t'};
  while (!choices.used_up()) {
    const uint8_t byte = choices.byte();
    input.data += byte < 0xC0 || byte >= 0xE0 ? static_cast<char>(byte) : special[byte % special.size()];
  }
  for (size_t& cut : input.cuts) cut %= input.data.size() + 1;
  std::sort(input.cuts.begin(), input.cuts.end());
  return input;
}

// Reads a record, one byte after the other; `at` is then before its line end, or after what is misquoted.
struct PlainRecord {
  PlainRecord(const std::string& data, size_t begin, const CsvFormat& format) : at(begin), field_begins{begin} {
    bool field_starts = true, over_lines = false;
    for (; at < data.size(); ++at) {
      const char byte = data[at];
      if (byte == format.escape) {
        open |= at + 1 == data.size();
        over_lines |= quoted && at + 1 < data.size() && (data[at + 1] == '\r' || data[at + 1] == '\n');
        ++at;
        field_starts = false;
        continue;
      }
      if (quoted) {
        over_lines |= byte == '\r' || byte == '\n';
        if (byte != format.quote) continue;
        if (at + 1 < data.size() && data[at + 1] == byte) {
          ++at;
          continue;
        }
        quoted = false;
        if (over_lines && !ends_field(data, at + 1, format)) {
          misquoted = true;
          return;
        }
        if (format.escape && at + 1 < data.size() && data[at + 1] == *format.escape) ++at;
        continue;
      }
      if (byte == '\r' || byte == '\n') break;
      quoted = field_starts && byte == format.quote;
      over_lines &= !quoted;
      field_starts = byte == format.delimiter;
      if (field_starts) field_begins.push_back(at + 1);
    }
    at = std::min(at, data.size());
    open |= quoted;
  }

  size_t at;
  bool quoted = false;
  bool open = false;  // the data end within it
  bool misquoted = false;
  std::vector<size_t> field_begins;

 private:
  // Whether nothing but blanks comes between `from` and the end of a field; else `at` is after what does.
  bool ends_field(const std::string& data, size_t from, const CsvFormat& format) {
    while (from < data.size() && (data[from] == ' ' || data[from] == '\t') && data[from] != format.delimiter) ++from;
    if (from == data.size() || data[from] == format.delimiter || data[from] == '\r' || data[from] == '\n') return true;
    at = from + 1;
    return false;
  }
};

size_t behind_line_end(const std::string& data, size_t at) {
  return std::min(data.size(), at + (data.compare(at, 2, "\r\n") == 0 ? 2 : 1));
}

int64_t lines_in(const std::string& data, size_t begin, size_t end) {
  int64_t lines = 0;
  for (size_t at = begin; (at = data.find_first_of("\r\n", at)) < end; at = behind_line_end(data, at)) ++lines;
  return lines;
}

Records expected_records(const std::string& data, const CsvFormat& format) {
  Records records;
  const auto longest = static_cast<size_t>(format.max_record);
  const std::vector<FieldRange> none(format.wanted_fields.size(), {-1, -1});
  int64_t row = 0, line = 1;
  size_t begin = 0, content = data.compare(0, 3, "\xEF\xBB\xBF") == 0 ? 3 : 0;
  const auto add = [&](size_t content_end, size_t end, int32_t fields, std::vector<FieldRange> wanted) {
    records.emplace_back(content_end, end, row - (fields == kCsvRestOfLine), line, fields, std::move(wanted));
    row += fields != 0 && fields != kCsvRestOfLine;
    line += lines_in(data, begin, end);
    begin = content = end;
  };
  while (begin < data.size()) {
    const PlainRecord record(data, content, format);
    if (!record.open && !record.misquoted && record.at - content <= longest) {
      const auto fields = static_cast<int32_t>(record.at == content ? 0 : record.field_begins.size());
      std::vector<FieldRange> wanted = none;
      for (size_t i = 0; i < wanted.size(); ++i) {
        const int32_t field = format.wanted_fields[i];
        if (field >= fields) continue;
        const auto at = static_cast<size_t>(field);
        const size_t to = field + 1 < fields ? record.field_begins[at + 1] - 1 : record.at;
        wanted[i] = {static_cast<int64_t>(record.field_begins[at]), static_cast<int64_t>(to)};
      }
      add(record.at, behind_line_end(data, record.at), fields, wanted);
      continue;
    }
    const size_t line_end = std::min(data.find_first_of("\r\n", content), data.size());
    CsvRejection rejection = record.misquoted && record.at - content <= longest ? kCsvMisquoted : kCsvUnclosed;
    if (line_end - content > longest) rejection = kCsvOverlong;
    while (line_end - content > longest) {
      add(content + longest, content + longest, rejection, none);
      rejection = kCsvRestOfLine;
    }
    add(line_end, behind_line_end(data, line_end), rejection, none);
  }
  return records;
}

// As the finder gives them to one who has the data in pieces. Each buffer is of exactly its size.
Records found_records(const std::string& data, std::vector<size_t> cuts, RecordFinder finder) {
  Records records;
  const int64_t stream_offset = finder.position().offset;
  size_t begin = 0;
  cuts.push_back(data.size());
  for (size_t i = 0; i < cuts.size(); ++i) {
    const std::vector<char> buffer(data.begin() + static_cast<std::ptrdiff_t>(begin),
                                   data.begin() + static_cast<std::ptrdiff_t>(cuts[i]));
    const CsvRecords found = finder.find(buffer.data(), buffer.size(), i + 1 == cuts.size());
    const auto offset = static_cast<int64_t>(begin);
    expect(found.begin.offset == stream_offset + offset, "the records to begin where the last ones ended");
    for (size_t n = 0; n < found.ends.size(); ++n) {
      std::vector<FieldRange> wanted;
      for (const CsvFieldRanges& ranges : found.wanted) {
        const bool is_there = ranges.begins[n] >= 0;
        wanted.emplace_back(is_there ? offset + ranges.begins[n] : -1, is_there ? offset + ranges.ends[n] : -1);
      }
      records.emplace_back(offset + found.content_ends[n], offset + found.ends[n], found.rows[n], found.lines[n],
                           found.fields[n], std::move(wanted));
    }
    if (!found.ends.empty()) begin += static_cast<size_t>(found.ends.back());
    const auto given = static_cast<int64_t>(begin);
    expect(finder.position().offset == stream_offset + given, "the position behind the last record");
  }
  expect(begin == data.size(), "records up to the end of the input");
  return records;
}

void expect_tiles(const std::string& data, const Records& records) {
  int64_t begin = 0;
  for (const auto& [content_end, end, row, line, fields, wanted] : records) {
    expect(begin <= content_end && content_end <= end && begin < end, "records that lie end to end");
    const std::string line_end = data.substr(static_cast<size_t>(content_end), static_cast<size_t>(end - content_end));
    const bool is_line_end = line_end == "\n" || line_end == "\r" || line_end == "\r\n" || line_end.empty();
    expect(is_line_end, "a line end behind a record");
    for (const auto& [from, to] : wanted)
      expect(from == -1 || (begin <= from && from <= to && to <= content_end), "the wanted field within its record");
    begin = end;
  }
  expect(begin == static_cast<int64_t>(data.size()), "records that make up the input");
}

void expect_to_go_on_from(const Records& records, size_t number, const Input& input, const Level& level) {
  const auto& [content_end, end, row, line, fields, wanted] = records[number];
  if (content_end == end) return;  // within a line, or at the end
  const auto& next = number + 1 < records.size() ? records[number + 1] : Record{};
  const CsvPosition position{end, std::get<2>(next), std::max<int64_t>(std::get<3>(next), 1)};
  const Records rest = found_records(input.data.substr(static_cast<size_t>(end)), {},
                                     RecordFinder(input.format, {1, position.row, position.line}, level));
  expect(rest.size() == records.size() - number - 1, "as many records from any of them on");
  for (size_t i = 0; i < rest.size(); ++i)
    expect(std::get<1>(rest[i]) + end == std::get<1>(records[number + 1 + i]) &&
               std::get<2>(rest[i]) == std::get<2>(records[number + 1 + i]) &&
               std::get<3>(rest[i]) == std::get<3>(records[number + 1 + i]) &&
               std::get<4>(rest[i]) == std::get<4>(records[number + 1 + i]),
           "the same records from any of them on");
}

std::string plain_value(const std::string& field, std::optional<char> quote, std::optional<char> escape) {
  std::string value;
  bool quoted = quote && !field.empty() && field[0] == *quote;
  for (size_t at = quoted; at < field.size(); ++at) {
    if (field[at] == escape && at + 1 < field.size()) {
      value += field[++at];
    } else if (quoted && field[at] == *quote && field[at] != escape) {
      quoted = at + 1 < field.size() && field[at + 1] == *quote;
      if (++at < field.size()) value += field[at];  // the second of two, or one that follows the quotes
    } else {
      value += field[at];
    }
  }
  return value;
}

void expect_values(const std::string& data, const Records& records, const CsvFormat& format) {
  std::vector<int64_t> begins, ends, expected_offsets = {0};
  std::string expected;
  size_t room = 0;
  for (const auto& [content_end, end, row, line, fields, wanted] : records) {
    for (const auto& [from, to] : wanted) {
      const auto size = static_cast<size_t>(to - from);
      if (from >= 0) expected += plain_value(data.substr(static_cast<size_t>(from), size), format.quote, format.escape);
      begins.push_back(from);
      ends.push_back(to);
      expected_offsets.push_back(static_cast<int64_t>(expected.size()));
      room += from >= 0 ? size : 0;
    }
  }
  std::vector<char> values(room);
  std::vector<int64_t> offsets(begins.size() + 1);
  copy_field_values(data.data(), begins.data(), ends.data(), begins.size(), {format.quote, format.escape},
                    values.data(), offsets.data());
  expect(offsets == expected_offsets, "where the values of fields end");
  expect(std::equal(expected.begin(), expected.end(), values.begin()), "the values of fields");
}

void expect_suffixes_before_line_ends(const std::string& data, const Records& records) {
  std::string suffixes = "unused", expected;
  std::vector<int64_t> content_ends, offsets = {6};
  int64_t begin = 0;
  for (const auto& [content_end, end, row, line, fields, wanted] : records) {
    const std::string suffix(static_cast<size_t>(std::max(fields, 0) % 40), '+');
    expected += data.substr(static_cast<size_t>(begin), static_cast<size_t>(content_end - begin)) + suffix +
                data.substr(static_cast<size_t>(content_end), static_cast<size_t>(end - content_end));
    suffixes += suffix;
    offsets.push_back(static_cast<int64_t>(suffixes.size()));
    content_ends.push_back(content_end);
    begin = end;
  }
  std::vector<char> out(expected.size());
  append_suffixes(data.data(), data.size(), content_ends.data(), content_ends.size(), {suffixes.data(), offsets.data()},
                  out.data());
  expect(std::equal(out.begin(), out.end(), expected.begin()), "suffixes before line ends, and nothing else changed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const Input input = read_input(Choices(bytes, size));
  const Records expected = expected_records(input.data, input.format);
  expect_tiles(input.data, expected);
  std::vector<size_t> every_byte;
  if (input.data.size() <= 300)
    for (size_t cut = 0; cut <= input.data.size(); ++cut) every_byte.push_back(cut);
  for (const Level& level : levels()) {
    const std::string name = level.name;
    const RecordFinder finder(input.format, {}, level);
    for (const std::vector<size_t>& cuts : {std::vector<size_t>(), input.cuts, every_byte})
      expect(found_records(input.data, cuts, finder) == expected, "the records of plain reading at level " + name);
  }
  if (!expected.empty()) expect_to_go_on_from(expected, input.data.size() % expected.size(), input, levels().back());
  expect_values(input.data, expected, input.format);
  expect_suffixes_before_line_ends(input.data, expected);
  return 0;
}
