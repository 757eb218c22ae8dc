// Fuzzes counting. In: any bytes, read as words and where texts end. Checks that every level, number of threads and way
// of merging tables gives the counts, and the order of the most frequent words, that a std::map of all words gives.
//
//   byte 0         threads - 1 (of 3) and, of the rest, whether the texts are spread over several ranges (one in 4)
//   byte 1         number of tables that are merged - 1 (of 4)
//   bytes 2-4      max_words, min_count, which words are left out
//   the rest       two bytes a word; from 0xFF00 on, the end of a text
#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "choices.h"
#include "text/encode.h"
#include "expect.h"
#include "interpreter.h"

using namespace sentiment_fast;

namespace {

using Words = std::vector<std::string>;

// Word `number`: of a size around those that matter to the tables, different from others of that size at its end only.
std::string word_of(uint16_t number) {
  constexpr size_t kSizes[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 24, 31, 40};
  std::string word(kSizes[number % std::size(kSizes)], 'w');
  size_t rest = number / std::size(kSizes);
  for (size_t at = word.size(); at != 0 && rest != 0; rest /= 26) word[--at] = static_cast<char>('a' + rest % 26);
  return word;
}

struct Input {
  int threads;
  bool spread;
  size_t tables;
  uint8_t max_words, min_count, left_out;
  std::vector<Words> texts;
};

Input read_input(Choices choices) {
  const size_t run = choices.below(12);
  Input input{static_cast<int>(1 + run % 3),
              run / 3 == 3,
              1 + choices.below(4),
              choices.byte(),
              choices.byte(),
              choices.byte(),
              {Words()}};
  while (!choices.used_up()) {
    const auto number = choices.number<uint16_t>();
    if (number >= 0xFF00)
      input.texts.emplace_back();
    else
      input.texts.back().push_back(word_of(number));
  }
  return input;
}

// What is asked of the counts.
struct Question {
  size_t max_words;
  int64_t min_count;
  std::unordered_set<std::string> left_out;
};

// What a std::map knows of the words: how often each stands there, and where first.
struct Counted {
  int64_t count = 0;
  size_t first = 0;
};

std::map<std::string, Counted> count_plainly(const std::vector<Words>& texts) {
  std::map<std::string, Counted> counts;
  size_t place = 0;
  for (const Words& text : texts) {
    for (const std::string& word : text) {
      Counted& counted = counts[word];
      if (counted.count++ == 0) counted.first = place;
      ++place;
    }
  }
  return counts;
}

Question read_question(const Input& input, const std::map<std::string, Counted>& counts) {
  constexpr size_t kUnlimited = std::numeric_limits<size_t>::max();
  constexpr int64_t kOften = std::numeric_limits<int64_t>::max();
  Question question;
  question.max_words = input.max_words < 128    ? input.max_words
                       : input.max_words == 255 ? kUnlimited
                                                : counts.size() / 2;
  question.min_count = input.min_count == 255 ? kOften : input.min_count % 8;
  if (input.left_out == 0) return question;
  size_t place = 0;
  for (const auto& [word, counted] : counts)
    if (place++ % input.left_out == 0) question.left_out.insert(word);
  for (const char* absent : {"", "absent", "a word that never comes out of cleaning"}) question.left_out.insert(absent);
  return question;
}

using Ranked = std::vector<std::pair<std::string, int64_t>>;

Ranked rank_plainly(const std::map<std::string, Counted>& counts, const Question& question) {
  std::vector<std::pair<std::string, Counted>> kept;
  for (const auto& entry : counts)
    if (entry.second.count >= question.min_count && question.left_out.count(entry.first) == 0) kept.push_back(entry);
  std::sort(kept.begin(), kept.end(), [](const auto& a, const auto& b) {
    return a.second.count != b.second.count ? a.second.count > b.second.count : a.second.first < b.second.first;
  });
  if (kept.size() > question.max_words) kept.resize(question.max_words);
  Ranked ranked;
  for (const auto& [word, counted] : kept) ranked.emplace_back(word, counted.count);
  return ranked;
}

void check(const WordCounts& counts, size_t distinct, const Question& question, const Ranked& expected,
           const std::string& where) {
  expect(counts.size() == distinct,
         std::to_string(distinct) + " distinct words, got " + std::to_string(counts.size()) + where);
  Ranked ranked;
  for (const CountedWord& word : counts.most_frequent(question.max_words, question.min_count, question.left_out))
    ranked.emplace_back(word.word, word.count);
  expect(ranked.size() == expected.size(),
         std::to_string(expected.size()) + " frequent words, got " + std::to_string(ranked.size()) + where);
  const auto said = [](const Ranked::value_type& word) {
    return "'" + word.first + "', " + std::to_string(word.second) + " times";
  };
  for (size_t i = 0; i < ranked.size(); ++i)
    expect(ranked[i] == expected[i],
           "word " + std::to_string(i) + " to be " + said(expected[i]) + ", got " + said(ranked[i]) + where);
}

struct Adding {
  WordCounts& counts;
  uint32_t text;
  void words(const char* bytes, const uint32_t* ends, size_t count) { counts.add(bytes, ends, count, text); }
};

// Deals the texts out to some tables and merges these, as threads do, in an order of its own.
WordCounts count_in_tables(const std::vector<Text>& texts, const Cleaning& cleaning, size_t tables) {
  const HashSecret secret = HashSecret::draw();
  std::vector<WordCounts> counts(tables, WordCounts(secret));
  Cleaner cleaner(cleaning);
  for (size_t i = 0; i < texts.size(); ++i) {
    Adding sink{counts[(i + i / 3) % tables], static_cast<uint32_t>(i)};
    cleaner.clean(texts[i], sink);
  }
  while (counts.size() > 1) {
    counts[counts.size() / 2 - 1].merge(counts.back());
    counts.pop_back();
  }
  return counts[0];
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  start_interpreter();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // A text without words, large enough to end a range, which is what threads take at a time.
  static const std::vector<uint32_t> wordless(1 << 14, '-');
  const Input input = read_input(Choices(data, size));
  const auto plain = count_plainly(input.texts);
  const Question question = read_question(input, plain);
  const Ranked expected = rank_plainly(plain, question);

  std::vector<std::string> joined;
  for (const Words& text : input.texts) {
    joined.emplace_back();
    for (const std::string& word : text) joined.back() += word + ' ';
  }
  std::vector<Text> texts, spread;
  for (const std::string& text : joined) {
    texts.push_back({text.data(), text.size(), Encoding::utf8});
    spread.push_back(texts.back());
    if (input.spread && spread.size() < 8) spread.push_back({wordless.data(), wordless.size(), Encoding::ucs4});
  }

  for (const Level& level : levels()) {
    const Cleaning cleaning{level, {}};
    const std::string where = std::string(" at level ") + level.name;
    check(count_words(spread, cleaning, input.threads), plain.size(), question, expected,
          where + " over " + std::to_string(input.threads) + " threads");
  }
  check(count_in_tables(texts, {levels().back(), {}}, input.tables), plain.size(), question, expected,
        " in " + std::to_string(input.tables) + " tables");
  return 0;
}
