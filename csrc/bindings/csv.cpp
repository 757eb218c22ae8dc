// Python bindings of the CSV functions: buffers in, arrays and bytes out. _core.pyi documents each function.
#include <pybind11/stl.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings/arrays.h"
#include "bindings/module.h"
#include "bindings/without_gil.h"
#include "csv/fields.h"
#include "csv/records.h"
#include "csv/rejects.h"
#include "csv/suffixes.h"

namespace sentiment_fast {
namespace {

// The bytes of any object with a buffer, kept alive and in place for the lifetime of this object.
class Bytes {
 public:
  explicit Bytes(const py::buffer& buffer) : info_(buffer.request()) {
    if (info_.ndim != 1 || info_.itemsize != 1 || (info_.size > 1 && info_.strides[0] != 1))
      throw py::type_error("Expected contiguous bytes");
  }
  const char* data() const { return static_cast<const char*>(info_.ptr); }
  size_t size() const { return static_cast<size_t>(info_.size); }

 private:
  py::buffer_info info_;
};

// CsvRecords as arrays.
struct RecordArrays {
  explicit RecordArrays(CsvRecords&& records)
      : offset(records.begin.offset),
        content_ends(as_array(std::move(records.content_ends))),
        ends(as_array(std::move(records.ends))),
        rows(as_array(std::move(records.rows))),
        lines(as_array(std::move(records.lines))),
        fields(as_array(std::move(records.fields))) {
    for (CsvFieldRanges& ranges : records.wanted)
      wanted.push_back({as_array(std::move(ranges.begins)), as_array(std::move(ranges.ends))});
  }

  // Begins and ends of the wanted field at this place, (records,) each.
  std::pair<py::array_t<int64_t>, py::array_t<int64_t>> wanted_field(int64_t place) const {
    if (place < 0 || place >= static_cast<int64_t>(wanted.size()))
      throw py::index_error("Expected one of " + std::to_string(wanted.size()) + " wanted fields, got number " +
                            std::to_string(place));
    return wanted[static_cast<size_t>(place)];
  }

  int64_t offset;
  py::array_t<int64_t> content_ends, ends, rows, lines;
  py::array_t<int32_t> fields;
  std::vector<std::pair<py::array_t<int64_t>, py::array_t<int64_t>>> wanted;
};

// Begins and ends of the first wanted field; empty if there is none.
std::pair<py::array_t<int64_t>, py::array_t<int64_t>> first_wanted(const RecordArrays& records) {
  return records.wanted.empty() ? std::pair(py::array_t<int64_t>(0), py::array_t<int64_t>(0)) : records.wanted.front();
}

// A finder and its lock: find() releases the interpreter lock, so two threads could enter it at once.
struct LockedRecordFinder {
  LockedRecordFinder(const std::string& level, const CsvFormat& format, const CsvPosition& begin, bool within_line)
      : finder(format, begin, level_named(level), within_line) {}

  RecordArrays find(const py::buffer& buffer, bool last, std::optional<size_t> most) {
    const Bytes bytes(buffer);
    CsvRecords records;
    {
      const WithoutGil unlocked;
      const std::lock_guard<std::mutex> guard(lock);
      records = finder.find(bytes.data(), bytes.size(), last, most.value_or(kAllRecords));
    }
    return RecordArrays(std::move(records));
  }

  CsvPosition position() {
    const std::lock_guard<std::mutex> guard(lock);
    return finder.position();
  }
  bool within_line() {
    const std::lock_guard<std::mutex> guard(lock);
    return finder.within_line();
  }

 private:
  RecordFinder finder;
  std::mutex lock;
};

// The fields' values, (total,) bytes, and their bounds, (fields + 1,).
py::tuple field_values_of(const py::buffer& data, const Array<int64_t>& begins, const Array<int64_t>& ends,
                          std::optional<char> quote, std::optional<char> escape) {
  const Bytes bytes(data);
  if (begins.ndim() != 1 || ends.ndim() != 1 || begins.size() != ends.size())
    throw py::value_error("Expected begins (fields,) and ends (fields,)");
  const auto fields = static_cast<size_t>(begins.size());
  const int64_t *const from = begins.data(), *const to = ends.data();
  int64_t total = 0;
  for (size_t i = 0; i < fields; ++i) {
    if (from[i] < 0) continue;
    if (to[i] < from[i] || to[i] > static_cast<int64_t>(bytes.size()))
      throw py::value_error("Expected fields that end after they begin and within the data, got one from " +
                            std::to_string(from[i]) + " to " + std::to_string(to[i]));
    total += to[i] - from[i];
  }
  py::array_t<uint8_t> values(static_cast<py::ssize_t>(total));
  auto* const out = reinterpret_cast<char*>(values.mutable_data());
  std::vector<int64_t> offsets(fields + 1);
  {
    const WithoutGil unlocked;
    copy_field_values(bytes.data(), from, to, fields, {quote, escape}, out, offsets.data());
  }
  const py::slice written(0, static_cast<py::ssize_t>(offsets.back()), 1);
  return py::make_tuple(values[written], as_array(std::move(offsets)));
}

py::bytes append_suffixes_to(const py::buffer& data, const Array<int64_t>& content_ends, const py::buffer& suffixes,
                             const Array<int64_t>& suffix_offsets) {
  const Bytes bytes(data), suffix_bytes(suffixes);
  if (!are_offsets(content_ends, static_cast<int64_t>(bytes.size())))
    throw py::value_error("Expected content_ends (records,) that never decrease and stay within the data");
  if (!are_offsets(suffix_offsets, static_cast<int64_t>(suffix_bytes.size())) ||
      suffix_offsets.size() != content_ends.size() + 1)
    throw py::value_error("Expected suffix_offsets (records + 1,) that never decrease and stay within the suffixes");
  const auto records = static_cast<size_t>(content_ends.size());
  const int64_t* const offsets = suffix_offsets.data();
  const auto size = static_cast<py::ssize_t>(bytes.size()) + offsets[records] - offsets[0];
  const auto written = py::reinterpret_steal<py::bytes>(PyBytes_FromStringAndSize(nullptr, size));
  if (!written) throw py::error_already_set();
  char* const out = PyBytes_AS_STRING(written.ptr());
  const int64_t* const ends = content_ends.data();
  {
    const WithoutGil unlocked;
    append_suffixes(bytes.data(), bytes.size(), ends, records, {suffix_bytes.data(), offsets}, out);
  }
  return written;
}

py::bytes rejected_rows_of(const py::buffer& data, int64_t offset, const Array<int64_t>& begins,
                           const Array<int64_t>& content_ends, const Array<int64_t>& lines,
                           const Array<int64_t>& reason_numbers, const std::vector<std::string>& reasons,
                           const std::string& first_field, bool open, bool close) {
  const Bytes bytes(data);
  for (const Array<int64_t>* array : {&begins, &content_ends, &lines, &reason_numbers})
    if (array->ndim() != 1 || array->size() != begins.size())
      throw py::value_error("Expected begins, content_ends, lines and reason_numbers (records,)");
  const auto records = static_cast<size_t>(begins.size());
  const int64_t *const from = begins.data(), *const to = content_ends.data(), *const numbers = reason_numbers.data();
  for (size_t i = 0; i < records; ++i) {
    if (from[i] < 0 || to[i] < from[i] || to[i] > static_cast<int64_t>(bytes.size()))
      throw py::value_error("Expected records that end after they begin and within the data, got one from " +
                            std::to_string(from[i]) + " to " + std::to_string(to[i]));
    if (numbers[i] < -1 || numbers[i] >= static_cast<int64_t>(reasons.size()))
      throw py::value_error("Expected numbers of reasons, got " + std::to_string(numbers[i]));
  }
  const CsvRejected rejected{bytes.data(), offset, records, from, to, lines.data(), numbers};
  const CsvRejectedRows rows{first_field, reasons, open, close};
  size_t room;
  {
    const WithoutGil unlocked;
    room = room_for_rejected(rejected, rows);
  }
  PyObject* written = PyBytes_FromStringAndSize(nullptr, static_cast<py::ssize_t>(room));
  if (!written) throw py::error_already_set();
  char* const out = PyBytes_AS_STRING(written);
  py::ssize_t size;
  {
    const WithoutGil unlocked;
    size = write_rejected(rejected, rows, out) - out;
  }
  if (_PyBytes_Resize(&written, size) != 0) throw py::error_already_set();
  return py::reinterpret_steal<py::bytes>(written);
}

}  // namespace

void bind_csv(py::module_& module) {
  module.attr("UNCLOSED") = static_cast<int>(kCsvUnclosed);
  module.attr("OVERLONG") = static_cast<int>(kCsvOverlong);
  module.attr("REST_OF_LINE") = static_cast<int>(kCsvRestOfLine);
  module.attr("MISQUOTED") = static_cast<int>(kCsvMisquoted);
  py::class_<RecordArrays>(module, "CsvRecords")
      .def("__len__", [](const RecordArrays& records) { return records.ends.size(); })
      .def_readonly("offset", &RecordArrays::offset)
      .def_readonly("content_ends", &RecordArrays::content_ends)
      .def_readonly("ends", &RecordArrays::ends)
      .def_readonly("rows", &RecordArrays::rows)
      .def_readonly("lines", &RecordArrays::lines)
      .def_readonly("fields", &RecordArrays::fields)
      .def("wanted_field", &RecordArrays::wanted_field, py::arg("place"))
      .def_property_readonly("field_begins", [](const RecordArrays& records) { return first_wanted(records).first; })
      .def_property_readonly("field_ends", [](const RecordArrays& records) { return first_wanted(records).second; });
  py::class_<LockedRecordFinder>(module, "RecordFinder")
      .def(py::init([](const std::string& level, char delimiter, std::optional<char> quote, int32_t wanted_field,
                       std::vector<int32_t> wanted_fields, int64_t max_record, int64_t offset, int64_t row,
                       int64_t line, bool within_line, std::optional<char> escape) {
             if (wanted_field >= 0 && !wanted_fields.empty())
               throw py::value_error("Expected wanted_field or wanted_fields, got both");
             if (wanted_field >= 0) wanted_fields.push_back(wanted_field);
             const CsvFormat format{delimiter, quote, std::move(wanted_fields), max_record, escape};
             return std::make_unique<LockedRecordFinder>(level, format, CsvPosition{offset, row, line}, within_line);
           }),
           py::arg("level"), py::kw_only(), py::arg("delimiter") = ',', py::arg("quote") = '"',
           py::arg("wanted_field") = -1, py::arg("wanted_fields") = std::vector<int32_t>(),
           py::arg("max_record") = CsvFormat().max_record, py::arg("offset") = 0, py::arg("row") = 0,
           py::arg("line") = 1, py::arg("within_line") = false, py::arg("escape") = py::none())
      .def("find", &LockedRecordFinder::find, py::arg("buffer"), py::arg("last"), py::arg("most") = py::none())
      .def_property_readonly("offset", [](LockedRecordFinder& finder) { return finder.position().offset; })
      .def_property_readonly("row", [](LockedRecordFinder& finder) { return finder.position().row; })
      .def_property_readonly("line", [](LockedRecordFinder& finder) { return finder.position().line; })
      .def_property_readonly("within_line", &LockedRecordFinder::within_line);
  module.def("field_values", &field_values_of, py::arg("data"), py::arg("begins"), py::arg("ends"),
             py::arg("quote") = '"', py::arg("escape") = py::none());
  module.def("append_suffixes", &append_suffixes_to, py::arg("data"), py::arg("content_ends"), py::arg("suffixes"),
             py::arg("suffix_offsets"));
  module.def("rejected_rows", &rejected_rows_of, py::arg("data"), py::arg("offset"), py::arg("begins"),
             py::arg("content_ends"), py::arg("lines"), py::arg("reason_numbers"), py::arg("reasons"),
             py::arg("first_field"), py::arg("open"), py::arg("close"));
}

}  // namespace sentiment_fast
