#include "text/misspellings.h"

#include <algorithm>

#include "text/lexicon.h"

namespace sentiment_fast {
namespace {

bool is_letters(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

// Expects two different words of letters whose sizes differ by at most one.
bool is_misspelling(std::string_view word, std::string_view correct) {
  if (word[0] != correct[0]) return false;
  const size_t shorter = std::min(word.size(), correct.size());
  size_t begin = 1, end = 0;  // of the letters that differ; `end` counts from the end of both words
  while (begin < shorter && word[begin] == correct[begin]) ++begin;
  while (end < shorter - begin && word[word.size() - 1 - end] == correct[correct.size() - 1 - end]) ++end;
  const size_t differing = shorter - begin - end;
  if (word.size() != correct.size()) return differing == 0;  // a letter left out or put in
  if (differing == 1) return correct.size() >= kShortestChanged;
  return differing == 2 && word[begin] == correct[begin + 1] && word[begin + 1] == correct[begin];
}

}  // namespace

Misspellings::Misspellings(const std::vector<std::string>& words) {
  static_assert(kCorrectWords <= UINT16_MAX, "A slot has 16 bits for an id");
  for (uint64_t& multiplier : multipliers_) multiplier = HashSecret::draw().low;
  words_.resize(std::min(words.size(), kCorrectWords));
  size_t keys = 0;
  for (size_t i = 0; i < words_.size(); ++i) {
    const std::string& word = words[i];
    if (word.size() < kShortestCorrect || word.size() > kLongestCorrect || !is_letters(word)) continue;
    words_[i] = word;
    keys += word.size();
  }
  int bits = 6;  // a word of the filter
  while (size_t{1} << bits < 2 * keys) ++bits;
  shift_ = 64 - bits;
  slots_.assign(size_t{1} << bits, Slot{0, 0});
  filter_.assign((slots_.size() << kFilterBits) / 64, 0);
  const size_t mask = slots_.size() - 1;
  for (size_t i = 0; i < words_.size(); ++i) {
    each_key(words_[i], [&](uint64_t hash) {
      size_t at = slot_of(hash);
      while (slots_[at].id != 0) at = (at + 1) & mask;
      slots_[at] = {tag_of(hash), static_cast<uint16_t>(i + 1)};
      filter_[filter_place_of(hash) / 64] |= uint64_t{1} << filter_place_of(hash) % 64;
    });
  }
}

// Calls visit(hash) for the word and for what is left of it without each of its letters except the first. Without
// either of two equal neighbours it is the same, which is visited once. word: empty, or two letters or more.
//
// The hash is the sum of letter * multiplier of its place, whose upper 32 bits are the same for any two keys with a
// probability of about 2^-32 (Carter and Wegman 1979; Lemire and Kaser 2014).
template <class Visit>
void Misspellings::each_key(std::string_view word, Visit visit) const {
  if (word.empty()) return;
  const auto letter = [&](size_t i) { return static_cast<uint64_t>(word[i]); };
  const size_t last = word.size() - 1;
  uint64_t hash = 0;
  for (size_t i = 0; i < last; ++i) hash += letter(i) * multipliers_[i];
  visit(hash + letter(last) * multipliers_[last]);
  visit(hash);
  for (size_t left_out = last; left_out-- > 1;) {
    const uint64_t change = letter(left_out + 1) - letter(left_out);  // the next letter moves to its place
    hash += change * multipliers_[left_out];
    if (change != 0) visit(hash);
  }
}

int32_t Misspellings::correct_id(std::string_view word) const {
  if (word.size() + 1 < kShortestCorrect || word.size() > kLongestCorrect + 1 || !is_letters(word)) return 0;
  const size_t mask = slots_.size() - 1;
  int32_t found = 0;
  each_key(word, [&](uint64_t hash) {
    if ((filter_[filter_place_of(hash) / 64] >> filter_place_of(hash) % 64 & 1) == 0) return;
    const uint16_t tag = tag_of(hash);
    for (size_t at = slot_of(hash); slots_[at].id != 0; at = (at + 1) & mask) {
      if (slots_[at].tag != tag || (found != 0 && slots_[at].id >= found)) continue;
      const std::string& correct = words_[slots_[at].id - size_t{1}];
      const size_t sizes_apart = std::max(word.size(), correct.size()) - std::min(word.size(), correct.size());
      if (sizes_apart <= 1 && is_misspelling(word, correct)) found = slots_[at].id;
    }
  });
  return found;
}

}  // namespace sentiment_fast
