#define PY_SSIZE_T_CLEAN
#include "text/normal_form.h"

#include <Python.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "text/codecs.h"

namespace sentiment_fast {
namespace {

// The first unit at which a code point from kFirstChecked on may begin; `end` if there is none. Whole blocks are skipped
// by loops without branches, which compilers turn into SIMD; one loop for all widths would need a maximum of wide units,
// which SSE2 lacks.
const unsigned char* first_checked(const unsigned char* at, const unsigned char* end) {
  constexpr ptrdiff_t kBlock = 128;
  for (; end - at >= kBlock; at += kBlock) {
    unsigned char most = 0;
    for (ptrdiff_t i = 0; i < kBlock; ++i) most = std::max(most, at[i]);
    if (most >= kFirstCheckedLead) break;
  }
  return std::find_if(at, end, [](unsigned char byte) { return byte >= kFirstCheckedLead; });
}

template <class Unit>
const Unit* first_checked(const Unit* at, const Unit* end) {
  constexpr ptrdiff_t kBlock = 64;
  for (; end - at >= kBlock; at += kBlock) {
    Unit seen = 0;
    for (ptrdiff_t i = 0; i < kBlock; ++i) seen |= at[i];
    if (seen >= kFirstChecked) break;  // or there are only bits of smaller ones: then the search below finds none
  }
  return std::find_if(at, end, [](Unit unit) { return unit >= kFirstChecked; });
}

template <class Codec, class Unit>
bool passes(const Unit* at, const Unit* end, const std::string& table) {
  uint8_t before = 0;
  while (at != end) {
    const Unit* const next = first_checked(at, end);
    if (next == end) return true;
    if (next != at) before = 0;
    at = next;
    const auto found = static_cast<uint8_t>(table[Codec::next(at, end)]);
    if (found == kMayChange || (found != 0 && found < before)) return false;
    before = found;
  }
  return true;
}

// Each returns a new reference, or nullptr with an error set.
PyObject* str_of(const Text& text) {
  const auto size = static_cast<Py_ssize_t>(text.size);
  switch (text.encoding) {
    case Encoding::utf8: return PyUnicode_DecodeUTF8(static_cast<const char*>(text.data), size, "replace");
    case Encoding::latin1: return PyUnicode_FromKindAndData(PyUnicode_1BYTE_KIND, text.data, size);
    case Encoding::ucs2: return PyUnicode_FromKindAndData(PyUnicode_2BYTE_KIND, text.data, size);
    default: return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, text.data, size);
  }
}

PyObject* normal_form_of(const Text& text) {
  PyObject* const unicodedata = PyImport_ImportModule("unicodedata");
  PyObject* const str = unicodedata ? str_of(text) : nullptr;
  PyObject* const found = str ? PyObject_CallMethod(unicodedata, "normalize", "sO", "NFC", str) : nullptr;
  Py_XDECREF(str);
  Py_XDECREF(unicodedata);
  return found;
}

}  // namespace

bool NormalForm::passes_quick_check(const Text& text) const {
  const auto check = [&](const auto* units, auto codec) {
    return passes<decltype(codec)>(units, units + text.size, *table_);
  };
  switch (text.encoding) {
    case Encoding::utf8: return check(static_cast<const unsigned char*>(text.data), Utf8{});
    case Encoding::latin1: return true;
    case Encoding::ucs2: return check(static_cast<const uint16_t*>(text.data), FixedWidth<uint16_t>{});
    default: return check(static_cast<const uint32_t*>(text.data), FixedWidth<uint32_t>{});
  }
}

Text NormalForm::normalised(const Text& text) {
  const PyGILState_STATE state = PyGILState_Ensure();
  PyObject* const str = normal_form_of(text);
  if (!str) {
    PyErr_Clear();
    PyGILState_Release(state);
    throw std::bad_alloc();  // the only way in which it fails
  }
  const Text view = view_of(str);
  try {
    normalised_.resize(view.bytes());
  } catch (...) {
    Py_DECREF(str);
    PyGILState_Release(state);
    throw;
  }
  if (!normalised_.empty()) std::memcpy(normalised_.data(), view.data, view.bytes());
  Py_DECREF(str);
  PyGILState_Release(state);
  return {normalised_.data(), view.size, view.encoding};
}

}  // namespace sentiment_fast
