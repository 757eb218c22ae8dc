#include "lexicon.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string_view>
#include <unordered_set>

namespace sentiment_fast {
namespace {

constexpr size_t kLeastSlots = 1024;

}  // namespace

HashSecret HashSecret::draw() {
  thread_local std::random_device random;
  const auto number = [] { return (uint64_t{random()} << 32 | random()) | 1; };
  const uint64_t low = number();
  return {low, number()};
}

size_t HashWord::operator()(const std::string& word) const {
  uint64_t hash = word.size();
  for (size_t at = 0; at < word.size(); at += 8) {
    uint64_t bytes = 0;
    std::memcpy(&bytes, word.data() + at, std::min<size_t>(8, word.size() - at));
    hash = mix(hash ^ secret.low, bytes ^ secret.high);
  }
  return static_cast<size_t>(hash);
}

WordCounts::WordCounts() : slots_(kLeastSlots) {}

void WordCounts::add(const char* word, size_t size, int64_t count, Occurrence first) {
  if (size > kShortWord) {
    LongWord& counted = long_words_.try_emplace({word, size}, LongWord{0, first}).first->second;
    counted.count += count;
    if (first < counted.first) counted.first = first;
    return;
  }
  const WordKey key = short_word_key(word, size);
  const size_t mask = slots_.size() - 1;
  for (size_t at = secret_.hash(key) & mask;; at = (at + 1) & mask) {
    Slot& slot = slots_[at];
    if (slot.key == key) {  // never an empty slot's: no word has the key of no bytes
      slot.count += count;
      if (first < firsts_[slot.order - 1]) firsts_[slot.order - 1] = first;
      return;
    }
    if (slot.order != 0) continue;
    if (firsts_.size() >= UINT32_MAX - 1) throw std::length_error("more than 4 billion distinct words");
    firsts_.push_back(first);
    slot = {key, count, static_cast<uint32_t>(firsts_.size())};
    if (2 * firsts_.size() > slots_.size()) grow();
    return;
  }
}

void WordCounts::grow() {
  std::vector<Slot> larger(2 * slots_.size());
  const size_t mask = larger.size() - 1;
  for (const Slot& slot : slots_) {
    if (slot.order == 0) continue;
    size_t at = secret_.hash(slot.key) & mask;
    while (larger[at].order != 0) at = (at + 1) & mask;
    larger[at] = slot;
  }
  slots_ = std::move(larger);
}

template <class Visit>
void WordCounts::for_each(Visit visit) const {
  for (const Slot& slot : slots_) {
    if (slot.order == 0) continue;
    char bytes[kShortWord];
    std::memcpy(bytes, &slot.key, sizeof bytes);
    size_t size = kShortWord;
    while (bytes[size - 1] == '\0') --size;
    visit(bytes, size, slot.count, firsts_[slot.order - 1]);
  }
  for (const auto& [word, counted] : long_words_) visit(word.data(), word.size(), counted.count, counted.first);
}

void WordCounts::merge(const WordCounts& other) {
  other.for_each([this](const char* word, size_t size, int64_t count, Occurrence first) { add(word, size, count, first); });
}

std::vector<CountedWord> WordCounts::words() const {
  std::vector<CountedWord> words;
  words.reserve(firsts_.size() + long_words_.size());
  for_each([&words](const char* word, size_t size, int64_t count, Occurrence first) {
    words.push_back({std::string(word, size), count, first});
  });
  return words;
}

Lexicon::Lexicon(const std::vector<std::string>& words) : size_(static_cast<int32_t>(words.size())) {
  if (words.size() > (1 << 24)) throw std::length_error("Expected at most 2^24 words in a vocabulary");
  // No displacement sets two equal words apart.
  if (std::unordered_set<std::string_view>(words.begin(), words.end()).size() != words.size())
    throw std::invalid_argument("Expected distinct words, got some of them twice");
  std::vector<std::pair<WordKey, int32_t>> short_words;
  for (size_t index = 0; index < words.size(); ++index) {
    const auto id = static_cast<int32_t>(index + 1);
    const std::string& word = words[index];
    if (word.empty() || word.find('\0') != std::string::npos) continue;  // never comes out of cleaning, and is no key
    if (word.size() > kShortWord) {
      long_words_.emplace(word, id);
      continue;
    }
    char bytes[kShortWord] = {};
    std::memcpy(bytes, word.data(), word.size());
    short_words.emplace_back(short_word_key(bytes, word.size()), id);
  }
  // A draw fails where two words of a bucket have the same low bits, about every other one does. So many failures that
  // the table is made larger do not happen; the loop ends all the same.
  size_t slots = 64;
  while (slots < short_words.size() + short_words.size() / 32) slots *= 2;
  for (int draws = 1;; ++draws) {
    mask_ = slots - 1;
    if (place(short_words)) return;
    if (draws % 64 == 0) slots *= 2;
  }
}

// Finds a displacement for each bucket, the fullest first, with which all its words fall on free slots.
bool Lexicon::place(const std::vector<std::pair<WordKey, int32_t>>& words) {
  constexpr int kHashBits = 64;
  int bucket_bits = 1;
  while ((size_t{2} << bucket_bits) < words.size()) ++bucket_bits;  // one to two words a bucket
  bucket_shift_ = kHashBits - bucket_bits;
  secret_ = HashSecret::draw();
  displacements_.assign(size_t{1} << bucket_bits, 0);
  keys_.assign(mask_ + 1, WordKey{0, 0});
  ids_.assign(mask_ + 1, 0);

  std::vector<std::vector<size_t>> buckets(displacements_.size());
  for (size_t i = 0; i < words.size(); ++i) buckets[secret_.hash(words[i].first) >> bucket_shift_].push_back(i);
  std::vector<size_t> order(buckets.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return buckets[a].size() > buckets[b].size(); });

  for (const size_t bucket : order) {
    size_t displacement = 0;
    const auto slot_of = [&](size_t i) { return (secret_.hash(words[i].first) ^ displacement) & mask_; };
    const auto fits = [&] {
      for (size_t n = 0; n < buckets[bucket].size(); ++n) {
        const size_t slot = slot_of(buckets[bucket][n]);
        if (ids_[slot] != 0) return false;
        for (size_t m = 0; m < n; ++m)
          if (slot_of(buckets[bucket][m]) == slot) return false;
      }
      return true;
    };
    while (!fits())
      if (++displacement > mask_) return false;
    displacements_[bucket] = static_cast<uint32_t>(displacement);
    for (const size_t i : buckets[bucket]) {
      keys_[slot_of(i)] = words[i].first;
      ids_[slot_of(i)] = words[i].second;
    }
  }
  return true;
}

int32_t Lexicon::long_word_id(const char* word, size_t size) const {
  const auto found = long_words_.find({word, size});
  return found == long_words_.end() ? 0 : found->second;
}

}  // namespace sentiment_fast
