#include "document_vectors.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <utility>

#include "parallel/prefetch.h"
#include "parallel/threads.h"

namespace sentiment_fast {
namespace {

constexpr int64_t kRecent = 4096;  // n-grams, whose vectors are a megabyte
constexpr int kSigmoids = 2048;    // for cosines above 0, and as many below
constexpr size_t kAhead = 8;       // n-grams whose vectors are prefetched

// A vector in registers. GCC and Clang compile this to SIMD instructions, or to scalar ones where there are none.
using Four = float __attribute__((vector_size(16)));
constexpr int kParts = kDocumentDimensions / 4;
struct Vector {
  Four parts[kParts];
};

inline Vector load(const float* from) {
  Vector vector;
  std::memcpy(&vector, from, sizeof vector);
  return vector;
}
inline void store(float* to, const Vector& vector) { std::memcpy(to, &vector, sizeof vector); }

inline float product(const Vector& a, const Vector& b) {
  Four sums[4] = {};
  for (int i = 0; i < kParts; ++i) sums[i % 4] += a.parts[i] * b.parts[i];
  const Four sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

inline void normalise(Vector& vector) {
  const float factor = 1 / std::sqrt(product(vector, vector));
  for (Four& part : vector.parts) part *= factor;
}

Aligned<float> random_vectors(int64_t count, SplitMix& random) {
  const int64_t numbers = std::max<int64_t>(count, 0) * kDocumentDimensions;
  Aligned<float> vectors(numbers);
  for (float* at = vectors.data(); at != vectors.data() + numbers; at += kDocumentDimensions) {
    for (int i = 0; i < kDocumentDimensions; ++i) at[i] = random.uniform() - 0.5f;
    Vector vector = load(at);
    normalise(vector);
    store(at, vector);
  }
  return vectors;
}

}  // namespace

DocumentVectors::DocumentVectors(DocumentNgrams known, float sharpness, int negatives, int groups, uint64_t seed)
    : known_(std::move(known)), sharpness_(sharpness), negatives_(negatives), sigmoids_(2 * kSigmoids + 1) {
  for (int i = -kSigmoids; i <= kSigmoids; ++i)
    sigmoids_[static_cast<size_t>(i + kSigmoids)] =
        static_cast<float>(1 / (1 + std::exp(-double{sharpness} * i / kSigmoids)));
  SplitMix seeds{seed};
  for (int i = 0; i < groups; ++i) groups_.push_back(new_group(seeds.next()));
}

DocumentVectors::Group DocumentVectors::new_group(uint64_t seed) const {
  SplitMix random{seed};
  Aligned<float> documents = random_vectors(known_.documents(), random);
  Aligned<float> ngrams = random_vectors(known_.ngrams(), random);
  std::vector<int32_t> recent(kRecent);
  const uint64_t all = known_.values.size();
  for (int32_t& ngram : recent) ngram = all == 0 ? 0 : known_.values[random.next() % all];
  return {random, std::move(documents), std::move(ngrams), std::move(recent), 0};
}

void DocumentVectors::learn(float begin, float end, int threads) {
  for_each_block(groups(), 1, threads, [&](Range range) {
    Group& group = groups_[static_cast<size_t>(range.begin)];
    const int64_t count = documents();
    std::vector<int64_t> order(static_cast<size_t>(count));
    std::iota(order.begin(), order.end(), int64_t{0});
    for (int64_t left = count; left > 1; --left) std::swap(order[left - 1], order[group.random.below(left)]);
    for (int64_t i = 0; i < count; ++i)
      learn_document(order[i], begin + (end - begin) * static_cast<float>(i) / static_cast<float>(count), group);
  });
}

void DocumentVectors::learn_document(int64_t document, float rate, Group& group) const {
  std::vector<int32_t> drawn;
  for (int64_t at = known_.offsets[document]; at < known_.offsets[document + 1]; ++at)
    if (group.random.uniform() < known_.draw_probabilities[known_.values[at]]) drawn.push_back(known_.values[at]);
  float* const kept = group.documents.data() + document * kDocumentDimensions;
  float* const ngrams = group.ngrams.data();
  const int64_t recent = static_cast<int64_t>(group.recent.size());
  Vector d = load(kept);
  for (size_t own = 0; own < drawn.size(); ++own) {
    if (own + kAhead < drawn.size())
      prefetch(ngrams + int64_t{drawn[own + kAhead]} * kDocumentDimensions, kDocumentDimensions);
    Vector document_step{};
    for (int pair = 0; pair <= negatives_; ++pair) {
      const int32_t ngram = pair == 0 ? drawn[own] : group.recent[group.random.below(recent)];
      float* const at = ngrams + int64_t{ngram} * kDocumentDimensions;
      Vector g = load(at);
      const float cosine = product(d, g);
      const float step = ((pair == 0 ? 1.0f : 0.0f) - sigmoid(cosine)) * sharpness_ * rate;
      for (int i = 0; i < kParts; ++i) {  // the gradients of the cosine, at right angles to the vectors
        const Four before = g.parts[i];
        document_step.parts[i] += step * (before - cosine * d.parts[i]);
        g.parts[i] += step * (d.parts[i] - cosine * before);
      }
      normalise(g);
      store(at, g);
    }
    for (int i = 0; i < kParts; ++i) d.parts[i] += document_step.parts[i];
    normalise(d);
  }
  store(kept, d);
  for (const int32_t ngram : drawn) {
    group.recent[group.oldest] = ngram;
    group.oldest = (group.oldest + 1) % group.recent.size();
  }
}

float DocumentVectors::sigmoid(float cosine) const {
  const float place = (std::fmin(std::fmax(cosine, -1.0f), 1.0f) + 1) * kSigmoids;
  return sigmoids_[static_cast<size_t>(place + 0.5f)];
}

void DocumentVectors::copy_to(float* out) const {
  for (int64_t document = 0; document < documents(); ++document)
    for (const Group& group : groups_)
      out = std::copy_n(group.documents.data() + document * kDocumentDimensions, kDocumentDimensions, out);
}

}  // namespace sentiment_fast
