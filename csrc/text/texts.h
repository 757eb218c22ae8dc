// list[str] or Arrow C data -> views of the texts in place, without copying.
//
// Knows nothing of words. Construction and destruction need the interpreter lock, reading does not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "text/arrow_c_data.h"

typedef struct _object PyObject;

namespace sentiment_fast {

enum class Encoding : uint8_t { utf8, latin1, ucs2, ucs4 };

struct Text {
  Text(const void* start, size_t units, Encoding kind) : data(start), size(units), encoding(kind) {}

  const void* data;
  uint64_t size : 62;  // in units of the encoding: 1, 1, 2 or 4 bytes
  Encoding encoding : 2;

  size_t bytes() const { return size * (encoding == Encoding::ucs2 ? 2 : encoding == Encoding::ucs4 ? 4 : 1); }
};

// A str's memory, valid as long as the str. Needs the interpreter lock.
Text view_of(PyObject* str);

// The texts of one call and the owners of their memory. Nulls are empty texts, and are counted.
class Texts {
 public:
  // A list or tuple of str and None. Throws TypeMismatch for other items.
  static Texts from_sequence(PyObject* sequence);
  // Takes ownership of the stream or array and clears its `release`, as the Arrow C data interface requires of
  // consumers. Accepts string, large_string, string_view, the binary types, null, dictionaries of those, and tables of
  // one such column. Throws TypeMismatch for other types, and InvalidArrow for arrays that detectably break the
  // interface's rules.
  static Texts from_arrow_stream(ArrowArrayStream* stream);
  static Texts from_arrow_array(ArrowSchema* schema, ArrowArray* array);

  const std::vector<Text>& views() const { return views_; }
  int64_t null_count() const { return null_count_; }

 private:
  void append(const ArrowSchema& schema, const ArrowArray& array);

  std::vector<Text> views_;
  int64_t null_count_ = 0;
  std::vector<std::shared_ptr<void>> owners_;
};

struct TypeMismatch {
  std::string message;
};
struct InvalidArrow {
  std::string message;
};

}  // namespace sentiment_fast
