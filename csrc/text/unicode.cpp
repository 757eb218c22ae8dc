#define PY_SSIZE_T_CLEAN
#include "text/unicode.h"

#include <Python.h>

#include <stdexcept>
#include <string_view>
#include <vector>

namespace sentiment_fast {
namespace {

constexpr char32_t kCodePoints = 0x110000;
constexpr char32_t kCapitalIWithDot = 0x130;  // the one code point whose lower case is two: "i" and U+0307

// For every code point c: whether str.lower() ends the word `before` + c + capital sigma with a final sigma. One call
// on one string answers for all of them; `before` starts with a space, which separates the words.
std::vector<bool> sigma_is_final_after(std::u32string_view before) {
  std::vector<Py_UCS4> question;
  const size_t width = before.size() + 2;
  question.reserve(width * kCodePoints);
  for (char32_t c = 0; c < kCodePoints; ++c) {
    question.insert(question.end(), before.begin(), before.end());
    question.push_back(c);
    question.push_back(kCapitalSigma);
  }
  const auto length = static_cast<Py_ssize_t>(question.size());
  PyObject* text = PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, question.data(), length);
  PyObject* answer = text ? PyObject_CallMethod(text, "lower", nullptr) : nullptr;
  Py_XDECREF(text);
  if (!answer || PyUnicode_GET_LENGTH(answer) != length + 1) {
    Py_XDECREF(answer);
    PyErr_Clear();
    throw std::runtime_error("str.lower() over all code points failed (out of memory?)");
  }
  std::vector<bool> final(kCodePoints);
  for (char32_t c = 0; c < kCodePoints; ++c) {
    const size_t at = c * width + width - 1 + (c >= kCapitalIWithDot ? 1 : 0);
    final[c] = PyUnicode_READ_CHAR(answer, static_cast<Py_ssize_t>(at)) == kFinalSigma;
  }
  Py_DECREF(answer);
  return final;
}

struct CaseProperties {
  std::vector<bool> cased;               // cased and not ignorable: directly before a sigma, it makes it final
  std::vector<bool> cased_or_ignorable;  // between a cased letter and a sigma, it keeps it final

  CaseProperties() {
    const PyGILState_STATE state = PyGILState_Ensure();
    try {
      cased = sigma_is_final_after(U" ");
      cased_or_ignorable = sigma_is_final_after(U" a");
    } catch (...) {
      PyGILState_Release(state);
      throw;
    }
    PyGILState_Release(state);
  }
};

// Whether each non-ASCII code point is a punctuation mark or symbol (general category P or S) and not an apostrophe.
std::vector<bool> ask_for_marks() {
  std::vector<bool> marks(kCodePoints);
  const PyGILState_STATE state = PyGILState_Ensure();
  PyObject* const unicodedata = PyImport_ImportModule("unicodedata");
  bool asked = unicodedata != nullptr;
  for (char32_t c = 0x80; asked && c < kCodePoints; ++c) {
    if (!Py_UNICODE_ISPRINTABLE(c) || Py_UNICODE_ISALNUM(c)) continue;  // these cannot be marks
    PyObject* const category = PyObject_CallMethod(unicodedata, "category", "C", static_cast<int>(c));
    asked = category != nullptr;
    if (!asked) break;
    const Py_UCS4 kind = PyUnicode_READ_CHAR(category, 0);
    marks[c] = kind == 'P' || kind == 'S';
    Py_DECREF(category);
  }
  Py_XDECREF(unicodedata);
  if (!asked) PyErr_Clear();
  PyGILState_Release(state);
  if (!asked) throw std::runtime_error("could not query unicodedata for punctuation marks");
  for (const char32_t apostrophe : {char32_t{0xB4}, char32_t{0x2018}, char32_t{0x2019}, kReplacement})
    marks[apostrophe] = false;  // as in reference.py; text/bytes.h has those of ASCII
  return marks;
}

bool is_mark(char32_t c) {
  static const std::vector<bool> marks = ask_for_marks();
  return marks[c];
}

const CaseProperties& case_properties() {
  static const CaseProperties properties;
  return properties;
}

CleanedPlane make_cleaned_plane(CharacterRule rule) {
  CleanedPlane plane(0x10000);
  const AsciiTable& ascii = ascii_table(rule);
  for (char32_t c = 0; c < plane.size(); ++c) {
    const char32_t cleaned = c < 0x80 ? ascii[c] : cleaned_code_point(c, rule);
    unsigned char bytes[4] = {};
    char* const begin = reinterpret_cast<char*>(bytes);
    const auto size = cleaned == kDropped ? 0 : append_utf8(begin, cleaned) - begin;
    if (size > 3) throw std::runtime_error("A lower-case letter lies beyond U+FFFF, its capital does not");
    plane[c] = c == kCapitalSigma ? kSigmaMark
               : cleaned == kSpace
                   ? kSpaceMark
                   : static_cast<uint32_t>(size) << 24 | uint32_t{bytes[2]} << 16 | uint32_t{bytes[1]} << 8 | bytes[0];
  }
  return plane;
}

}  // namespace

const CleanedPlane& cleaned_plane(CharacterRule rule) {
  if (rule.split_at_marks) {
    static const CleanedPlane planes[] = {make_cleaned_plane({false, true}), make_cleaned_plane({true, true})};
    return planes[rule.keep_digits];
  }
  static const CleanedPlane planes[] = {make_cleaned_plane({false, false}), make_cleaned_plane({true, false})};
  return planes[rule.keep_digits];
}

char32_t cleaned_code_point(char32_t c, CharacterRule rule) {
  if (c == kCapitalIWithDot) return U'i';  // followed by U+0307, a combining mark, which cleaning drops
  const char32_t lower = Py_UNICODE_TOLOWER(c);
  if (Py_UNICODE_ISSPACE(lower)) return kSpace;
  if (Py_UNICODE_ISALNUM(lower)) return rule.keep_digits || !Py_UNICODE_ISDECIMAL(lower) ? lower : char32_t{kDropped};
  return rule.split_at_marks && is_mark(lower) ? kSpace : kDropped;
}

void learn_marks() { is_mark(0x80); }

bool is_cased(char32_t c) { return case_properties().cased[c]; }

bool is_case_ignorable(char32_t c) {
  const CaseProperties& properties = case_properties();
  return properties.cased_or_ignorable[c] && !properties.cased[c];
}

}  // namespace sentiment_fast
