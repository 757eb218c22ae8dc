#include "lexicon.h"

#include <algorithm>
#include <random>
#include <stdexcept>

namespace sentiment_fast {
namespace {

// Both halves of a 128-bit product, folded: spreads every input bit over all output bits.
uint64_t mix(uint64_t a, uint64_t b) {
#ifdef __SIZEOF_INT128__
  __extension__ using Wide = unsigned __int128;
  const Wide product = Wide{a} * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
#else
  const uint64_t middle = (a >> 32) * (b & 0xFFFFFFFF) + ((a & 0xFFFFFFFF) * (b & 0xFFFFFFFF) >> 32);
  const uint64_t crossed = (a & 0xFFFFFFFF) * (b >> 32) + (middle & 0xFFFFFFFF);
  return (a * b) ^ ((a >> 32) * (b >> 32) + (middle >> 32) + (crossed >> 32));
#endif
}

struct HashSecret {
  uint64_t low, high;
  HashSecret() {
    std::random_device random;
    const auto draw = [&random] { return (uint64_t{random()} << 32 | random()) | 1; };
    low = draw();
    high = draw();
  }
};
const HashSecret secret;

constexpr size_t kLeastSlots = 1024;

}  // namespace

uint64_t hash_key(WordKey key) { return mix(key.low ^ secret.low, key.high ^ secret.high); }

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
  for (size_t at = hash_key(key) & mask;; at = (at + 1) & mask) {
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
    size_t at = hash_key(slot.key) & mask;
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
  size_t slots = 64;
  while (slots < 4 * words.size()) slots *= 2;  // a quarter full: most look-ups end at the first slot
  slots_.resize(slots);
  mask_ = slots - 1;
  for (size_t index = 0; index < words.size(); ++index) {
    const auto id = static_cast<int32_t>(index + 1);
    const std::string& word = words[index];
    if (word.find('\0') != std::string::npos) continue;  // never comes out of cleaning, and is no key
    if (word.size() > kShortWord) {
      long_words_.emplace(word, id);
      continue;
    }
    char bytes[kShortWord] = {};
    std::memcpy(bytes, word.data(), word.size());
    const WordKey key = short_word_key(bytes, word.size());
    size_t at = hash_key(key) & mask_;
    while (slots_[at].id != 0) at = (at + 1) & mask_;
    slots_[at] = {key, id};
  }
}

int32_t Lexicon::long_word_id(const char* word, size_t size) const {
  const auto found = long_words_.find({word, size});
  return found == long_words_.end() ? 0 : found->second;
}

}  // namespace sentiment_fast
