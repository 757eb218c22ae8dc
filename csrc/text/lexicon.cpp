#include "text/lexicon.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string_view>
#include <unordered_set>

#include "parallel/prefetch.h"

namespace sentiment_fast {
namespace {

constexpr size_t kLeastSlots = 1024;
constexpr size_t kMostWords = size_t{1} << 24;

std::string word_of(WordKey key) {
  char bytes[kShortWord];
  std::memcpy(bytes, &key, sizeof bytes);
  size_t size = kShortWord;
  while (bytes[size - 1] == '\0') --size;
  return {bytes, size};
}

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

WordCounts::WordCounts(const HashSecret& secret) : secret_(secret), slots_(kLeastSlots) {}

// Processes a few words at a time in two steps, so that the memory accesses of all their slots overlap.
void WordCounts::add(const char* bytes, const uint32_t* ends, size_t count, uint32_t text) {
  constexpr size_t kAtATime = 32;
  WordKey keys[kAtATime];
  uint64_t hashes[kAtATime];
  size_t begin = 0;
  for (size_t done = 0; done < count; done += kAtATime) {
    const size_t words = std::min(kAtATime, count - done);
    const size_t mask = slots_.size() - 1;
    size_t at = begin;
    for (size_t i = 0; i < words; ++i) {
      const size_t end = ends[done + i];
      keys[i] = short_word_key(bytes + at, std::min(end - at, kShortWord));
      hashes[i] = secret_.hash(keys[i]);
      prefetch(&slots_[hashes[i] & mask]);
      at = end + 1;
    }
    for (size_t i = 0; i < words; ++i) {
      const size_t end = ends[done + i];
      const Occurrence first = next_occurrence(text);  // a known word keeps its own, which is earlier
      Counted& counted = end - begin <= kShortWord ? short_word(keys[i], hashes[i], first)
                                                   : long_word({bytes + begin, end - begin}, first);
      ++counted.count;
      begin = end + 1;
    }
  }
}

Occurrence WordCounts::next_occurrence(uint32_t text) {
  if (distinct_ >= UINT32_MAX) throw std::length_error("Expected fewer than 2^32 distinct words");
  return {text, static_cast<uint32_t>(distinct_ + 1)};
}

// The word's entry; a new one with count 0 for a new word.
WordCounts::Counted& WordCounts::short_word(WordKey key, uint64_t hash, Occurrence first) {
  for (size_t mask = slots_.size() - 1, at = hash & mask;; at = (at + 1) & mask) {
    Slot& slot = slots_[at];
    if (slot.key == key) return slot.counted;  // not an empty slot's: no word has the key of zero bytes
    if (slot.counted.first.order != 0) continue;
    if (2 * (short_words_ + 1) > slots_.size()) {
      grow();
      return short_word(key, hash, first);
    }
    slot = {key, {0, first}};
    ++short_words_;
    ++distinct_;
    return slot.counted;
  }
}

WordCounts::Counted& WordCounts::long_word(const std::string& word, Occurrence first) {
  const auto [found, is_new] = long_words_.try_emplace(word, Counted{0, first});
  distinct_ += is_new;
  return found->second;
}

void WordCounts::grow() {
  std::vector<Slot> larger(2 * slots_.size());
  const size_t mask = larger.size() - 1;
  for (const Slot& slot : slots_) {
    if (slot.counted.first.order == 0) continue;
    size_t at = secret_.hash(slot.key) & mask;
    while (larger[at].counted.first.order != 0) at = (at + 1) & mask;
    larger[at] = slot;
  }
  slots_ = std::move(larger);
}

void WordCounts::merge(const WordCounts& other) {
  const auto join = [](Counted& own, const Counted& more) {
    own.count += more.count;
    own.first = std::min(own.first, more.first);
  };
  for (const Slot& slot : other.slots_)
    if (slot.counted.first.order != 0)
      join(short_word(slot.key, secret_.hash(slot.key), slot.counted.first), slot.counted);
  for (const auto& [word, counted] : other.long_words_) join(long_word(word, counted.first), counted);
}

std::vector<CountedWord> WordCounts::most_frequent(size_t max_words, int64_t min_count,
                                                   const std::unordered_set<std::string>& left_out) const {
  struct Candidate {
    Counted counted;
    const WordKey* key;  // or nullptr, and then:
    const std::string* word;
  };
  std::vector<Candidate> candidates;
  for (const Slot& slot : slots_)
    if (slot.counted.first.order != 0 && slot.counted.count >= min_count)
      candidates.push_back({slot.counted, &slot.key, nullptr});
  for (const auto& [word, counted] : long_words_)
    if (counted.count >= min_count) candidates.push_back({counted, nullptr, &word});

  // As many as can be needed even if all of `left_out` are among them.
  const bool all = max_words >= candidates.size();  // the sum below may overflow
  const size_t needed = all ? candidates.size() : std::min(candidates.size(), max_words + left_out.size());
  const auto needed_end = candidates.begin() + static_cast<std::ptrdiff_t>(needed);
  const auto before = [](const Candidate& a, const Candidate& b) {
    return a.counted.count != b.counted.count ? a.counted.count > b.counted.count : a.counted.first < b.counted.first;
  };
  if (needed_end != candidates.end()) std::nth_element(candidates.begin(), needed_end, candidates.end(), before);
  std::sort(candidates.begin(), needed_end, before);

  std::vector<CountedWord> words;
  for (auto candidate = candidates.begin(); candidate != needed_end && words.size() < max_words; ++candidate) {
    std::string word = candidate->key ? word_of(*candidate->key) : *candidate->word;
    if (left_out.count(word) == 0) words.push_back({std::move(word), candidate->counted.count});
  }
  return words;
}

Lexicon::Lexicon(const std::vector<std::string>& words, const std::unordered_set<std::string>& dropped,
                 int32_t unknown_id, bool misspellings)
    : unknown_id_(unknown_id), largest_id_(std::max(static_cast<int32_t>(words.size()), unknown_id)) {
  if (words.size() > kMostWords) throw std::length_error("Expected at most 2^24 words in a vocabulary");
  const std::unordered_set<std::string_view> distinct(words.begin(), words.end());
  // No displacement separates two equal words.
  if (distinct.size() != words.size()) throw std::invalid_argument("Expected distinct words, got duplicates");
  if (misspellings) misspellings_.emplace(words);
  std::vector<Entry> entries;
  const auto enter = [&](const std::string& word, int32_t id) {
    if (word.empty() || word.find('\0') != std::string::npos) return;  // not a cleaned word, and has no valid key
    if (word.size() > kShortWord) {
      long_words_.emplace(word, id);
      return;
    }
    char bytes[kShortWord] = {};
    std::memcpy(bytes, word.data(), word.size());
    entries.push_back({short_word_key(bytes, word.size()), id});
  };
  for (size_t index = 0; index < words.size(); ++index) enter(words[index], static_cast<int32_t>(index + 1));
  for (const std::string& word : dropped)
    if (distinct.count(word) == 0) enter(word, 0);
  // About every other draw fails, because two words of a bucket have the same low bits. 64 failures in a row do not
  // happen in practice; growing the table then guarantees that the loop ends.
  size_t slots = 64;
  while (slots < entries.size() + entries.size() / 64) slots *= 2;
  for (int draws = 1;; ++draws) {
    mask_ = slots - 1;
    if (place(entries)) return;
    if (draws % 64 == 0) slots *= 2;
  }
}

// Finds for each bucket, the fullest first, a displacement that maps all its words to free slots. Returns false if
// there is none.
bool Lexicon::place(const std::vector<Entry>& entries) {
  constexpr int kHashBits = 64;
  int bucket_bits = 1;
  while ((size_t{2} << bucket_bits) < entries.size()) ++bucket_bits;  // one to two words per bucket
  bucket_shift_ = kHashBits - bucket_bits;
  secret_ = HashSecret::draw();
  displacements_.assign(size_t{1} << bucket_bits, 0);
  keys_.assign(mask_ + 1, WordKey{0, 0});
  ids_.assign(mask_ + 1, 0);

  // The entries sorted by bucket.
  std::vector<uint64_t> hashes(entries.size());
  std::vector<uint32_t> starts(displacements_.size() + 1, 0);
  for (size_t i = 0; i < entries.size(); ++i) {
    hashes[i] = secret_.hash(entries[i].key);
    ++starts[(hashes[i] >> bucket_shift_) + 1];
  }
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  std::vector<uint32_t> members(entries.size());
  std::vector<uint32_t> filled(starts.begin(), starts.end() - 1);
  for (size_t i = 0; i < entries.size(); ++i) members[filled[hashes[i] >> bucket_shift_]++] = static_cast<uint32_t>(i);

  std::vector<uint32_t> order(displacements_.size());
  std::iota(order.begin(), order.end(), uint32_t{0});
  const auto size_of = [&](uint32_t bucket) { return starts[bucket + 1] - starts[bucket]; };
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return size_of(a) > size_of(b); });

  for (const uint32_t bucket : order) {
    const uint32_t *const begin = members.data() + starts[bucket], *const end = members.data() + starts[bucket + 1];
    uint32_t displacement = 0;
    const auto slot_of = [&](uint32_t i) { return (hashes[i] ^ displacement) & mask_; };
    const auto is_free = [&](const uint32_t* i) {
      const size_t slot = slot_of(*i);
      const bool empty = keys_[slot] == WordKey{0, 0};
      return empty && std::none_of(begin, i, [&](uint32_t earlier) { return slot_of(earlier) == slot; });
    };
    const auto all_are_free = [&] {
      for (const uint32_t* i = begin; i != end; ++i)
        if (!is_free(i)) return false;
      return true;
    };
    while (!all_are_free())
      if (++displacement > mask_) return false;
    displacements_[bucket] = displacement;
    for (const uint32_t* i = begin; i != end; ++i) {
      keys_[slot_of(*i)] = entries[*i].key;
      ids_[slot_of(*i)] = entries[*i].id ^ unknown_id_;
    }
  }
  return true;
}

// The tables are locals, and the loop has a function to itself, so that the compiler keeps them in registers.
template <bool kCorrects, class Id>
Id* Lexicon::look_up_words(const char* bytes, const uint32_t* ends, size_t count, Id* out) const {
  const HashSecret secret = secret_;
  const uint32_t* const displacements = displacements_.data();
  const WordKey* const keys = keys_.data();
  const int32_t* const ids = ids_.data();
  const int32_t unknown_id = unknown_id_;
  const int shift = bucket_shift_;
  const size_t mask = mask_;
  size_t begin = 0, written = 0;
  for (size_t i = 0; i < count; ++i) {
    const size_t end = ends[i], size = end - begin;
    int32_t id;
    if (size <= kShortWord) {
      const WordKey key = short_word_key(bytes + begin, size);
      const uint64_t hash = secret.hash(key);
      const size_t at = (hash ^ displacements[hash >> shift]) & mask;
      const uint64_t difference = (keys[at].low ^ key.low) | (keys[at].high ^ key.high);
      id = (ids[at] & -static_cast<int32_t>(difference == 0)) ^ unknown_id;  // no branch to mispredict
      if constexpr (kCorrects)
        if (difference != 0) id = corrected_id(bytes + begin, size);
    } else {
      id = long_word_id(bytes + begin, size);
    }
    out[written] = static_cast<Id>(id);  // unconditionally; an id of 0 is overwritten by the next
    written += id != 0;
    begin = end + 1;
  }
  return out + written;
}

template <class Id>
Id* Lexicon::look_up(const char* bytes, const uint32_t* ends, size_t count, Id* out) const {
  return misspellings_ ? look_up_words<true>(bytes, ends, count, out) : look_up_words<false>(bytes, ends, count, out);
}

template int16_t* Lexicon::look_up(const char*, const uint32_t*, size_t, int16_t*) const;
template int32_t* Lexicon::look_up(const char*, const uint32_t*, size_t, int32_t*) const;

int32_t Lexicon::long_word_id(const char* word, size_t size) const {
  const auto found = long_words_.find({word, size});
  if (found != long_words_.end()) return found->second;
  return misspellings_ ? corrected_id(word, size) : unknown_id_;
}

// The id of a word that is neither known nor dropped.
int32_t Lexicon::corrected_id(const char* word, size_t size) const {
  const int32_t id = misspellings_->correct_id({word, size});
  return id == 0 ? unknown_id_ : id;
}

}  // namespace sentiment_fast
