// Fuzzes the Arrow intake. In: any bytes, read as what a producer hands over: types, arrays and a stream of them,
// mostly well made, some broken in one of the ways in which they can be.
//
// Checks that what breaks the C data interface where a consumer can see it is an error; that all else gives exactly the
// texts that the producer meant, which are read completely and encoded; that whatever was handed over is released once,
// and not read afterwards.
//
// What a consumer can't see is not made here, because nobody could refuse it: the interface carries no sizes of buffers
// but those that views point into. So no buffer is shorter than its array's length and offset say, unless that is more
// than memory can hold; no row's offsets lie beyond the bytes without falling; no size of a view's buffer is given as
// larger than it is; no list of pointers is shorter than its count; no pointer points anywhere but to what it should, or
// nowhere. And no column of nulls, which has no buffers, is so long that its texts exhaust memory.
#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "choices.h"
#include "text/encode.h"
#include "expect.h"
#include "interpreter.h"
#include "text/texts.h"

using namespace sentiment_fast;

namespace {

constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();
constexpr size_t kMostRows = 24;

// The least numbers, those next to zero, or any: where sums and differences overflow.
template <class Number>
Number draw_negative(Choices& choices) {
  constexpr Number kLeast = std::numeric_limits<Number>::min();
  const auto small = static_cast<Number>(choices.below(64));
  switch (choices.below(3)) {
    case 0: return static_cast<Number>(kLeast + small);
    case 1: return static_cast<Number>(-1 - small);
    default: return choices.number<Number>() | kLeast;
  }
}

// ---- Types --------------------------------------------------------------------------------------------------------

struct Type {
  std::string format;
  std::vector<Type> children;
  std::unique_ptr<Type> dictionary;
};

bool is_one_of(const std::string& format, std::initializer_list<const char*> formats) {
  return std::find(formats.begin(), formats.end(), format) != formats.end();
}

bool has_offsets(const Type& type) { return is_one_of(type.format, {"u", "z", "U", "Z"}); }
bool has_views(const Type& type) { return is_one_of(type.format, {"vu", "vz"}); }
bool is_index(const Type& type) { return is_one_of(type.format, {"c", "C", "s", "S", "i", "I", "l", "L"}); }
bool is_text(const Type& type) { return has_offsets(type) || has_views(type) || type.format == "n"; }
bool is_column(const Type& type) {
  return type.dictionary ? is_index(type) && is_text(*type.dictionary) : is_text(type);
}
bool is_readable(const Type& type) {
  const bool one_column = type.format == "+s" && !type.dictionary && type.children.size() == 1;
  return is_column(one_column ? type.children[0] : type);
}

Type draw_type(Choices& choices, int depth) {
  static const std::vector<std::string> kTexts = {"u", "U", "z", "Z", "vu", "vz", "n"};
  static const std::vector<std::string> kIndices = {"c", "C", "s", "S", "i", "I", "l", "L"};
  static const std::vector<std::string> kOthers = {"",  "g",  "b",   "uu",    "v",   "vuu",
                                                   "+", "+l", "+vl", "+us:0", "w:4", "+w:1"};
  Type type;
  const size_t kind = choices.below(16);
  if (kind < 7) {
    type.format = kTexts[kind];
  } else if (kind < 11) {
    type.format = kIndices[choices.below(kIndices.size())];
    if (depth < 3) type.dictionary = std::make_unique<Type>(draw_type(choices, depth + 1));
  } else if (kind < 14) {
    type.format = "+s";
    const size_t children = choices.below(4);
    for (size_t i = 0; i < (children == 3 ? 1 : children) && depth < 3; ++i)
      type.children.push_back(draw_type(choices, depth + 1));
  } else if (kind < 15) {
    type.format = kOthers[choices.below(kOthers.size())];
    if (choices.one_in(4) && depth < 3) type.dictionary = std::make_unique<Type>(draw_type(choices, depth + 1));
  } else {
    type.format = choices.bytes(choices.below(6)).c_str();  // up to the first NUL
  }
  return type;
}

// ---- What is handed over, and counts its releases -----------------------------------------------------------------

template <class Struct>
struct Handed {
  Struct base{};
  std::vector<std::unique_ptr<Handed>> children;
  std::unique_ptr<Handed> dictionary;
  std::vector<std::unique_ptr<char[]>> memory;  // each of exactly its size; given back by the release
  int releases = 0;

  // Room for some bytes; at any address, as the interface allows it of buffers, if a misalignment is given.
  char* allocate(size_t size, size_t misalignment = 0) {
    memory.emplace_back(new char[size + misalignment]);
    return memory.back().get() + misalignment;
  }
  char* copy(const std::string& bytes, size_t misalignment = 0) {
    char* const to = allocate(bytes.size(), misalignment);
    std::copy(bytes.begin(), bytes.end(), to);
    return to;
  }
  template <class Item>
  Item* copy_list(const std::vector<Item>& items) {
    static_assert(alignof(Item) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__, "as new char[] aligns");
    Item* const to = reinterpret_cast<Item*>(allocate(items.size() * sizeof(Item)));
    std::copy(items.begin(), items.end(), to);
    return to;
  }

  // Releases the dictionary or one of the children too early, now and then; says whether it did.
  bool release_too_early(Choices& choices) {
    if ((!dictionary && children.size() != 1) || !choices.one_in(64)) return false;
    (dictionary ? *dictionary : *children[0]).release();
    return true;
  }

  // After this the base can be handed over.
  void finish() {
    std::vector<Struct*> pointers;
    for (const auto& child : children) pointers.push_back(&child->base);
    base.n_children = static_cast<int64_t>(children.size());
    base.children = pointers.empty() ? nullptr : copy_list(pointers);
    base.dictionary = dictionary ? &dictionary->base : nullptr;
    base.private_data = this;
    base.release = [](Struct* released) {
      auto* const self = static_cast<Handed*>(released->private_data);
      ++self->releases;
      for (const auto& child : self->children) child->release();
      if (self->dictionary) self->dictionary->release();
      self->memory.clear();
      released->release = nullptr;
    };
  }

  // As a producer does with what it has, if nobody has yet.
  void release() {
    if (base.release) base.release(&base);
  }

  // Once, with all that it holds, if it was handed over; not at all if it was not.
  void expect_release(bool handed_over) const {
    const int expected = handed_over ? 1 : 0;
    expect(releases == expected,
           std::to_string(expected) + " releases of a structure, got " + std::to_string(releases));
    if (!handed_over) return;
    for (const auto& child : children) child->expect_release(true);
    if (dictionary) dictionary->expect_release(true);
  }
};

using Schema = Handed<ArrowSchema>;
using Array = Handed<ArrowArray>;

// A type's schema; `broken` is set where its own fields say that something is missing.
std::unique_ptr<Schema> make_schema(const Type& type, Choices& choices, bool& broken) {
  auto schema = std::make_unique<Schema>();
  schema->base.format = schema->copy(type.format + '\0');
  schema->base.name = "";
  for (const Type& child : type.children) schema->children.push_back(make_schema(child, choices, broken));
  if (type.dictionary) schema->dictionary = make_schema(*type.dictionary, choices, broken);
  broken |= schema->release_too_early(choices);
  schema->finish();
  if (choices.one_in(32)) {
    broken = true;
    schema->base.format = nullptr;
  }
  if (type.format == "+s" && type.children.size() == 1 && choices.one_in(16)) {
    broken = true;
    switch (choices.below(4)) {
      case 0: schema->base.n_children = 0; break;
      case 1: schema->base.n_children = draw_negative<int64_t>(choices); break;
      case 2: schema->base.children[0] = nullptr; break;
      default: schema->base.children = nullptr;
    }
  }
  return schema;
}

// ---- Arrays, and the rows that they mean --------------------------------------------------------------------------

struct Row {
  enum class Kind { text, null, broken } kind;
  std::string bytes;
};

Row text(std::string bytes) { return {Row::Kind::text, std::move(bytes)}; }
Row null() { return {Row::Kind::null, ""}; }
Row broken() { return {Row::Kind::broken, ""}; }

// An array in the making.
struct Column {
  std::unique_ptr<Array> array = std::make_unique<Array>();
  std::vector<const void*> buffers;
  std::vector<Row> rows;          // first all that the buffers hold, then those that length and offset leave
  bool rows_are_missing = false;  // there is no buffer of offsets, views or indices: broken if there is any row
  bool is_broken = false;         // whatever its rows are
};

size_t draw_misalignment(Choices& choices) { return choices.one_in(4) ? 1 + choices.below(7) : 0; }

// The offset after `before`: rises within the bytes, or makes a row that is visibly broken. Only behind a negative one
// may it lie beyond the bytes, and then the next one falls, so that both rows are broken.
template <class Offset>
Offset draw_offset(Offset before, size_t bytes, Choices& choices) {
  const auto within = [&](size_t most) { return static_cast<Offset>(choices.below(most + 1)); };
  const bool hostile = choices.one_in(32);
  if (before > static_cast<Offset>(bytes)) return within(bytes);
  if (before < 0) return hostile ? choices.number<Offset>() : within(bytes);
  if (!hostile) return static_cast<Offset>(before + within(std::min<size_t>(20, bytes - static_cast<size_t>(before))));
  if (before > 0 && choices.one_in(2)) return within(static_cast<size_t>(before) - 1);
  return draw_negative<Offset>(choices);
}

template <class Offset>
void fill_with_offsets(Column& column, size_t rows, Choices& choices) {
  const std::string bytes = choices.bytes(choices.below(80));
  std::vector<Offset> offsets = {draw_offset<Offset>(0, bytes.size(), choices)};
  while (offsets.size() <= rows) offsets.push_back(draw_offset(offsets.back(), bytes.size(), choices));
  const bool has_bytes = !choices.one_in(16);
  column.rows_are_missing = choices.one_in(32);
  for (size_t i = 0; i < rows; ++i) {
    const Offset begin = offsets[i], end = offsets[i + 1];
    const bool holds = begin >= 0 && begin <= end && (has_bytes || begin == end);
    column.rows.push_back(!holds ? broken()
                                 : text(bytes.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin))));
  }
  const std::string stored(reinterpret_cast<const char*>(offsets.data()), offsets.size() * sizeof(Offset));
  column.buffers.push_back(column.rows_are_missing ? nullptr : column.array->copy(stored, draw_misalignment(choices)));
  column.buffers.push_back(has_bytes ? column.array->copy(bytes) : nullptr);
}

struct View {
  int32_t length;
  union {
    char in_place[12];
    struct {
      char prefix[4];
      int32_t buffer, offset;
    } elsewhere;
  };
};
static_assert(sizeof(View) == 16, "as the format has it");

View draw_view(size_t data_buffers, Choices& choices) {
  View view;
  const size_t kind = choices.below(8);
  if (kind == 7) return choices.number<View>();
  view.length = static_cast<int32_t>(kind < 4 ? choices.below(13) : 13 + choices.below(20));
  const std::string in_place = choices.bytes(12) + std::string(12, 'v');
  std::copy(in_place.begin(), in_place.begin() + 12, view.in_place);
  if (kind >= 4) {
    view.elsewhere.buffer = static_cast<int32_t>(choices.below(data_buffers + 1));
    view.elsewhere.offset = static_cast<int32_t>(choices.below(32));
  }
  return view;
}

void fill_with_views(Column& column, size_t rows, Choices& choices) {
  std::vector<std::string> data(choices.below(4));
  std::vector<const void*> pointers;
  std::vector<int64_t> sizes;
  for (std::string& bytes : data) {
    bytes = choices.bytes(choices.below(80));
    pointers.push_back(choices.one_in(16) ? nullptr : column.array->copy(bytes));
    const auto size = static_cast<int64_t>(bytes.size());
    sizes.push_back(!choices.one_in(8)  ? size
                    : choices.one_in(2) ? static_cast<int64_t>(choices.below(bytes.size() + 1))
                                        : draw_negative<int64_t>(choices));
  }
  std::string views;
  for (size_t i = 0; i < rows; ++i) {
    const View view = draw_view(data.size(), choices);
    views.append(reinterpret_cast<const char*>(&view), sizeof view);
    const auto& [prefix, buffer, offset] = view.elsewhere;
    if (view.length < 0) {
      column.rows.push_back(broken());
    } else if (view.length <= 12) {
      column.rows.push_back(text({view.in_place, static_cast<size_t>(view.length)}));
    } else {
      const auto number = static_cast<size_t>(buffer);
      const bool holds = buffer >= 0 && number < data.size() && pointers[number] && offset >= 0 &&
                         int64_t{offset} + view.length <= sizes[number];
      column.rows.push_back(
          !holds ? broken() : text(data[number].substr(static_cast<size_t>(offset), static_cast<size_t>(view.length))));
    }
  }
  column.rows_are_missing = choices.one_in(32);
  column.buffers.push_back(column.rows_are_missing ? nullptr : column.array->copy(views, draw_misalignment(choices)));
  column.buffers.insert(column.buffers.end(), pointers.begin(), pointers.end());
  const bool has_sizes = !choices.one_in(32);
  column.is_broken |= !has_sizes && !data.empty();
  const std::string stored(reinterpret_cast<const char*>(sizes.data()), sizes.size() * sizeof(int64_t));
  column.buffers.push_back(has_sizes ? column.array->copy(stored, draw_misalignment(choices)) : nullptr);
}

template <class Index>
void fill_with_indices(Column& column, const std::vector<Row>& entries, size_t rows, Choices& choices) {
  std::string indices;
  for (size_t i = 0; i < rows; ++i) {
    const auto within = static_cast<Index>(choices.below(entries.size() + 1));  // or next to it
    const Index index = choices.one_in(16) ? choices.number<Index>() : within;
    indices.append(reinterpret_cast<const char*>(&index), sizeof index);
    const bool holds = index >= 0 && static_cast<uint64_t>(index) < entries.size();
    column.rows.push_back(holds ? entries[static_cast<size_t>(index)] : broken());
  }
  column.rows_are_missing = choices.one_in(32);
  column.buffers.push_back(column.rows_are_missing ? nullptr : column.array->copy(indices, draw_misalignment(choices)));
}

void fill_with_indices_of(const std::string& format, Column& column, const std::vector<Row>& entries, size_t rows,
                          Choices& choices) {
  switch (format[0]) {
    case 'c': return fill_with_indices<int8_t>(column, entries, rows, choices);
    case 'C': return fill_with_indices<uint8_t>(column, entries, rows, choices);
    case 's': return fill_with_indices<int16_t>(column, entries, rows, choices);
    case 'S': return fill_with_indices<uint16_t>(column, entries, rows, choices);
    case 'i': return fill_with_indices<int32_t>(column, entries, rows, choices);
    case 'I': return fill_with_indices<uint32_t>(column, entries, rows, choices);
    case 'l': return fill_with_indices<int64_t>(column, entries, rows, choices);
    default: return fill_with_indices<uint64_t>(column, entries, rows, choices);
  }
}

// Breaks one of the array's own fields, now and then. `least_buffers`: fewer than that can't hold what the type needs.
void break_fields(Column& column, int64_t least_buffers, Choices& choices) {
  ArrowArray& array = column.array->base;
  const auto negative = [&] { return draw_negative<int64_t>(choices); };
  const auto set = [&](int64_t& field, int64_t value) {
    field = value;
    column.is_broken = true;
  };
  switch (choices.below(48)) {
    case 1: return set(array.length, negative());
    case 2: return set(array.offset, negative());
    case 3:
      // The sum with the length overflows, or the place that this is in a buffer of 16 bytes a row.
      if (array.length > 0) set(array.offset, choices.one_in(2) ? kLargest : kLargest / 16 + choices.byte());
      return;
    case 4: return set(array.n_buffers, negative());
    case 5:
      if (least_buffers > 0) set(array.n_buffers, choices.byte() % least_buffers);
      return;
    case 6:
      if (array.n_children != 0) return;  // a table's are not needed
      column.is_broken |= least_buffers > 0;
      array.buffers = nullptr;
      return;
    case 7:
      column.is_broken |= array.dictionary != nullptr;
      array.dictionary = nullptr;
      return;
    case 8:
      if (array.n_children == 1) set(array.n_children, choices.one_in(2) ? 2 : negative());
      return;
    case 9:
      column.is_broken |= array.n_children == 1;
      if (array.n_children == 1) array.children[0] = nullptr;
      return;
    case 10:
      column.is_broken |= array.n_children == 1;
      array.children = nullptr;
      return;
    default: return;
  }
}

Column make_column(const Type& type, Choices& choices);

// Fills a column with what its type's own buffers, its dictionary and its children hold; returns how many buffers it
// needs at least. The first place in the list of buffers is the validity bitmap's.
int64_t fill(Column& column, const Type& type, size_t rows, Choices& choices) {
  column.buffers = {nullptr};
  if (type.dictionary) {
    Column dictionary = make_column(*type.dictionary, choices);
    column.is_broken |= dictionary.is_broken;
    for (const Row& entry : dictionary.rows) column.is_broken |= entry.kind == Row::Kind::broken;
    fill_with_indices_of(is_index(type) ? type.format : "c", column, dictionary.rows, rows, choices);
    column.array->dictionary = std::move(dictionary.array);
    return 2;
  }
  if (has_offsets(type)) {
    const bool wide = is_one_of(type.format, {"U", "Z"});
    wide ? fill_with_offsets<int64_t>(column, rows, choices) : fill_with_offsets<int32_t>(column, rows, choices);
    return 3;
  }
  if (has_views(type)) {
    fill_with_views(column, rows, choices);
    return 3;
  }
  if (type.children.empty()) {
    column.rows.assign(rows, null());  // or of a type that can't be read
    return 0;
  }
  for (const Type& child : type.children) {
    Column made = make_column(child, choices);
    column.is_broken |= made.is_broken;
    column.rows = std::move(made.rows);  // of the only one, where that is to be read
    column.array->children.push_back(std::move(made.array));
  }
  return 0;
}

// Draws which rows are null. A table's never are: that it has a bitmap may pass only if that is said to hold no nulls.
void draw_nulls(Column& column, const Type& type, Choices& choices) {
  const bool is_table = !type.children.empty();
  const bool has_validity = choices.one_in(2) && type.format != "n";
  if (has_validity) {
    const size_t size = (column.rows.size() + 7) / 8;
    std::string bits = choices.bytes(size);
    bits.resize(size, '\xFF');
    column.buffers[0] = column.array->copy(bits);
    for (size_t i = 0; i < column.rows.size() && !is_table; ++i)
      if (!(bits[i / 8] >> (i % 8) & 1)) column.rows[i] = null();
  }
  if (column.rows_are_missing) column.rows.assign(column.rows.size(), broken());
  column.array->base.null_count = choices.one_in(2) ? -1 : 0;  // no nulls may be a lie, which changes nothing
  column.is_broken |= is_table && has_validity && column.array->base.null_count != 0;
  // A column of nulls has no buffers; old producers give one that is not there.
  if (type.format == "n" && !choices.one_in(4)) column.buffers.clear();
}

Column make_column(const Type& type, Choices& choices) {
  Column column;
  const size_t rows_drawn = choices.below(kMostRows + 1);
  const size_t skipped = choices.byte(), cut = choices.byte();  // of the rows, in front and at the end
  const int64_t least_buffers = fill(column, type, rows_drawn, choices);
  draw_nulls(column, type, choices);

  Array& array = *column.array;
  const size_t rows = column.rows.size();
  const size_t offset = skipped % (rows + 1), length = rows - offset - cut % (rows - offset + 1);
  column.rows.assign(column.rows.begin() + static_cast<std::ptrdiff_t>(offset),
                     column.rows.begin() + static_cast<std::ptrdiff_t>(offset + length));
  array.base.length = static_cast<int64_t>(length);
  array.base.offset = static_cast<int64_t>(offset);
  array.base.n_buffers = static_cast<int64_t>(column.buffers.size());
  array.base.buffers = column.buffers.empty() ? nullptr : array.copy_list(column.buffers);
  column.is_broken |= array.release_too_early(choices);
  array.finish();
  if (!type.children.empty() && choices.one_in(32)) {
    column.is_broken = true;  // a table longer than its column
    array.base.length += 1 + static_cast<int64_t>(rows - offset - length);
  }
  break_fields(column, least_buffers, choices);
  return column;
}

// ---- The stream ---------------------------------------------------------------------------------------------------

struct Stream {
  ArrowArrayStream base{};
  std::unique_ptr<Schema> schema;
  std::vector<Column> columns;
  size_t handed_over = 0, failing_at = SIZE_MAX;  // columns
  int schema_code = 0, code = 0, releases = 0;
  const char* reason = nullptr;
  bool schema_handed_over = false;

  static Stream& of(ArrowArrayStream* stream) { return *static_cast<Stream*>(stream->private_data); }

  static int get_schema(ArrowArrayStream* stream, ArrowSchema* out) {
    Stream& self = of(stream);
    if (self.schema_code != 0) return self.schema_code;
    *out = self.schema->base;
    self.schema_handed_over = true;
    return 0;
  }
  static int get_next(ArrowArrayStream* stream, ArrowArray* out) {
    Stream& self = of(stream);
    if (self.handed_over == self.failing_at) return self.code;
    if (self.handed_over == self.columns.size())
      out->release = nullptr;
    else
      *out = self.columns[self.handed_over++].array->base;
    return 0;
  }
  static const char* get_last_error(ArrowArrayStream* stream) { return of(stream).reason; }
  static void release(ArrowArrayStream* stream) {
    ++of(stream).releases;
    stream->release = nullptr;
  }
};

// A stream that may fail; sets `fails` if it will, as far as it is read.
void make_stream(Stream& stream, Choices& choices, bool& fails) {
  stream.base = {Stream::get_schema, Stream::get_next, Stream::get_last_error, Stream::release, &stream};
  if (choices.one_in(4)) stream.base.get_last_error = nullptr;
  if (choices.one_in(4)) stream.reason = "made up";
  switch (choices.below(16)) {
    case 1: stream.schema_code = EIO; break;
    case 2: stream.schema_code = choices.number<int>() | 1; break;
    case 3: stream.base.get_schema = nullptr; break;
    case 4: stream.base.get_next = nullptr; break;
    case 5:
      stream.failing_at = choices.below(stream.columns.size() + 1);
      stream.code = choices.number<int>() | 1;
      break;
    default: return;
  }
  fails = true;
}

// ---- What is made of it -------------------------------------------------------------------------------------------

void check_texts(const Texts& texts, const std::vector<Row>& meant) {
  static const Lexicon lexicon({"a", "b", "the", "w", "wwwwwwwwwwwwwwwwwwwwwwww"}, {}, 6);
  std::vector<Text> own;
  int64_t nulls = 0;
  for (const Row& row : meant) {
    own.push_back({row.bytes.data(), row.bytes.size(), Encoding::utf8});
    nulls += row.kind == Row::Kind::null;
  }
  const std::vector<Text>& views = texts.views();
  expect(views.size() == own.size(), std::to_string(own.size()) + " texts, got " + std::to_string(views.size()));
  expect(texts.null_count() == nulls, std::to_string(nulls) + " nulls, got " + std::to_string(texts.null_count()));
  for (size_t i = 0; i < views.size(); ++i) {
    expect(views[i].encoding == Encoding::utf8, "Arrow's texts to be UTF-8");
    const std::string got(static_cast<const char*>(views[i].data), views[i].size);
    expect(got == meant[i].bytes, "text " + std::to_string(i) + " as it was handed over");
  }
  const Cleaning cleaning{levels().back(), {}};
  const Encoded<int16_t> encoded = encode<int16_t>(views, lexicon, cleaning, 1);
  const Encoded<int16_t> expected = encode<int16_t>(own, lexicon, cleaning, 1);
  expect(encoded.offsets == expected.offsets &&
             std::equal(encoded.ids.begin(), encoded.ids.end(), expected.ids.begin(), expected.ids.end()),
         "the ids of the texts handed over");
}

// Takes the texts in, and lets go of them. They must be `meant`, or an error must say why not if `must_fail`.
template <class TakeIn>
void check_intake(const TakeIn& take_in, const std::vector<Row>& meant, bool must_fail, bool may_fail) {
  std::string error;
  try {
    const Texts texts = take_in();
    expect(!must_fail, "an error for what breaks the interface or can't be read");
    check_texts(texts, meant);
  } catch (const InvalidArrow& invalid) {
    error = invalid.message;
  } catch (const TypeMismatch& mismatch) {
    error = mismatch.message;
  }
  expect(error.empty() || must_fail || may_fail, "no error for what keeps to the interface, got: " + error);
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  start_interpreter();
  is_cased('a');  // asks about every code point, once
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Choices choices(data, size);
  const size_t arrays = choices.below(5);
  const bool is_stream = arrays != 4;
  const Type type = draw_type(choices, 0);
  bool schema_is_broken = false, rows_are_broken = false;
  Stream stream;
  stream.schema = make_schema(type, choices, schema_is_broken);
  std::vector<Row> meant;
  for (size_t i = 0; i < (is_stream ? arrays : 1); ++i) {
    stream.columns.push_back(make_column(type, choices));
    rows_are_broken |= stream.columns.back().is_broken;
    for (const Row& row : stream.columns.back().rows) {
      rows_are_broken |= row.kind == Row::Kind::broken;
      meant.push_back(row);
    }
  }
  const bool schema_is_released = choices.one_in(64);  // before it is handed over
  if (schema_is_released) stream.schema->release();
  const bool can_be_read = is_readable(type) && !schema_is_broken && !schema_is_released;
  if (is_stream) {
    bool stream_fails = false;
    make_stream(stream, choices, stream_fails);
    // A stream without arrays need not be looked at any further.
    check_intake([&] { return Texts::from_arrow_stream(&stream.base); }, meant,
                 stream_fails || (!stream.columns.empty() && (rows_are_broken || !can_be_read)), !can_be_read);
    expect(stream.base.release == nullptr && stream.releases == 1, "the stream to be released once");
    stream.schema->expect_release(stream.schema_handed_over || schema_is_released);
    for (size_t i = 0; i < stream.columns.size(); ++i) stream.columns[i].array->expect_release(i < stream.handed_over);
  } else {
    ArrowSchema* const schema = &stream.schema->base;
    ArrowArray* const array = &stream.columns[0].array->base;
    check_intake([&] { return Texts::from_arrow_array(schema, array); }, meant, rows_are_broken || !can_be_read, false);
    expect(schema->release == nullptr && array->release == nullptr, "what was taken over to be marked as released");
    stream.schema->expect_release(true);
    stream.columns[0].array->expect_release(true);
  }
  return 0;
}
