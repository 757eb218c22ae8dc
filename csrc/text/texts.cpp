#define PY_SSIZE_T_CLEAN
#include "text/texts.h"

#include <Python.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string_view>

namespace sentiment_fast {
namespace {

// ---- Arrow: an array's buffers -> the text of row i -----------------------------------------------------------------

// Item i of a buffer of any alignment: the interface recommends aligned buffers but does not require them.
template <class Item>
Item item_at(const void* buffer, int64_t i) {
  Item item;
  std::memcpy(&item, static_cast<const char*>(buffer) + i * int64_t{sizeof item}, sizeof item);
  return item;
}

template <class Struct>
std::shared_ptr<void> take_over(Struct* source) {
  auto* own = new Struct(*source);
  source->release = nullptr;
  return std::shared_ptr<void>(own, [own](void*) {
    if (own->release) own->release(own);
    delete own;
  });
}

void require(bool holds, const char* what) {
  if (!holds) throw InvalidArrow{std::string("The data violates the Arrow C data interface: ") + what};
}

bool is_valid(const ArrowArray& array, int64_t row) {
  const auto* bits = static_cast<const uint8_t*>(array.buffers[0]);
  return !bits || (bits[row >> 3] >> (row & 7) & 1);
}

constexpr int64_t kMostRows = INT64_MAX / 16 - 1;  // so that no offset into a buffer overflows, at 16 bytes per row

void check_layout(const ArrowArray& array, int64_t least_buffers) {
  require(array.length >= 0 && array.offset >= 0, "a negative length or offset");
  require(array.length <= kMostRows - array.offset, "length plus offset overflows");
  require(array.n_buffers >= least_buffers && (least_buffers == 0 || array.buffers), "too few buffers");
}

// Offsets of 32 or 64 bits into one buffer of bytes. `row` counts from the buffers' start here and below.
template <class Offset>
class Offsets {
 public:
  explicit Offsets(const ArrowArray& array) {
    check_layout(array, 3);
    require(array.length == 0 || array.buffers[1], "no buffer of offsets");
    offsets_ = array.buffers[1];
    bytes_ = static_cast<const char*>(array.buffers[2]);
  }
  Text operator()(int64_t row) const {
    const auto begin = item_at<Offset>(offsets_, row), end = item_at<Offset>(offsets_, row + 1);
    require(begin >= 0 && begin <= end, "offsets that decrease");
    require(begin == end || bytes_, "no buffer of bytes");
    return {bytes_ + (bytes_ ? begin : 0), static_cast<size_t>(end - begin), Encoding::utf8};
  }

 private:
  const void* offsets_;
  const char* bytes_;
};

// 16 bytes per view: a length, then up to 12 bytes in place, or a prefix, a buffer's number and an offset into it.
class Views {
 public:
  explicit Views(const ArrowArray& array) : array_(array) {
    check_layout(array, 3);
    require(array.length == 0 || array.buffers[1], "no buffer of views");
    views_ = static_cast<const char*>(array.buffers[1]);
    data_buffers_ = array.n_buffers - 3;
    sizes_ = array.buffers[array.n_buffers - 1];
    require(data_buffers_ == 0 || sizes_, "no sizes of the data buffers");
  }
  Text operator()(int64_t row) const {
    const char* view = views_ + 16 * row;
    int32_t fields[4];
    std::memcpy(fields, view, sizeof fields);
    const auto [length, prefix, buffer, offset] = fields;
    (void)prefix;
    require(length >= 0, "a view of negative length");
    if (length <= 12) return {view + 4, static_cast<size_t>(length), Encoding::utf8};
    require(buffer >= 0 && buffer < data_buffers_, "a view into a buffer that does not exist");
    // Added in 64 bits, where two 32-bit numbers can't overflow; subtracting the length from a hostile size could.
    require(offset >= 0 && int64_t{offset} + length <= item_at<int64_t>(sizes_, buffer),
            "a view past the end of its buffer");
    const auto* bytes = static_cast<const char*>(array_.buffers[2 + buffer]);
    require(bytes, "no buffer of bytes");
    return {bytes + offset, static_cast<size_t>(length), Encoding::utf8};
  }

 private:
  const ArrowArray& array_;
  const char* views_;
  int64_t data_buffers_;
  const void* sizes_;
};

template <class Index>
int64_t index_at(const ArrowArray& array, int64_t row) {
  return static_cast<int64_t>(item_at<Index>(array.buffers[1], row));
}

// The function that reads a dictionary index of this type; nullptr if it is not an integer type.
int64_t (*index_reader(std::string_view format))(const ArrowArray&, int64_t) {
  if (format == "c") return index_at<int8_t>;
  if (format == "C") return index_at<uint8_t>;
  if (format == "s") return index_at<int16_t>;
  if (format == "S") return index_at<uint16_t>;
  if (format == "i") return index_at<int32_t>;
  if (format == "I") return index_at<uint32_t>;
  if (format == "l") return index_at<int64_t>;
  if (format == "L") return index_at<uint64_t>;
  return nullptr;
}

// Appends every row of an array, read by `row_text`; returns the number of nulls, appended as empty texts.
template <class RowText>
int64_t append_rows(const ArrowArray& array, const RowText& row_text, std::vector<Text>& views) {
  int64_t nulls = 0;
  const size_t needed = views.size() + static_cast<size_t>(array.length);
  if (needed > views.capacity()) views.reserve(views.empty() ? needed : std::max(needed, 2 * views.capacity()));
  for (int64_t row = array.offset; row < array.offset + array.length; ++row) {
    const bool valid = is_valid(array, row);
    views.push_back(valid ? row_text(row) : Text{"", 0, Encoding::utf8});
    nulls += !valid;
  }
  return nulls;
}

int64_t append_strings(std::string_view format, const ArrowArray& array, std::vector<Text>& views) {
  if (format == "u" || format == "z") return append_rows(array, Offsets<int32_t>(array), views);
  if (format == "U" || format == "Z") return append_rows(array, Offsets<int64_t>(array), views);
  if (format == "vu" || format == "vz") return append_rows(array, Views(array), views);
  if (format == "n") {
    check_layout(array, 0);
    views.insert(views.end(), static_cast<size_t>(array.length), Text{"", 0, Encoding::utf8});
    return array.length;
  }
  if (format.substr(0, 1) == "+")
    throw TypeMismatch{"Expected one column of texts, got a table of several columns or a nested one: pass one column"};
  throw TypeMismatch{"Expected Arrow strings, got a column of the Arrow type with format '" + std::string(format) +
                     "' (a number, perhaps): pass the column of texts"};
}

int64_t append_dictionary(const ArrowSchema& schema, const ArrowArray& array, std::vector<Text>& views) {
  const auto index = index_reader(schema.format);
  require(index, "a dictionary whose indices are not integers");
  require(array.dictionary, "a dictionary array without its dictionary");
  require(schema.dictionary->release && array.dictionary->release, "a structure that has already been released");
  require(schema.dictionary->format, "a schema without a format");
  check_layout(array, 2);
  require(array.length == 0 || array.buffers[1], "no buffer of indices");
  std::vector<Text> entries;
  const ArrowArray& dictionary = *array.dictionary;
  const bool null_entries = append_strings(schema.dictionary->format, dictionary, entries) > 0;
  const bool all_null = std::strcmp(schema.dictionary->format, "n") == 0;  // which has no validity bitmap
  int64_t rows_of_null_entries = 0;
  const auto entry = [&](int64_t row) {
    const int64_t at = index(array, row);
    require(at >= 0 && at < static_cast<int64_t>(entries.size()), "a dictionary index out of range");
    if (null_entries) rows_of_null_entries += all_null || !is_valid(dictionary, dictionary.offset + at);
    return entries[static_cast<size_t>(at)];
  };
  const int64_t null_rows = append_rows(array, entry, views);
  return null_rows + rows_of_null_entries;
}

int64_t append_array(const ArrowSchema& schema, const ArrowArray& array, std::vector<Text>& views) {
  require(schema.release && array.release, "a structure that has already been released");
  require(schema.format, "a schema without a format");
  if (schema.dictionary) return append_dictionary(schema, array, views);
  if (std::strcmp(schema.format, "+s") != 0 || schema.n_children != 1)
    return append_strings(schema.format, array, views);
  // A table of one column, as query results come: its rows are the column's.
  check_layout(array, 0);
  require(array.n_children == 1 && array.children && array.children[0], "a table without its column");
  require(schema.children && schema.children[0], "a table without its column's schema");
  require(array.null_count == 0 || array.n_buffers == 0 || !array.buffers || !array.buffers[0],
          "a table with null rows");
  const ArrowSchema& column_schema = *schema.children[0];
  require(column_schema.release, "a structure that has already been released");
  require(column_schema.format, "a schema without a format");
  if (column_schema.format[0] == '+') return append_strings(column_schema.format, array, views);  // throws
  ArrowArray column = *array.children[0];
  check_layout(column, 0);
  require(column.length >= array.offset + array.length, "a column shorter than its table");
  require(column.offset <= INT64_MAX - array.offset - array.length, "length plus offset overflows");
  column.offset += array.offset;
  column.length = array.length;
  return append_array(column_schema, column, views);
}

std::string stream_error(ArrowArrayStream* stream, int code) {
  const char* reason = stream->get_last_error ? stream->get_last_error(stream) : nullptr;
  return std::string("The Arrow stream failed: ") + (reason ? reason : std::strerror(code));
}

}  // namespace

Text view_of(PyObject* str) {
#if PY_VERSION_HEX < 0x030C0000
  if (PyUnicode_READY(str) < 0) {
    PyErr_Clear();
    throw std::bad_alloc();
  }
#endif
  const auto size = static_cast<size_t>(PyUnicode_GET_LENGTH(str));
  const void* data = PyUnicode_DATA(str);
  switch (PyUnicode_KIND(str)) {
    case PyUnicode_1BYTE_KIND: return {data, size, Encoding::latin1};
    case PyUnicode_2BYTE_KIND: return {data, size, Encoding::ucs2};
    default: return {data, size, Encoding::ucs4};
  }
}

Texts Texts::from_sequence(PyObject* sequence) {
  Texts texts;
  // A private tuple: it can't change, and it keeps every str alive even if the caller's list changes.
  PyObject* items = PySequence_Tuple(sequence);
  if (!items) {
    PyErr_Clear();
    throw TypeMismatch{"Expected a list or tuple of str"};
  }
  texts.owners_.emplace_back(items, [](void* owned) { Py_DECREF(static_cast<PyObject*>(owned)); });
  const Py_ssize_t count = PyTuple_GET_SIZE(items);
  texts.views_.reserve(static_cast<size_t>(count));
  for (Py_ssize_t i = 0; i < count; ++i) {
    PyObject* item = PyTuple_GET_ITEM(items, i);
    if (PyUnicode_Check(item)) {
      texts.views_.push_back(view_of(item));
    } else if (item == Py_None) {
      texts.views_.push_back({"", 0, Encoding::utf8});
      ++texts.null_count_;
    } else {
      throw TypeMismatch{"Expected `str` or `None`, got `" + std::string(Py_TYPE(item)->tp_name) + "` - at texts[" +
                         std::to_string(i) + "]"};
    }
  }
  return texts;
}

void Texts::append(const ArrowSchema& schema, const ArrowArray& array) {
  null_count_ += append_array(schema, array, views_);
}

Texts Texts::from_arrow_array(ArrowSchema* schema, ArrowArray* array) {
  Texts texts;
  const auto own_schema = take_over(schema);
  texts.owners_.push_back(take_over(array));
  texts.append(*static_cast<ArrowSchema*>(own_schema.get()), *static_cast<ArrowArray*>(texts.owners_.back().get()));
  return texts;
}

Texts Texts::from_arrow_stream(ArrowArrayStream* source) {
  Texts texts;
  const auto own_stream = take_over(source);
  auto* stream = static_cast<ArrowArrayStream*>(own_stream.get());
  require(stream->get_schema && stream->get_next, "a stream without its functions");
  ArrowSchema schema{};
  if (const int code = stream->get_schema(stream, &schema)) throw InvalidArrow{stream_error(stream, code)};
  const auto own_schema = take_over(&schema);
  for (;;) {
    ArrowArray array{};
    if (const int code = stream->get_next(stream, &array)) throw InvalidArrow{stream_error(stream, code)};
    if (!array.release) return texts;  // the interface's end-of-stream marker
    texts.owners_.push_back(take_over(&array));
    texts.append(*static_cast<ArrowSchema*>(own_schema.get()), *static_cast<ArrowArray*>(texts.owners_.back().get()));
  }
}

}  // namespace sentiment_fast
