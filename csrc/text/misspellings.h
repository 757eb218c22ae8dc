// An unknown word -> the id of the frequent word that it misspells: reference.py's `correction`.
//
// Symmetric deletes (Wolf Garbe's SymSpell, 2012): a word and its misspelling have the same letters once a letter of the
// one, the other or both is left out. So a table holds the correct words and what is left of them without each letter,
// and a look-up probes the unknown word and what is left of it; what it finds is then compared by the rule itself.
// Leaving out another letter changes a hash by one product. So a look-up takes time in proportion to the word, whose size
// is bounded, and to the number of correct words that share its letters but one: few, unless a vocabulary is crafted,
// and kCorrectWords at most. The table's random secret makes crafted collisions impractical; no result depends on it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sentiment_fast {

constexpr size_t kCorrectWords = 10'000;                      // a vocabulary's first words, the most frequent ones
constexpr size_t kShortestCorrect = 5, kLongestCorrect = 64;  // letters
constexpr size_t kShortestChanged = 7;  // letters; in shorter words a changed letter is no mistake

// Immutable, so any number of threads may use it.
class Misspellings {
 public:
  // words: a vocabulary, most frequent first; ids are positions, from 1.
  explicit Misspellings(const std::vector<std::string>& words);
  // The id of the most frequent word of which `word`, which is not in the vocabulary, is a misspelling; 0 if none.
  int32_t correct_id(std::string_view word) const;

 private:
  struct Slot {
    uint16_t tag;  // some of the hash's bits, so that most other keys are passed over without comparing words
    uint16_t id;   // 0 marks an empty slot
  };
  static constexpr int kTagBits = 16, kFilterBits = 2;  // of the hash, after those of the slot
  template <class Visit>
  void each_key(std::string_view word, Visit visit) const;
  size_t slot_of(uint64_t hash) const { return static_cast<size_t>(hash >> shift_); }
  size_t filter_place_of(uint64_t hash) const { return static_cast<size_t>(hash >> (shift_ - kFilterBits)); }
  uint16_t tag_of(uint64_t hash) const { return static_cast<uint16_t>(hash >> (shift_ - kFilterBits - kTagBits)); }

  std::vector<std::string> words_;  // by id - 1; empty if it is not corrected to
  std::array<uint64_t, kLongestCorrect + 1> multipliers_;
  std::vector<Slot> slots_;  // 2**n, at most half of them used
  // A bit for each quarter of a slot. Few are set, so the branch on them is predicted well: without the filter, look-ups
  // of unknown words take about three times as long.
  std::vector<uint64_t> filter_;
  int shift_;
};

}  // namespace sentiment_fast
