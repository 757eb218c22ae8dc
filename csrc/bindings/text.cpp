// Python bindings of the text functions: lists of str or Arrow columns in; words, ids and matrices out.
//
// Translates the core's exceptions into Python's.
#include <pybind11/stl.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>

#include "bindings/arrays.h"
#include "bindings/module.h"
#include "bindings/without_gil.h"
#include "text/encode.h"
#include "text/items.h"
#include "text/lexicon.h"
#include "text/normal_form.h"
#include "text/single_bytes.h"
#include "text/texts.h"
#include "text/unicode.h"

namespace sentiment_fast {
namespace {

template <class Struct>
Struct* capsule_pointer(const py::handle& capsule, const char* name) {
  auto* pointer = static_cast<Struct*>(PyCapsule_GetPointer(capsule.ptr(), name));
  if (!pointer) throw py::error_already_set();
  if (!pointer->release) throw InvalidArrow{std::string("The capsule '") + name + "' has already been consumed"};
  return pointer;
}

Texts texts_from_python(const py::object& texts) {
  if (PyList_Check(texts.ptr()) || PyTuple_Check(texts.ptr())) return Texts::from_sequence(texts.ptr());
  if (py::hasattr(texts, "__arrow_c_stream__")) {
    const py::object capsule = texts.attr("__arrow_c_stream__")();
    return Texts::from_arrow_stream(capsule_pointer<ArrowArrayStream>(capsule, "arrow_array_stream"));
  }
  if (py::hasattr(texts, "__arrow_c_array__")) {
    const py::tuple capsules = texts.attr("__arrow_c_array__")();
    return Texts::from_arrow_array(capsule_pointer<ArrowSchema>(capsules[0], "arrow_schema"),
                                   capsule_pointer<ArrowArray>(capsules[1], "arrow_array"));
  }
  throw TypeMismatch{"Expected texts as a list or tuple of str, or an Arrow column (pyarrow, pandas, polars), got `" +
                     std::string(Py_TYPE(texts.ptr())->tp_name) + "`"};
}

CleaningOptions cleaning_options(bool strip_html, bool keep_digits, bool split_at_marks, std::string quick_check,
                                 const EmojiWords& emojis, bool ratings, bool contractions) {
  CleaningOptions options{strip_html, {keep_digits, split_at_marks}};
  if (!quick_check.empty()) {
    if (quick_check.size() != kCodePoints)
      throw py::value_error("Expected a quick check of 0x110000 bytes, got " + std::to_string(quick_check.size()));
    options.normal_form = std::make_shared<const std::string>(std::move(quick_check));
  }
  if (!emojis.empty() || ratings || contractions)
    options.items = std::make_shared<const Items>(emojis, ratings, contractions);
  return options;
}

py::tuple count_words_in(const py::object& texts_object, const std::unordered_set<std::string>& left_out,
                         size_t max_words, int64_t min_count, const CleaningOptions& options, int threads,
                         const std::string& level) {
  const Cleaning cleaning{level_named(level), options};
  const Texts texts = texts_from_python(texts_object);
  check_threads(threads);
  std::vector<CountedWord> words;
  {
    const WithoutGil unlocked;
    words = count_words(texts.views(), cleaning, threads).most_frequent(max_words, min_count, left_out);
  }
  py::list names;
  for (const CountedWord& counted : words) names.append(py::str(counted.word));
  py::array_t<int64_t> frequencies(static_cast<py::ssize_t>(words.size()));
  std::transform(words.begin(), words.end(), frequencies.mutable_data(), [](const CountedWord& w) { return w.count; });
  return py::make_tuple(names, frequencies);
}

template <class Id>
py::tuple encode_as(const Lexicon& lexicon, const Texts& texts, const Cleaning& cleaning, int threads) {
  Encoded<Id> encoded;
  {
    const WithoutGil unlocked;
    encoded = encode<Id>(texts.views(), lexicon, cleaning, threads);
  }
  const auto count = static_cast<py::ssize_t>(encoded.ids.size());
  Id* const ids = encoded.ids.release();
  const py::array_t<Id> values(count, ids, py::capsule(ids, [](void* owned) { std::free(owned); }));
  return py::make_tuple(values, as_array(std::move(encoded.offsets)), texts.null_count(), encoded.words);
}

py::tuple encode_with(const Lexicon& lexicon, const py::object& texts_object, const CleaningOptions& options,
                      int threads, const std::string& level) {
  const Cleaning cleaning{level_named(level), options};
  const Texts texts = texts_from_python(texts_object);
  check_threads(threads);
  return lexicon.largest_id() <= INT16_MAX ? encode_as<int16_t>(lexicon, texts, cleaning, threads)
                                           : encode_as<int32_t>(lexicon, texts, cleaning, threads);
}

template <class Id, class Out>
void pad_as(const Id* values, const Array<int64_t>& offsets, py::array& matrix, int threads) {
  auto* const out = static_cast<Out*>(matrix.mutable_data());
  const int64_t* const ends = offsets.data();
  const int64_t rows = matrix.shape(0), length = matrix.shape(1);
  const WithoutGil unlocked;
  pad(values, ends, rows, length, out, threads);
}

void pad_into(const py::array& values, const Array<int64_t>& offsets, py::array matrix, int threads) {
  check_threads(threads);
  expect_rows(values, offsets);
  if (matrix.ndim() != 2 || matrix.shape(0) != offsets.size() - 1)
    throw py::value_error("Expected a matrix of " + std::to_string(offsets.size() - 1) + " rows");
  if (!(matrix.flags() & py::array::c_style) || !matrix.writeable())
    throw py::value_error("Expected a contiguous, writable matrix");
  with_ids(values, [&](const auto* ids) {
    using Id = std::decay_t<decltype(*ids)>;
    if (py::isinstance<py::array_t<int16_t>>(matrix)) return pad_as<Id, int16_t>(ids, offsets, matrix, threads);
    if (py::isinstance<py::array_t<int32_t>>(matrix)) return pad_as<Id, int32_t>(ids, offsets, matrix, threads);
    if (py::isinstance<py::array_t<int64_t>>(matrix)) return pad_as<Id, int64_t>(ids, offsets, matrix, threads);
    throw py::type_error("Expected a matrix of int16, int32 or int64, got " +
                         py::str(matrix.dtype()).cast<std::string>());
  });
}

// The texts in UTF-8: their bytes, (total,), and offsets, (n + 1,); the arguments if all are ASCII.
py::tuple single_bytes_to_utf8(const Array<uint8_t>& values, const Array<int64_t>& offsets,
                               const Array<uint8_t>& characters) {
  SingleByteCharacters table;
  expect_rows(values, offsets);
  expect_shape(characters, "characters", {256, 4});
  std::copy_n(characters.data(), characters.size(), table.front().data());
  for (size_t byte = 0; byte < table.size(); ++byte)
    if (table[byte][0] < 1 || table[byte][0] > 3 || (byte < 0x80 && (table[byte][0] != 1 || table[byte][1] != byte)))
      throw py::value_error("Expected characters of 1 to 3 bytes, and ASCII bytes that stand for themselves");
  bool ascii = true;
  size_t total = 0;
  {
    const py::gil_scoped_release unlocked;
    total = utf8_size(values.data(), static_cast<size_t>(values.size()), table, ascii);
  }
  if (ascii) return py::make_tuple(values, offsets);
  py::array_t<uint8_t> converted(static_cast<py::ssize_t>(total));
  py::array_t<int64_t> converted_offsets(offsets.size());
  uint8_t* const out = converted.mutable_data();
  int64_t* const out_offsets = converted_offsets.mutable_data();
  const auto texts = static_cast<size_t>(offsets.size()) - 1;
  {
    const py::gil_scoped_release unlocked;
    to_utf8(values.data(), offsets.data(), texts, table, out, out_offsets);
  }
  return py::make_tuple(converted, converted_offsets);
}

}  // namespace

void bind_text(py::module_& module) {
  learn_marks();
  py::register_exception_translator([](std::exception_ptr pointer) {
    try {
      if (pointer) std::rethrow_exception(pointer);
    } catch (const TypeMismatch& error) {
      PyErr_SetString(PyExc_TypeError, error.message.c_str());
    } catch (const InvalidArrow& error) {
      PyErr_SetString(PyExc_ValueError, error.message.c_str());
    }
  });

  py::class_<CleaningOptions>(module, "CleaningOptions")
      .def(py::init(&cleaning_options), py::arg("strip_html") = false, py::arg("keep_digits") = false,
           py::arg("split_at_marks") = false, py::arg("quick_check") = py::bytes(), py::arg("emojis") = EmojiWords(),
           py::arg("ratings") = false, py::arg("contractions") = false);
  module.def("count_words", &count_words_in, py::arg("texts"), py::arg("left_out"), py::arg("max_words"),
             py::arg("min_count"), py::arg("options"), py::arg("threads"), py::arg("level"));
  py::class_<Lexicon>(module, "Lexicon")
      .def(py::init<const std::vector<std::string>&, const std::unordered_set<std::string>&, int32_t, bool>(),
           py::arg("words"), py::arg("dropped") = std::unordered_set<std::string>(), py::arg("unknown_id") = 0,
           py::arg("misspellings") = false)
      .def("encode", &encode_with, py::arg("texts"), py::arg("options"), py::arg("threads"), py::arg("level"));
  module.def("single_bytes_to_utf8", &single_bytes_to_utf8, py::arg("values"), py::arg("offsets"),
             py::arg("characters"));
  module.def("pad", &pad_into, py::arg("values"), py::arg("offsets"), py::arg("matrix"), py::arg("threads"));
}

}  // namespace sentiment_fast
