// Python bindings of the JSON functions: buffers in, arrays out. _core.pyi documents each function.
#include <pybind11/stl.h>

#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "bindings/arrays.h"
#include "bindings/module.h"
#include "csv/records.h"
#include "json/values.h"

namespace sentiment_fast {
namespace {

// CsvRecords as arrays, with the values' begins.
struct ValueArrays {
  explicit ValueArrays(CsvRecords&& records)
      : offset(records.begin.offset),
        begins(as_array(std::move(records.wanted.front().begins))),
        content_ends(as_array(std::move(records.content_ends))),
        ends(as_array(std::move(records.ends))),
        lines(as_array(std::move(records.lines))),
        fields(as_array(std::move(records.fields))) {}

  int64_t offset;
  py::array_t<int64_t> begins, content_ends, ends, lines;
  py::array_t<int32_t> fields;
};

// A finder and its lock: find() releases the interpreter lock, so two threads could enter it at once.
struct LockedValueFinder {
  LockedValueFinder(int64_t max_record, const CsvPosition& begin) : finder(max_record, begin) {}

  ValueArrays find(const py::buffer& buffer, bool last, std::optional<size_t> most) {
    const py::buffer_info bytes = buffer.request();
    if (bytes.ndim != 1 || bytes.itemsize != 1 || (bytes.size > 1 && bytes.strides[0] != 1))
      throw py::type_error("Expected contiguous bytes");
    CsvRecords records;
    {
      const py::gil_scoped_release unlocked;
      const std::lock_guard<std::mutex> guard(lock);
      records = finder.find(static_cast<const char*>(bytes.ptr), static_cast<size_t>(bytes.size), last,
                            most.value_or(kAllRecords));
    }
    return ValueArrays(std::move(records));
  }

  CsvPosition position() {
    const std::lock_guard<std::mutex> guard(lock);
    return finder.position();
  }
  bool within_value() {
    const std::lock_guard<std::mutex> guard(lock);
    return finder.within_value();
  }

 private:
  ValueFinder finder;
  std::mutex lock;
};

int64_t deepest_level_in(const py::buffer& buffer, int64_t most) {
  const py::buffer_info bytes = buffer.request();
  if (bytes.ndim != 1 || bytes.itemsize != 1 || (bytes.size > 1 && bytes.strides[0] != 1))
    throw py::type_error("Expected contiguous bytes");
  const py::gil_scoped_release unlocked;
  return deepest_level(static_cast<const char*>(bytes.ptr), static_cast<size_t>(bytes.size), most);
}

}  // namespace

void bind_json(py::module_& module) {
  module.attr("JSON_OBJECT") = static_cast<int>(kJsonObject);
  module.attr("JSON_OTHER") = static_cast<int>(kJsonOther);
  module.attr("JSON_OPEN_ARRAY") = static_cast<int>(kJsonOpenArray);
  py::class_<ValueArrays>(module, "JsonValues")
      .def("__len__", [](const ValueArrays& records) { return records.ends.size(); })
      .def_readonly("offset", &ValueArrays::offset)
      .def_readonly("begins", &ValueArrays::begins)
      .def_readonly("content_ends", &ValueArrays::content_ends)
      .def_readonly("ends", &ValueArrays::ends)
      .def_readonly("lines", &ValueArrays::lines)
      .def_readonly("fields", &ValueArrays::fields);
  py::class_<LockedValueFinder>(module, "ValueFinder")
      .def(py::init([](int64_t max_record, int64_t offset, int64_t row, int64_t line) {
             return std::make_unique<LockedValueFinder>(max_record, CsvPosition{offset, row, line});
           }),
           py::kw_only(), py::arg("max_record") = CsvFormat().max_record, py::arg("offset") = 0, py::arg("row") = 0,
           py::arg("line") = 1)
      .def("find", &LockedValueFinder::find, py::arg("buffer"), py::arg("last"), py::arg("most") = py::none())
      .def_property_readonly("offset", [](LockedValueFinder& finder) { return finder.position().offset; })
      .def_property_readonly("row", [](LockedValueFinder& finder) { return finder.position().row; })
      .def_property_readonly("line", [](LockedValueFinder& finder) { return finder.position().line; })
      .def_property_readonly("within_line", &LockedValueFinder::within_value);
  module.def("deepest_level", &deepest_level_in, py::arg("data"), py::arg("most"));
}

}  // namespace sentiment_fast
