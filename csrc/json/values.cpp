#include "json/values.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>

namespace sentiment_fast {
namespace {

constexpr int64_t kLongestRecord = int64_t{1} << 30;
constexpr int64_t kAnyIndent = std::numeric_limits<int64_t>::max();
constexpr unsigned char kByteOrderMark[] = {0xEF, 0xBB, 0xBF};

bool is_space(char byte) { return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n'; }
bool ends_scalar(char byte) {
  return is_space(byte) || byte == ',' || byte == '[' || byte == ']' || byte == '{' || byte == '}' || byte == '"';
}

}  // namespace

int64_t deepest_level(const char* data, size_t size, int64_t most) {
  int64_t level = 0, deepest = 0;
  for (size_t at = 0; at < size && deepest <= most; ++at) {
    const char byte = data[at];
    if (byte == '"') {
      for (++at; at < size && data[at] != '"'; ++at) at += data[at] == '\\';
    } else if (byte == '{' || byte == '[') {
      deepest = std::max(deepest, ++level);
    } else if (byte == '}' || byte == ']') {
      --level;
    }
  }
  return deepest;
}

ValueFinder::ValueFinder(int64_t max_record, const CsvPosition& begin)
    : max_record_(max_record), position_(begin), line_(begin.line), open_arrays_(begin.row) {
  if (max_record < 1 || max_record > kLongestRecord)
    throw std::invalid_argument("Expected a longest value of 1 to " + std::to_string(kLongestRecord) + " bytes, got " +
                                std::to_string(max_record));
  if (begin.offset < 0 || begin.row < 0 || begin.row > 1 || begin.line < 1)
    throw std::invalid_argument("Expected an offset from 0, 0 or 1 open arrays, and a line from 1");
  first_on_line_ = begin.offset == 0;
}

CsvRecords ValueFinder::find(const char* data, size_t size, bool last, size_t most) {
  if (most < 1) throw std::invalid_argument("Expected to find 1 record or more, got 0");
  if (static_cast<int64_t>(size) < at_)
    throw std::invalid_argument("Expected the " + std::to_string(at_) + " bytes left over, and more, got " +
                                std::to_string(size) + " bytes");
  data_ = data;
  size_ = static_cast<int64_t>(size);
  found_ = {};
  found_.begin = position_;
  found_.wanted.resize(1);
  while (at_ < size_ && found_.ends.size() < most) {
    switch (mode_) {
      case Mode::kBetween: read_between(); break;
      case Mode::kBracketed: read_bracketed(); break;
      case Mode::kString:
      case Mode::kScalar: read_scalar(); break;
      case Mode::kSkipping: skip_lines(); break;
    }
  }
  if (last && at_ == size_) end_input();
  const int64_t given = start_;
  start_ = 0;
  begin_ -= given;
  at_ -= given;
  line_begin_ -= given;
  return std::move(found_);
}

void ValueFinder::read_between() {
  for (; at_ < size_; ++at_) {
    const char byte = data_[at_];
    const int64_t offset = position_.offset + at_ - start_;
    if (at_ - start_ >= max_record_) {
      give(at_, at_, kJsonNothing);
      first_on_line_ = false;
    }
    if (byte == '\n') {
      ++line_;
      line_begin_ = at_ + 1;
      first_on_line_ = true;
      indent_ = 0;
    } else if (byte == ' ' || byte == '\t') {
      ++indent_;
    } else if (byte == '[' && open_arrays_ == 0) {
      open_arrays_ = 1;
    } else if (byte == ']' && open_arrays_ == 1) {
      open_arrays_ = 0;
    } else if (byte == '{' || byte == '[') {
      return begin_value(Mode::kBracketed, byte == '{' ? kJsonObject : kJsonOther);
    } else if (byte == '"') {
      return begin_value(Mode::kString, kJsonOther);
    } else if (byte != ',' && byte != '\r' && !(offset < 3 && static_cast<unsigned char>(byte) == kByteOrderMark[offset])) {
      return begin_value(Mode::kScalar, kJsonOther);
    }
  }
}

void ValueFinder::begin_value(Mode mode, int32_t kind) {
  mode_ = mode;
  kind_ = kind;
  begin_ = at_;
  value_line_ = line_;
  value_indent_ = first_on_line_ ? indent_ : kAnyIndent;
  brackets_.clear();
  in_string_ = escaped_ = false;
  if (mode == Mode::kBracketed) {
    brackets_.push_back(data_[at_]);
    previous_ = data_[at_];
  }
  ++at_;
}

// Whether a bracket or a quote can open a value, or a quote a name, here.
bool ValueFinder::may_open() const {
  return previous_ == ':' || (brackets_.back() == '[' && (previous_ == '[' || previous_ == ','));
}

void ValueFinder::read_bracketed() {
  for (; at_ < size_; ++at_) {
    if (too_long()) give_piece(kCsvOverlong);
    const char byte = data_[at_];
    if (in_string_) {
      if (byte == '\n' || byte == '\r') return break_value();
      if (escaped_) {
        escaped_ = false;
      } else if (byte == '\\') {
        escaped_ = true;
      } else if (byte == '"') {
        in_string_ = false;
      }
      continue;
    }
    switch (byte) {
      case '"':
        in_string_ = true;
        previous_ = byte;
        break;
      case '\n':
        ++line_;
        line_begin_ = at_ + 1;
        break;
      case ' ':
      case '\t':
      case '\r':
        break;
      case '{':
      case '[':
        if (!may_open()) return break_value();
        brackets_.push_back(byte);
        previous_ = byte;
        break;
      case '}':
      case ']':
        if (brackets_.back() != (byte == '}' ? '{' : '[')) return break_value();
        brackets_.pop_back();
        previous_ = byte;
        if (brackets_.empty()) {
          ++at_;
          return give_value(at_, kind_);
        }
        break;
      default:
        previous_ = byte;
    }
  }
}

void ValueFinder::read_scalar() {
  for (; at_ < size_; ++at_) {
    const char byte = data_[at_];
    if (mode_ == Mode::kScalar ? ends_scalar(byte) : byte == '\n' || byte == '\r') return give_value(at_, kind_);
    if (too_long()) give_piece(kCsvOverlong);
    if (escaped_) {
      escaped_ = false;
    } else if (mode_ == Mode::kString && byte == '\\') {
      escaped_ = true;
    } else if (mode_ == Mode::kString && byte == '"') {
      ++at_;
      return give_value(at_, kind_);
    }
  }
}

// The rest of the line belongs to the broken value; the line as a whole does not if the value began before it and the
// line opens another.
void ValueFinder::break_value() {
  mode_ = Mode::kSkipping;
  indent_ = -1;
  if (line_begin_ > begin_) {
    at_ = line_begin_;
    indent_ = 0;
  }
}

// indent_: the spaces at the start of the line; -1 after something else.
void ValueFinder::skip_lines() {
  for (; at_ < size_; ++at_) {
    if (too_long()) give_piece(kCsvUnclosed);
    const char byte = data_[at_];
    if (byte == '\n') {
      ++line_;
      line_begin_ = at_ + 1;
      indent_ = 0;
    } else if (indent_ < 0 || byte == ',' || byte == '\r') {
      continue;
    } else if (byte == ' ' || byte == '\t') {
      ++indent_;
    } else if (indent_ <= value_indent_ && (byte == '{' || byte == '[' || (byte == ']' && open_arrays_ == 1)) &&
               line_begin_ > begin_) {
      at_ = line_begin_;  // and back over the spaces and line ends before it, which are read again
      while (at_ > begin_ && is_space(data_[at_ - 1])) line_ -= data_[--at_] == '\n';
      return give_value(at_, kCsvUnclosed);
    } else {
      indent_ = -1;
    }
  }
}

void ValueFinder::give_value(int64_t end, int32_t kind) {
  if (!piece_ || end > begin_) give(begin_, end, piece_ ? static_cast<int32_t>(kCsvRestOfLine) : kind);
  piece_ = false;
  mode_ = Mode::kBetween;
  first_on_line_ = false;
  indent_ = 0;
}

void ValueFinder::give_piece(int32_t kind) {
  const int64_t end = begin_ + max_record_;
  give(begin_, end, piece_ ? static_cast<int32_t>(kCsvRestOfLine) : kind);
  begin_ = end;
  piece_ = true;
}

void ValueFinder::give(int64_t begin, int64_t end, int32_t kind) {
  found_.content_ends.push_back(end);
  found_.ends.push_back(end);
  found_.rows.push_back(open_arrays_);
  found_.lines.push_back(kind == kJsonNothing ? line_ : value_line_);
  found_.fields.push_back(kind);
  found_.wanted[0].begins.push_back(begin);
  found_.wanted[0].ends.push_back(end);
  position_.offset += end - start_;
  position_.row = open_arrays_;
  position_.line = line_;
  start_ = end;
}

void ValueFinder::end_input() {
  if (mode_ == Mode::kBracketed || mode_ == Mode::kSkipping) {
    give_value(size_, kCsvUnclosed);
  } else if (mode_ != Mode::kBetween) {
    give_value(size_, kind_);
  }
  if (open_arrays_ == 1) {
    value_line_ = line_;
    give(size_, size_, kJsonOpenArray);
    open_arrays_ = 0;
  } else if (start_ < size_) {
    give(size_, size_, kJsonNothing);
  }
}

}  // namespace sentiment_fast
