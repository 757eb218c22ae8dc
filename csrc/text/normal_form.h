// Texts -> the same texts in Unicode's normal form C, by the running interpreter's `unicodedata`.
//
// Nearly all texts pass a quick check (Unicode Standard Annex #15, section 9) and stay as they are. Must run without
// the interpreter lock, like clean.h: it is taken for the few others.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "text/texts.h"

namespace sentiment_fast {

// For each code point, a byte: its canonical combining class, or kMayChange if texts with it need not be in the normal
// form. text/normal_form.py makes it.
using QuickCheckTable = std::shared_ptr<const std::string>;

constexpr size_t kCodePoints = 0x110000;
constexpr uint8_t kMayChange = 0xFF;
constexpr char32_t kFirstChecked = 0x300;          // below, every code point is allowed and of class 0
constexpr unsigned char kFirstCheckedLead = 0xCC;  // the first byte of kFirstChecked in UTF-8

class NormalForm {
 public:
  // table: none leaves all texts as they are.
  explicit NormalForm(QuickCheckTable table) : table_(std::move(table)) {}

  // The text itself if it passes the quick check; else its normal form, which is valid until the next call.
  Text of(const Text& text) { return !table_ || passes_quick_check(text) ? text : normalised(text); }

 private:
  bool passes_quick_check(const Text& text) const;
  Text normalised(const Text& text);

  QuickCheckTable table_;
  std::vector<char> normalised_;
};

}  // namespace sentiment_fast
