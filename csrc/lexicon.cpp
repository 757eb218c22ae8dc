#include "lexicon.h"

#include <algorithm>
#include <cstring>
#include <random>
#include <stdexcept>

namespace sentiment_fast {
namespace {

uint64_t load(const char* bytes, size_t size) {
  uint64_t value = 0;
  std::memcpy(&value, bytes, size);
  return value;
}

// Both halves of a 128-bit product, folded: spreads every input bit over all output bits.
uint64_t mix(uint64_t a, uint64_t b) {
#ifdef __SIZEOF_INT128__
  __extension__ using Wide = unsigned __int128;
  const Wide product = Wide{a} * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
#else
  const uint64_t low = a * b, crossed = (a >> 32) * (b & 0xFFFFFFFF) + ((a & 0xFFFFFFFF) * (b & 0xFFFFFFFF) >> 32);
  return low ^ ((a >> 32) * (b >> 32) + (crossed >> 32));
#endif
}

struct HashKey {
  uint64_t first, second;
  HashKey() {
    std::random_device random;
    const auto draw = [&random] { return uint64_t{random()} << 32 | random() | 1; };
    first = draw();
    second = draw();
  }
};

size_t table_size_for(size_t words) {
  size_t size = 64;
  while (size < 4 * words) size *= 2;  // a quarter full: most probes end at the first slot
  return size;
}

}  // namespace

uint64_t hash_word(const char* word, size_t size) {
  static const HashKey key;
  uint64_t hash = key.first ^ size;
  for (; size > 8; word += 8, size -= 8) hash = mix(hash ^ load(word, 8), key.second);
  return mix(hash ^ load(word, size), key.second ^ key.first);
}

WordCounts::WordCounts() : slots_(1024) {}

std::string_view WordCounts::keep(std::string_view word) {
  constexpr size_t kBlock = 1 << 16;
  if (word.size() > block_left_) {
    block_left_ = std::max(kBlock, word.size());
    blocks_.emplace_back(new char[block_left_]);
    block_next_ = blocks_.back().get();
  }
  char* const kept = block_next_;
  std::memcpy(kept, word.data(), word.size());
  block_next_ += word.size();
  block_left_ -= word.size();
  return {kept, word.size()};
}

void WordCounts::add(std::string_view word, int64_t count, Occurrence first) {
  const auto hash = static_cast<uint32_t>(hash_word(word.data(), word.size()));
  const size_t mask = slots_.size() - 1;
  for (size_t at = hash & mask;; at = (at + 1) & mask) {
    Slot& slot = slots_[at];
    if (slot.index == 0) {
      if (words_.size() >= UINT32_MAX - 1) throw std::length_error("more than 4 billion distinct words");
      words_.push_back({keep(word), count, first});
      slot = {hash, static_cast<uint32_t>(words_.size())};
      if (2 * words_.size() > slots_.size()) grow();
      return;
    }
    if (slot.hash != hash) continue;
    CountedWord& counted = words_[slot.index - 1];
    if (counted.word != word) continue;
    counted.count += count;
    if (first < counted.first) counted.first = first;
    return;
  }
}

void WordCounts::grow() {
  std::vector<Slot> larger(2 * slots_.size());
  const size_t mask = larger.size() - 1;
  for (const Slot& slot : slots_) {
    if (slot.index == 0) continue;
    size_t at = slot.hash & mask;
    while (larger[at].index != 0) at = (at + 1) & mask;
    larger[at] = slot;
  }
  slots_ = std::move(larger);
}

void WordCounts::merge(const WordCounts& other) {
  for (const CountedWord& counted : other.words_) add(counted.word, counted.count, counted.first);
}

Lexicon::Lexicon(const std::vector<std::string>& words) : slots_(table_size_for(words.size())) {
  if (words.size() > (1 << 24)) throw std::length_error("Expected at most 2^24 words in a vocabulary");
  size_ = static_cast<int32_t>(words.size());
  const size_t mask = slots_.size() - 1;
  for (size_t index = 0; index < words.size(); ++index) {
    const std::string& word = words[index];
    if (bytes_.size() + word.size() > UINT32_MAX) throw std::length_error("Expected a vocabulary of less than 4 GB");
    const auto hash = static_cast<uint32_t>(hash_word(word.data(), word.size()));
    size_t at = hash & mask;
    while (slots_[at].id != 0) at = (at + 1) & mask;
    const auto begin = static_cast<uint32_t>(bytes_.size());
    bytes_ += word;
    slots_[at] = {hash, static_cast<int32_t>(index + 1), begin, static_cast<uint32_t>(bytes_.size())};
  }
}

int32_t Lexicon::id(const char* word, size_t size) const {
  const auto hash = static_cast<uint32_t>(hash_word(word, size));
  const size_t mask = slots_.size() - 1;
  for (size_t at = hash & mask; slots_[at].id != 0; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.hash == hash && slot.end - slot.begin == size && std::memcmp(bytes_.data() + slot.begin, word, size) == 0)
      return slot.id;
  }
  return 0;
}

}  // namespace sentiment_fast
