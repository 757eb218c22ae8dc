// The Python face of the core, and the only file that includes pybind11: arguments in, arrays out, exceptions over.
//
// _core.pyi says what each function takes and gives; sentiment_fast/text/encoding.py is where users meet it.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <string>
#include <unordered_set>

#include "csv_chunks.h"
#include "encode.h"
#include "lexicon.h"
#include "lstm.h"
#include "texts.h"

namespace py = pybind11;

namespace sentiment_fast {
namespace {

py::array_t<int64_t> as_array(std::vector<int64_t>&& items) {
  auto* const owned = new std::vector<int64_t>(std::move(items));
  const py::capsule owner(owned, [](void* vector) { delete static_cast<std::vector<int64_t>*>(vector); });
  return py::array_t<int64_t>(static_cast<py::ssize_t>(owned->size()), owned->data(), owner);
}

template <class Struct>
Struct* capsule_pointer(const py::handle& capsule, const char* name) {
  auto* pointer = static_cast<Struct*>(PyCapsule_GetPointer(capsule.ptr(), name));
  if (!pointer) throw py::error_already_set();
  if (!pointer->release) throw InvalidArrow{std::string("The capsule '") + name + "' was consumed before"};
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

int checked_threads(int threads) {
  if (threads < 1 || threads > 4096)
    throw py::value_error("Expected 1 to 4096 threads, got " + std::to_string(threads));
  return threads;
}

py::tuple count_words_in(const py::object& texts_object, const std::unordered_set<std::string>& left_out,
                         size_t max_words, int64_t min_count, const CleaningOptions& options, int threads,
                         const std::string& level) {
  const Cleaning cleaning{level_named(level), options};
  const Texts texts = texts_from_python(texts_object);
  checked_threads(threads);
  std::vector<CountedWord> words;
  {
    const py::gil_scoped_release unlocked;
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
    const py::gil_scoped_release unlocked;
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
  checked_threads(threads);
  return lexicon.largest_id() <= INT16_MAX ? encode_as<int16_t>(lexicon, texts, cleaning, threads)
                                           : encode_as<int32_t>(lexicon, texts, cleaning, threads);
}

template <class Id, class Out>
void pad_as(const py::array& values, const py::array_t<int64_t>& offsets, py::array& matrix, int threads) {
  const auto* const ids = static_cast<const Id*>(values.data());
  auto* const out = static_cast<Out*>(matrix.mutable_data());
  const int64_t* const ends = offsets.data();
  const int64_t rows = matrix.shape(0), length = matrix.shape(1);
  const py::gil_scoped_release unlocked;
  pad(ids, ends, rows, length, out, threads);
}

template <class Id>
void pad_from(const py::array& values, const py::array_t<int64_t>& offsets, py::array& matrix, int threads) {
  if (py::isinstance<py::array_t<int16_t>>(matrix)) return pad_as<Id, int16_t>(values, offsets, matrix, threads);
  if (py::isinstance<py::array_t<int32_t>>(matrix)) return pad_as<Id, int32_t>(values, offsets, matrix, threads);
  if (py::isinstance<py::array_t<int64_t>>(matrix)) return pad_as<Id, int64_t>(values, offsets, matrix, threads);
  throw py::type_error("Expected a matrix of int16, int32 or int64, got " + py::str(matrix.dtype()).cast<std::string>());
}

void pad_into(const py::array& values, const py::array_t<int64_t, py::array::c_style>& offsets, py::array matrix,
              int threads) {
  checked_threads(threads);
  if (values.ndim() != 1 || offsets.ndim() != 1 || offsets.size() < 1 || !(values.flags() & py::array::c_style))
    throw py::value_error("Expected values (total,) and offsets (rows + 1,), contiguous");
  if (matrix.ndim() != 2 || matrix.shape(0) != offsets.size() - 1)
    throw py::value_error("Expected a matrix of " + std::to_string(offsets.size() - 1) + " rows");
  if (!(matrix.flags() & py::array::c_style) || !matrix.writeable())
    throw py::value_error("Expected a matrix that is contiguous and can be written");
  const int64_t* const ends = offsets.data();
  if (ends[0] < 0 || !std::is_sorted(ends, ends + offsets.size()) || ends[offsets.size() - 1] > values.size())
    throw py::value_error("Expected offsets that never fall and stay within the values");
  if (py::isinstance<py::array_t<int16_t>>(values)) return pad_from<int16_t>(values, offsets, matrix, threads);
  if (py::isinstance<py::array_t<int32_t>>(values)) return pad_from<int32_t>(values, offsets, matrix, threads);
  throw py::type_error("Expected values of int16 or int32, got " + py::str(values.dtype()).cast<std::string>());
}

py::tuple csv_records(const py::buffer& buffer, char delimiter, bool last) {
  const py::buffer_info bytes = buffer.request();
  if (bytes.ndim != 1 || bytes.itemsize != 1 || (bytes.size > 1 && bytes.strides[0] != 1))
    throw py::type_error("Expected contiguous bytes");
  const auto* const data = static_cast<const char*>(bytes.ptr);
  CsvRecords records;
  {
    const py::gil_scoped_release unlocked;
    records = find_csv_records(data, static_cast<size_t>(bytes.size), delimiter, last);
  }
  return py::make_tuple(as_array(std::move(records.content_ends)), as_array(std::move(records.ends)), records.open_quote);
}

template <class Number>
using Array = py::array_t<Number, py::array::c_style>;

// Raises ValueError for an array of another shape; a -1 is any size.
void expect_shape(const py::array& array, const char* name, const std::vector<int64_t>& shape) {
  std::string expected, got;
  bool fits = array.ndim() == static_cast<py::ssize_t>(shape.size());
  for (size_t i = 0; i < shape.size(); ++i) {
    fits = fits && (shape[i] == -1 || shape[i] == array.shape(static_cast<py::ssize_t>(i)));
    expected += (i ? ", " : "") + (shape[i] == -1 ? std::string("any") : std::to_string(shape[i]));
  }
  for (py::ssize_t i = 0; i < array.ndim(); ++i) got += (i ? ", " : "") + std::to_string(array.shape(i));
  if (!fits) throw py::value_error(std::string("Expected ") + name + " (" + expected + "), got (" + got + ")");
}

Lstm lstm_of(const Array<float>& table, const std::vector<Array<float>>& own, const std::vector<Array<float>>& below,
             const std::vector<Array<float>>& biases) {
  expect_shape(table, "a table", {-1, -1});
  const int64_t ids = table.shape(0), hidden = table.shape(1) / 4;
  if (ids < 1 || hidden < 1 || table.shape(1) != 4 * hidden || hidden % kTileUnits != 0)
    throw py::value_error("Expected a table of 1 or more ids and four gates of a multiple of 16 units, got (" +
                          std::to_string(ids) + ", " + std::to_string(table.shape(1)) + ")");
  if (own.empty() || below.size() != own.size() - 1 || biases.size() != own.size() - 1)
    throw py::value_error("Expected weights of one or more layers, and weights of the layer below and biases for all "
                          "but the first");
  std::vector<LstmLayerWeights> layers;
  for (size_t layer = 0; layer < own.size(); ++layer) {
    expect_shape(own[layer], "weights", {4 * hidden, hidden});
    layers.push_back({own[layer].data(), nullptr, nullptr});
    if (layer == 0) continue;
    expect_shape(below[layer - 1], "weights of the layer below", {4 * hidden, hidden});
    expect_shape(biases[layer - 1], "biases", {4 * hidden});
    layers.back().below = below[layer - 1].data();
    layers.back().biases = biases[layer - 1].data();
  }
  const py::gil_scoped_release unlocked;
  return Lstm(hidden, ids, table.data(), layers);
}

template <class Id>
py::array_t<float> last_outputs_of(const Lstm& lstm, const py::array& values, const Array<int64_t>& starts,
                                   const Array<int64_t>& counts, const Array<int64_t>& states,
                                   const Array<float>& outputs, const Array<float>& cells, int threads,
                                   const LstmLevel& level) {
  py::array_t<float> out({static_cast<py::ssize_t>(starts.size()), static_cast<py::ssize_t>(lstm.hidden())});
  const LstmRows<Id> rows{starts.size(),  static_cast<const Id*>(values.data()), values.size(), starts.data(),
                          counts.data(), states.data()};
  const LstmStates from{outputs.shape(0), outputs.data(), cells.data()};
  float* const into = out.mutable_data();
  const py::gil_scoped_release unlocked;
  lstm.last_outputs(rows, from, into, threads, level);
  return out;
}

py::array_t<float> last_outputs(const Lstm& lstm, const py::array& values, const Array<int64_t>& starts,
                                const Array<int64_t>& counts, const Array<int64_t>& states,
                                const Array<float>& outputs, const Array<float>& cells, int threads,
                                const std::string& level_name) {
  const LstmLevel& level = lstm_level_named(level_name);
  checked_threads(threads);
  expect_shape(values, "values", {-1});
  expect_shape(starts, "starts", {-1});
  expect_shape(counts, "counts", {starts.size()});
  expect_shape(states, "states", {starts.size()});
  expect_shape(outputs, "outputs", {-1, lstm.layers(), lstm.hidden()});
  expect_shape(cells, "cells", {outputs.shape(0), lstm.layers(), lstm.hidden()});
  if (!(values.flags() & py::array::c_style)) throw py::value_error("Expected values that are contiguous");
  if (py::isinstance<py::array_t<int16_t>>(values))
    return last_outputs_of<int16_t>(lstm, values, starts, counts, states, outputs, cells, threads, level);
  if (py::isinstance<py::array_t<int32_t>>(values))
    return last_outputs_of<int32_t>(lstm, values, starts, counts, states, outputs, cells, threads, level);
  throw py::type_error("Expected values of int16 or int32, got " + py::str(values.dtype()).cast<std::string>());
}

}  // namespace
}  // namespace sentiment_fast

PYBIND11_MODULE(_core, module) {
  using namespace sentiment_fast;
  module.doc() = "The native core of sentiment_fast; use it through the package.";
  module.attr("SOURCES") = SENTIMENT_FAST_SOURCES;
  py::list names;
  for (const Level& level : levels()) names.append(level.name);
  module.attr("LEVELS") = py::tuple(names);
  py::list lstm_names;
  for (const LstmLevel& level : lstm_levels()) lstm_names.append(level.name);
  module.attr("LSTM_LEVELS") = py::tuple(lstm_names);

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
      .def(py::init<bool, bool>(), py::arg("strip_html") = false, py::arg("keep_digits") = false);
  module.def("count_words", &count_words_in, py::arg("texts"), py::arg("left_out"), py::arg("max_words"),
             py::arg("min_count"), py::arg("options"), py::arg("threads"), py::arg("level"));
  py::class_<Lexicon>(module, "Lexicon")
      .def(py::init<const std::vector<std::string>&, const std::unordered_set<std::string>&, int32_t>(),
           py::arg("words"), py::arg("dropped") = std::unordered_set<std::string>(), py::arg("unknown_id") = 0)
      .def("encode", &encode_with, py::arg("texts"), py::arg("options"), py::arg("threads"), py::arg("level"));
  py::class_<Lstm>(module, "Lstm")
      .def(py::init(&lstm_of), py::arg("table"), py::arg("own"), py::arg("below"), py::arg("biases"))
      .def("last_outputs", &last_outputs, py::arg("values"), py::arg("starts"), py::arg("counts"), py::arg("states"),
           py::arg("outputs"), py::arg("cells"), py::arg("threads"), py::arg("level"));
  module.def("pad", &pad_into, py::arg("values"), py::arg("offsets"), py::arg("matrix"), py::arg("threads"));
  module.def("csv_records", &csv_records, py::arg("buffer"), py::arg("delimiter"), py::arg("last"));
}
