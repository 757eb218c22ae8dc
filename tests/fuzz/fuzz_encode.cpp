// Fuzzes cleaning and encoding. In: any bytes. Checks that every level gives the words that the interpreter's own
// str.lower and character classes give, and the ids, offsets and padded rows that follow from them.
//
//   byte 0         bits 0-1 the encoding, 2 strip_html, 3 keep_digits, 4-5 the unknown id: none, the next, one that
//                  needs 32 bits, a negative one; 6-7 both set if the last text is repeated
//   byte 1         which of the texts' words are known, which are dropped; bit 6 split_at_marks, 7 emojis, ratings and
//                  contractions, for which the words are those of the same code points in another encoding
//   byte 2         bits 0-2 number of texts - 1 (of 8), 7 misspellings; then a byte each with the texts' sizes, except
//                  the last
//   2 bytes        up to which size the last text is repeated, if it is
//   the rest       the texts' bytes, of which the last text gets what is left
#include <sys/mman.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "choices.h"
#include "text/encode.h"
#include "expect.h"
#include "interpreter.h"

using namespace sentiment_fast;

namespace {

using Words = std::vector<std::string>;

constexpr size_t kMostTexts = 8;
constexpr size_t kMostUnits = 3 * 4096;  // some stretches of the cleaning, so that texts end anywhere in one

// ---- Texts: a copy on the heap, and one before a page that can't be touched ---------------------------------------

// A copy of exactly its size: AddressSanitizer detects a read of the first byte past it. But it does not look at
// masked loads, as AVX-512 has them, with every compiler.
class HeapCopy {
 public:
  HeapCopy(const std::string& bytes) : bytes_(new char[bytes.size()]) {
    std::copy(bytes.begin(), bytes.end(), bytes_.get());
  }
  const void* data() const { return bytes_.get(); }

 private:
  std::unique_ptr<char[]> bytes_;
};

// Rooms that each end where memory ends, so that the processor itself sees a read behind a text, however it is made.
class GuardedRooms {
 public:
  GuardedRooms() {
    const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    room_ = (4 * kMostUnits + page - 1) / page * page;
    stride_ = room_ + page;
    void* mapped = mmap(nullptr, kMostTexts * stride_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    expect(mapped != MAP_FAILED, "memory for the texts");
    begin_ = static_cast<char*>(mapped);
    for (size_t i = 0; i < kMostTexts; ++i)
      expect(mprotect(begin_ + i * stride_ + room_, page, PROT_NONE) == 0, "pages that can't be touched");
  }
  const void* copy(size_t room, const std::string& bytes) const {
    char* const to = begin_ + room * stride_ + room_ - bytes.size();
    std::copy(bytes.begin(), bytes.end(), to);
    return to;
  }

 private:
  size_t room_, stride_;
  char* begin_;
};

size_t unit_size(Encoding encoding) { return Text{nullptr, 1, encoding}.bytes(); }

// The units of a text, as bytes. Wider units come from a byte each; one from 0xC0 on says that any unit may follow.
std::string units_of(const std::string& input, Encoding encoding) {
  if (unit_size(encoding) == 1) return input;
  std::string units;
  Choices choices(reinterpret_cast<const uint8_t*>(input.data()), input.size());
  while (!choices.used_up()) {
    const uint8_t byte = choices.byte();
    if (encoding == Encoding::ucs2) {
      const uint16_t unit = byte < 0xC0 ? byte : choices.number<uint16_t>();
      units.append(reinterpret_cast<const char*>(&unit), sizeof unit);
    } else {
      const uint32_t unit = byte < 0xC0 ? byte : choices.number<uint32_t>() % 0x110000;
      units.append(reinterpret_cast<const char*>(&unit), sizeof unit);
    }
  }
  return units;
}

std::string repeated(const std::string& bytes, size_t size) {
  std::string result;
  while (!bytes.empty() && result.size() < size) result += bytes;
  return result.substr(0, size);
}

// Some emojis, one of which begins another, and emoticons.
std::shared_ptr<const Items> some_items() {
  static const auto items =
      std::make_shared<const Items>(EmojiWords{{U"\u2764", "red heart"},
                                               {U"\U0001F469", "woman"},
                                               {U"\U0001F469\u200D\U0001F4BB", "woman technologist"},
                                               {U"\u2B50", "star"},
                                               {U":)", "smiling"},
                                               {U":))", "laughing"},
                                               {U"xd", "grinning"},
                                               {U"<3", "red heart"}},
                                    true, true);
  return items;
}

struct Input {
  Encoding encoding;
  CleaningOptions options;
  int unknown;  // which unknown id
  uint8_t known;
  bool misspellings;
  std::vector<std::string> texts;  // the bytes of their units
};

Input read_input(Choices choices) {
  const uint8_t flags = choices.byte();
  Input input{static_cast<Encoding>(flags & 3), {}, flags >> 4 & 3, choices.byte(), false, {}};
  input.options.strip_html = flags >> 2 & 1;
  input.options.characters.keep_digits = flags >> 3 & 1;
  input.options.characters.split_at_marks = input.known >> 6 & 1;
  if (input.known >> 7) input.options.items = some_items();
  const uint8_t count = choices.byte();
  input.misspellings = count >> 7;
  std::vector<size_t> sizes(count % kMostTexts);
  for (size_t& size : sizes) size = choices.byte();
  const bool repeats = flags >> 6 == 3;
  const size_t repeated_size = repeats ? choices.below(kMostUnits) : 0;
  for (const size_t size : sizes) input.texts.push_back(units_of(choices.bytes(size), input.encoding));
  const std::string last = units_of(choices.bytes(kMostUnits), input.encoding);
  input.texts.push_back(repeats ? repeated(last, repeated_size * unit_size(input.encoding)) : last);
  return input;
}

// ---- What must come out, said by the interpreter ------------------------------------------------------------------

std::u32string code_points(PyObject* text) {
  expect(text, "a str");
  std::u32string points;
  for (Py_ssize_t i = 0; i < PyUnicode_GET_LENGTH(text); ++i) points += PyUnicode_READ_CHAR(text, i);
  Py_DECREF(text);
  return points;
}

std::u32string decoded(const std::string& bytes, Encoding encoding) {
  const auto size = static_cast<Py_ssize_t>(bytes.size());
  switch (encoding) {
    case Encoding::utf8: return code_points(PyUnicode_DecodeUTF8(bytes.data(), size, "replace"));
    case Encoding::latin1: return code_points(PyUnicode_DecodeLatin1(bytes.data(), size, nullptr));
    case Encoding::ucs2: return code_points(PyUnicode_FromKindAndData(PyUnicode_2BYTE_KIND, bytes.data(), size / 2));
    default: return code_points(PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, bytes.data(), size / 4));
  }
}

// The size of the tag that starts at `at`, 0 where there is none: <(?:/?[A-Za-z]|!)[^<>]*>
size_t tag_size(const std::u32string& text, size_t at) {
  const auto c = [&](size_t i) { return i < text.size() ? text[i] : U'\0'; };
  size_t i = at;
  if (c(i++) != '<') return 0;
  if (c(i) == '!') {
    ++i;
  } else {
    i += c(i) == '/';
    const char32_t letter = c(i++) | 0x20;
    if (letter < 'a' || letter > 'z') return 0;
  }
  while (i < text.size() && text[i] != '<' && text[i] != '>') ++i;
  return c(i) == '>' ? i + 1 - at : 0;
}

std::u32string without_tags(const std::u32string& text) {
  std::u32string kept;
  for (size_t at = 0; at < text.size();) {
    const size_t tag = tag_size(text, at);
    kept += tag ? U' ' : text[at];
    at += tag ? tag : 1;
  }
  return kept;
}

std::u32string lower(const std::u32string& text) {
  PyObject* str = PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, text.data(), static_cast<Py_ssize_t>(text.size()));
  expect(str, "a str");
  PyObject* lowered = PyObject_CallMethod(str, "lower", nullptr);
  Py_DECREF(str);
  return code_points(lowered);
}

bool is_mark(char32_t c) {
  if (c == '\'' || c == '`' || c == 0xB4 || c == 0x2018 || c == 0x2019 || c == kReplacement || c == '_') return false;
  static PyObject* const unicodedata = PyImport_ImportModule("unicodedata");
  expect(unicodedata, "unicodedata");
  PyObject* const category = PyObject_CallMethod(unicodedata, "category", "C", static_cast<int>(c));
  const char32_t kind = code_points(category).at(0);
  return kind == 'P' || kind == 'S';
}

struct Collecting {
  Words& into;
  void words(const char* bytes, const uint32_t* ends, size_t count) {
    size_t begin = 0;
    for (size_t i = 0; i < count; ++i) {
      into.emplace_back(bytes + begin, bytes + ends[i]);
      begin = ends[i] + size_t{1};
    }
  }
};

// The words at the slowest level, in the encoding that every code point has a unit of its own in.
Words words_of_code_points(const std::string& bytes, Encoding encoding, const CleaningOptions& options) {
  std::u32string text;
  {
    const InterpreterLock locked;
    text = decoded(bytes, encoding);
  }
  Words words;
  Collecting sink{words};
  Cleaner(Cleaning{levels().front(), options}).clean({text.data(), text.size(), Encoding::ucs4}, sink);
  return words;
}

Words expected_words(const std::string& bytes, Encoding encoding, const CleaningOptions& options) {
  if (options.items) return words_of_code_points(bytes, encoding, options);
  const InterpreterLock locked;
  std::u32string text = decoded(bytes, encoding);
  if (options.strip_html) text = without_tags(text);
  Words words;
  std::string word;
  for (const char32_t c : lower(text) + U" ") {
    if (Py_UNICODE_ISSPACE(c) || (options.characters.split_at_marks && !Py_UNICODE_ISALNUM(c) && is_mark(c))) {
      if (!word.empty()) words.push_back(word);
      word.clear();
    } else if (c == '_' || (Py_UNICODE_ISALNUM(c) && (options.characters.keep_digits || !Py_UNICODE_ISDECIMAL(c)))) {
      char utf8[4];
      word.append(utf8, append_utf8(utf8, c));
    }
  }
  return words;
}

// Whether an edit of either word gives the other one: the rule itself, without the core's table.
bool is_misspelling(const std::string& word, const std::string& correct) {
  const auto is_letters = [](const std::string& s) {
    return s.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == std::string::npos;
  };
  if (correct.size() < kShortestCorrect || correct.size() > kLongestCorrect) return false;
  if (word.size() + 1 < correct.size() || word.size() > correct.size() + 1) return false;
  if (!is_letters(word) || !is_letters(correct) || word[0] != correct[0]) return false;
  for (size_t i = 0; i < correct.size(); ++i) {
    std::string left_out = correct, swapped = correct, changed = correct;
    left_out.erase(i, 1);
    if (i > 0) std::swap(swapped[i - 1], swapped[i]);
    if (i < word.size() && correct.size() >= kShortestChanged) changed[i] = word[i];
    if (word == left_out || word == swapped || word == changed) return true;
  }
  for (size_t i = 0; i < word.size(); ++i)
    if (std::string(word).erase(i, 1) == correct) return true;
  return false;
}

// A vocabulary of some of the texts' words, so that the other ones are close to them.
struct Known {
  Words words;
  std::unordered_set<std::string> dropped;
  int32_t unknown_id;
  std::map<std::string, int32_t> ids;

  Known(const std::vector<Words>& texts, uint8_t choice, int unknown, bool misspellings) {
    const size_t stride = 1 + (choice & 7), dropped_at = choice >> 3 & 7;
    for (const Words& text : texts) {
      for (const std::string& word : text) {
        const size_t place = ids.size();
        if (!ids.emplace(word, 0).second) continue;
        if (place % stride == 0) {
          words.push_back(word);
          ids[word] = static_cast<int32_t>(words.size());
        } else if (place % 8 == dropped_at) {
          dropped.insert(word);
        }
      }
    }
    const auto next = static_cast<int32_t>(words.size() + 1);
    unknown_id = unknown == 0 ? 0 : unknown == 1 ? next : unknown == 2 ? 70'000 : -1;
    for (auto& [word, id] : ids)
      if (id == 0 && dropped.count(word) == 0) id = misspellings ? corrected_id(word) : unknown_id;
  }

  int32_t corrected_id(const std::string& word) const {
    for (const std::string& correct : words)  // fewer than 10,000
      if (is_misspelling(word, correct)) return ids.at(correct);
    return unknown_id;
  }
};

// ---- What does come out -------------------------------------------------------------------------------------------

std::string joined(const Words& words) {
  std::string text;
  for (const std::string& word : words) text += "'" + word + "' ";
  return text;
}

template <class Id>
void check_ids(const std::vector<Text>& texts, const Lexicon& lexicon, const Cleaning& cleaning,
               const std::vector<std::vector<int32_t>>& expected, size_t word_count, size_t padded_length) {
  const Encoded<Id> encoded = encode<Id>(texts, lexicon, cleaning, 1);
  const std::string where = std::string(" at level ") + cleaning.level.name;
  expect(encoded.words == static_cast<int64_t>(word_count), "as many words as str.lower gives" + where);
  expect(encoded.offsets.size() == texts.size() + 1, "one offset more than there are texts" + where);
  expect(encoded.offsets.front() == 0 && encoded.offsets.back() == static_cast<int64_t>(encoded.ids.size()),
         "offsets that end behind the ids" + where);
  std::vector<Id> matrix(texts.size() * padded_length);
  pad(encoded.ids.begin(), encoded.offsets.data(), static_cast<int64_t>(texts.size()),
      static_cast<int64_t>(padded_length), matrix.data(), 1);
  for (size_t i = 0; i < texts.size(); ++i) {
    const Id* const ids = encoded.ids.begin();
    const std::vector<int32_t> row(ids + encoded.offsets[i], ids + encoded.offsets[i + 1]);
    expect(row == expected[i], "text " + std::to_string(i) + "'s ids as a map gives them" + where);
    const size_t kept = std::min(row.size(), padded_length);
    std::vector<int32_t> padded(padded_length - kept);
    padded.insert(padded.end(), row.begin(), row.begin() + static_cast<std::ptrdiff_t>(kept));
    expect(std::equal(padded.begin(), padded.end(), matrix.begin() + static_cast<std::ptrdiff_t>(i * padded_length)),
           "text " + std::to_string(i) + "'s row padded on the left" + where);
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  start_interpreter();
  is_cased('a');  // asks about every code point, once, as the next line does
  cleaned_code_point(0x2014, {false, true});
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const GuardedRooms rooms;
  const Input input = read_input(Choices(data, size));
  std::vector<Words> expected;
  std::vector<HeapCopy> heap_copies;
  std::vector<Text> on_heap, guarded;
  for (const std::string& bytes : input.texts) {
    expected.push_back(expected_words(bytes, input.encoding, input.options));
    const size_t units = bytes.size() / unit_size(input.encoding);
    heap_copies.emplace_back(bytes);
    on_heap.push_back({heap_copies.back().data(), units, input.encoding});
    guarded.push_back({rooms.copy(guarded.size(), bytes), units, input.encoding});
  }

  const Known known(expected, input.known, input.unknown, input.misspellings);
  const Lexicon lexicon(known.words, known.dropped, known.unknown_id, input.misspellings);
  std::vector<std::vector<int32_t>> expected_ids;
  size_t word_count = 0;
  for (const Words& words : expected) {
    word_count += words.size();
    expected_ids.emplace_back();
    for (const std::string& word : words)
      if (const int32_t id = known.ids.at(word)) expected_ids.back().push_back(id);
  }

  for (const Level& level : levels()) {
    const Cleaning cleaning{level, input.options};
    Cleaner cleaner(cleaning);
    for (size_t i = 0; i < on_heap.size(); ++i) {
      Words words;
      Collecting sink{words};
      cleaner.clean(on_heap[i], sink);
      expect(words == expected[i], "text " + std::to_string(i) + "'s words as str.lower gives them at level " +
                                       level.name + ": " + joined(expected[i]) + "- got: " + joined(words));
    }
    const size_t padded_length = input.known % 16;
    const auto check = lexicon.largest_id() <= INT16_MAX ? check_ids<int16_t> : check_ids<int32_t>;
    check(guarded, lexicon, cleaning, expected_ids, word_count, padded_length);
  }
  return 0;
}
