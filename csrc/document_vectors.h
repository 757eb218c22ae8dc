// The n-grams of documents -> a vector for each document, by which its n-grams are told from others (PV-DBOW by the
// cosine: Le and Mikolov 2014; Thongtan and Phienthrakul 2019).
//
// Documents d and n-grams g have vectors of length 1. The model says of an n-gram how likely it is the document's own:
// sigmoid(sharpness * cos(d, g)). Each n-gram of a document is a pair with it, and so are `negatives` others; each pair
// turns both vectors by the gradient of the log loss.
//
//   document   draw some of its n-grams, each with a probability of its own
//     |
//   n-gram     learn from its pair, and from pairs with n-grams that were drawn recently: their vectors are still in
//     v        the cache
//   recent     the document's drawn n-grams take the place of the oldest
//
// Several groups of vectors are learned, each on one thread and apart from the others, so that the vectors are the same
// with any number of threads. Sums are added up in one order, and products are rounded first (setup.py forbids fused
// operations here), so that they do not depend on the instructions that the compiler chooses either.
//
// Memory bounds the speed: versions with AVX2 and AVX-512 were 1.0 to 1.5 times as fast, too little to keep them.
#pragma once

#include <cstdint>
#include <vector>

#include "parallel/aligned.h"

namespace sentiment_fast {

constexpr int kDocumentDimensions = 64;  // of a vector of one group

// Document i has the n-grams values[offsets[i] .. offsets[i + 1]), of 0 up to ngrams - 1.
struct DocumentNgrams {
  std::vector<int32_t> values;
  std::vector<int64_t> offsets;           // documents + 1
  std::vector<float> draw_probabilities;  // (ngrams,): with which an epoch draws each

  int64_t documents() const { return static_cast<int64_t>(offsets.size()) - 1; }
  int64_t ngrams() const { return static_cast<int64_t>(draw_probabilities.size()); }
};

// Numbers that look random: SplitMix64 (Steele, Lea and Flood 2014).
struct SplitMix {
  uint64_t state;

  uint64_t next() {
    uint64_t bits = state += 0x9E3779B97F4A7C15u;
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9u;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBu;
    return bits ^ (bits >> 31);
  }
  // 0 up to count - 1; count: 1 to 2**32.
  int64_t below(int64_t count) { return static_cast<int64_t>(((next() >> 32) * static_cast<uint64_t>(count)) >> 32); }
  // 0 up to 1, excluded.
  float uniform() { return static_cast<float>(next() >> 40) * (1.0f / (1 << 24)); }
};

class DocumentVectors {
 public:
  DocumentVectors(DocumentNgrams known, float sharpness, int negatives, int groups, uint64_t seed);

  // Learns from each document once, in random order. The rate, the radians by which a gradient of 1 turns a vector,
  // falls evenly from `begin` to `end`.
  void learn(float begin, float end, int threads);

  int64_t documents() const { return known_.documents(); }
  int groups() const { return static_cast<int>(groups_.size()); }

  // out: (documents, groups, kDocumentDimensions).
  void copy_to(float* out) const;

 private:
  // One group's vectors, and what an epoch leaves to the next.
  struct Group {
    SplitMix random;
    Aligned<float> documents, ngrams;  // (documents, kDocumentDimensions), (ngrams, kDocumentDimensions)
    std::vector<int32_t> recent;       // n-grams that were drawn lately
    size_t oldest;                     // of `recent`
  };

  Group new_group(uint64_t seed) const;
  void learn_document(int64_t document, float rate, Group& group) const;
  float sigmoid(float cosine) const;

  const DocumentNgrams known_;
  const float sharpness_;
  const int negatives_;
  std::vector<float> sigmoids_;  // of sharpness * cosine, for cosines from -1 to 1
  std::vector<Group> groups_;
};

}  // namespace sentiment_fast
