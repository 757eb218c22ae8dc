// Tests the threads, for ThreadSanitizer: counting, encoding, padding, n-grams, document vectors and the LSTM, scoring
// and learning, give at any number of threads what one gives, also where several calls run at once and share a lexicon.
// No Python in it but what the cleaning asks of it.
#include <atomic>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "document_vectors.h"
#include "text/encode.h"
#include "expect.h"
#include "interpreter.h"
#include "lstm/forward.h"
#include "lstm/outputs.h"
#include "lstm/training.h"
#include "ngrams.h"
#include "parallel/threads.h"

using namespace sentiment_fast;

namespace {

constexpr int kThreads[] = {1, 2, 3, 8};
constexpr int64_t kPaddedLength = 50;

// Made-up texts, enough of them for many ranges. Their capital sigmas and dashes make the first calls ask the interpreter
// at once.
std::vector<std::string> made_up_texts() {
  std::mt19937 random(1);
  std::vector<std::string> texts(1200);
  for (std::string& text : texts) {
    for (size_t words = random() % 200; words != 0; --words) {
      const auto number = std::to_string(random() % 1000);
      for (const char digit : number) text += static_cast<char>('a' + (digit - '0'));
      text += random() % 20 == 0 ? "ΑΣ, —🙂" : random() % 20 == 0 ? "andAWordOfMoreThan16Bytes<br />" : " ";
    }
  }
  return texts;
}

std::vector<Text> views_of(const std::vector<std::string>& texts) {
  std::vector<Text> views;
  for (const std::string& text : texts) views.push_back({text.data(), text.size(), Encoding::utf8});
  return views;
}

// All that the calls give for some texts.
struct Results {
  std::vector<std::string> words;
  std::vector<int64_t> counts;
  std::vector<int32_t> ids, matrix;
  std::vector<int64_t> offsets;

  bool operator==(const Results& other) const {
    return words == other.words && counts == other.counts && ids == other.ids && matrix == other.matrix &&
           offsets == other.offsets;
  }
};

Results results_of(const std::vector<Text>& texts, const Lexicon& lexicon, const Level& level, int threads) {
  const Cleaning cleaning{level, {true, {false, true}}};
  Results results;
  for (const CountedWord& counted : count_words(texts, cleaning, threads).most_frequent(10'000, 1, {})) {
    results.words.push_back(counted.word);
    results.counts.push_back(counted.count);
  }
  const Encoded<int32_t> encoded = encode<int32_t>(texts, lexicon, cleaning, threads);
  results.ids.assign(encoded.ids.begin(), encoded.ids.end());
  results.offsets = encoded.offsets;
  const auto rows = static_cast<int64_t>(texts.size());
  results.matrix.resize(texts.size() * kPaddedLength);
  pad(results.ids.data(), results.offsets.data(), rows, kPaddedLength, results.matrix.data(), threads);
  return results;
}

void test_any_number_of_threads_gives_what_one_gives(const std::vector<Text>& texts, const Lexicon& lexicon) {
  std::vector<Results> results;
  for (const Level& level : levels())
    for (const int threads : kThreads) results.push_back(results_of(texts, lexicon, level, threads));
  expect(results[0].words.size() > 500 && results[0].ids.size() > 10'000, "texts with words");
  for (const Results& other : results) expect(other == results[0], "the results of one thread at any number of them");
}

void test_calls_at_once_share_a_lexicon(const std::vector<Text>& texts, const Lexicon& lexicon) {
  std::vector<Results> results(4);
  std::vector<std::thread> callers;
  for (size_t i = 0; i < results.size(); ++i)
    callers.emplace_back([&, i] { results[i] = results_of(texts, lexicon, levels().back(), static_cast<int>(1 + i)); });
  for (std::thread& caller : callers) caller.join();
  for (const Results& other : results) expect(other == results[0], "the same results of several calls at once");
}

void test_ngrams_give_at_any_number_of_threads_what_one_gives() {
  constexpr int64_t kRows = 400;
  constexpr NgramSpace kSpace{3, 12};
  std::mt19937 random(4);
  std::vector<int32_t> ids;
  std::vector<int64_t> offsets = {0};
  for (int64_t row = 0; row < kRows; ++row) {
    for (size_t count = random() % 200; count != 0; --count) ids.push_back(static_cast<int32_t>(random() % 5000));
    offsets.push_back(static_cast<int64_t>(ids.size()));
  }
  std::vector<int8_t> table(static_cast<size_t>(2 * kSpace.buckets()));
  for (int8_t& number : table) number = static_cast<int8_t>(random() % 255);
  const float scales[] = {0.5f, 2.0f}, biases[] = {0.0f, 1.0f};
  const RaggedIds<int32_t> rows{ids.data(), offsets.data(), kRows};
  const RowNumbers<uint32_t> codes = row_codes(rows, kSpace, 1);
  std::vector<uint8_t> fingerprints(static_cast<size_t>(kSpace.buckets()));
  for (const uint32_t code : codes.numbers) fingerprints[code >> kFingerprintBits] = static_cast<uint8_t>(code);
  const NgramModel model(kSpace, 2, table.data(), table.data(), scales, biases);
  const NgramModel of_owners(kSpace, 2, table.data(), table.data(), scales, biases, fingerprints.data());
  const RowNumbers<int32_t> expected = row_buckets(rows, kSpace, 1);
  std::vector<std::vector<float>> logits, of_owners_alone;
  for (const int threads : kThreads) {
    const RowNumbers<uint32_t> found_codes = row_codes(rows, kSpace, threads);
    expect(found_codes.numbers == codes.numbers && found_codes.offsets == codes.offsets, "codes at any number of them");
    const RowNumbers<int32_t> found = row_buckets(rows, kSpace, threads);
    expect(found.numbers == expected.numbers && found.offsets == expected.offsets, "buckets at any number of threads");
    logits.emplace_back(static_cast<size_t>(2 * kRows));
    model.logits(rows, logits.back().data(), threads);
    of_owners_alone.emplace_back(static_cast<size_t>(2 * kRows));
    of_owners.logits(rows, of_owners_alone.back().data(), threads);
  }
  for (const auto& other : logits) expect(other == logits[0], "a linear model's logits at any number of threads");
  for (const auto& other : of_owners_alone) expect(other == of_owners_alone[0], "those with fingerprints likewise");
}

void test_document_vectors_are_at_any_number_of_threads_what_they_are_at_one() {
  constexpr int64_t kDocuments = 60, kNgrams = 300, kPerDocument = 20;
  constexpr int kGroups = 3;
  std::mt19937 random(5);
  DocumentNgrams known;
  known.offsets = {0};
  for (int64_t document = 0; document < kDocuments; ++document) {
    for (int64_t i = 0; i < kPerDocument; ++i) known.values.push_back(static_cast<int32_t>(random() % kNgrams));
    known.offsets.push_back(static_cast<int64_t>(known.values.size()));
  }
  known.draw_probabilities.assign(kNgrams, 0.8f);
  std::vector<std::vector<float>> vectors;
  for (const int threads : kThreads) {
    DocumentVectors documents(known, 4.5f, 5, kGroups, 0);
    for (int epoch = 0; epoch < 2; ++epoch) documents.learn(0.1f, 0.01f, threads);
    vectors.emplace_back(static_cast<size_t>(kDocuments * kGroups * kDocumentDimensions));
    documents.copy_to(vectors.back().data());
  }
  for (const auto& other : vectors) expect(other == vectors[0], "document vectors at any number of threads");
}

template <class Number>
void test_the_lstm_gives_at_any_number_of_threads_what_one_gives() {
  constexpr int64_t kHidden = 32, kIds = 20, kRows = 101;
  std::mt19937 random(2);
  const auto numbers = [&](int64_t count) {
    std::vector<float> made(static_cast<size_t>(count));
    for (float& number : made) number = static_cast<float>(random() % 2001) / 1000 - 1;
    return made;
  };
  const auto table = numbers(kIds * 4 * kHidden), biases = numbers(4 * kHidden), states = numbers(2 * 2 * kHidden);
  const auto own = numbers(4 * kHidden * kHidden), below = numbers(4 * kHidden * kHidden);
  const std::vector<LstmLayerWeights> layers = {{own.data(), nullptr, nullptr},
                                                {own.data(), below.data(), biases.data()}};

  std::vector<int16_t> values;
  std::vector<int64_t> starts, counts, first_states;
  for (int64_t row = 0; row < kRows; ++row) {
    starts.push_back(static_cast<int64_t>(values.size()));
    counts.push_back(1 + static_cast<int64_t>(random() % 30));
    first_states.push_back(static_cast<int64_t>(random() % 2));
    for (int64_t i = 0; i < counts.back(); ++i) values.push_back(static_cast<int16_t>(random() % kIds));
  }
  for (const LstmLevel<Number>& level : lstm_levels<Number>()) {
    const Lstm<Number> lstm(kHidden, kIds, table.data(), layers, level);
    for (const bool backward : {false, true}) {
      const LstmRows<int16_t> rows{kRows,         values.data(), static_cast<int64_t>(values.size()),
                                   starts.data(), counts.data(), first_states.data(),
                                   backward};
      for (const LstmPooling pooling : {LstmPooling::kLast, LstmPooling::kMaxMean}) {
        std::vector<std::vector<float>> results;
        for (const int threads : kThreads) {
          results.emplace_back(static_cast<size_t>(kRows * lstm.features(pooling)));
          lstm.pool(pooling, rows, {2, states.data(), states.data()}, results.back().data(), threads);
        }
        for (const auto& other : results) expect(other == results[0], "an LSTM's outputs at any number of threads");
      }
    }
  }
}

// All that training's calls give, one behind the other.
template <class Number>
std::vector<float> trained(const LstmLevel<Number>& level, int threads) {
  constexpr int64_t kHidden = 48, kLayers = 2, kIds = 20, kRows = 140;
  constexpr int64_t kGates = 4 * kHidden, kMatrix = kGates * kHidden, kStates = kRows * kLayers * kHidden;
  std::mt19937 random(3);
  const auto numbers = [&](int64_t count) {
    std::vector<float> made(static_cast<size_t>(count));
    for (float& number : made) number = static_cast<float>(random() % 2001) / 5000 - 0.2f;
    return made;
  };
  const auto table = numbers(kIds * kGates), biases = numbers(kGates), states = numbers(2 * kLayers * kHidden);
  const auto own = numbers(kMatrix), below = numbers(kMatrix), by_last_logits = numbers(4 * kStates);
  auto by_outputs = numbers(kStates), by_cells = numbers(kStates);
  std::vector<int32_t> ids;
  std::vector<int64_t> counts, first_states;
  for (int64_t row = 0; row < kRows; ++row) {
    counts.push_back(2 + static_cast<int64_t>(random() % 12));
    first_states.push_back(static_cast<int64_t>(random() % 2));
    for (int64_t i = 0; i < counts.back(); ++i) ids.push_back(static_cast<int32_t>(random() % kIds));
  }

  LstmTraining<Number> lstm(kHidden, kLayers, level);
  lstm.set_weights({{own.data(), nullptr, nullptr}, {own.data(), below.data(), biases.data()}}, threads);
  const auto count = static_cast<int64_t>(ids.size());
  LstmTrace<Number> trace(kLayers, kHidden, lstm.units(), count + kRows);
  constexpr size_t kFirst = 2 * kStates, kTable = 3 * kStates, kWeights = kTable + kIds * kGates;
  constexpr size_t kPooled = kWeights + 3 * kMatrix + kGates;
  std::vector<float> results(kPooled + 2 * kRows * kHidden);
  float* const result = results.data();
  lstm.forward({kRows, counts.data(), first_states.data(), ids.data(), count, table.data(), kIds},
               {2, states.data(), states.data()}, trace, {result, result + kStates}, threads);
  const LstmLastStep more{by_last_logits.data(), by_last_logits.data(), by_last_logits.data() + kStates};
  std::vector<int32_t> maxima(kRows * kHidden);
  max_mean(trace, result + kPooled, maxima.data(), threads);
  const LstmPooledGradients by_pooled{result + kPooled, maxima.data()};
  lstm.backward(trace, {by_outputs.data(), by_cells.data()}, &more, &by_pooled, result + kFirst, threads);
  lstm.add_table_gradients(trace, ids.data(), kIds, result + kTable, threads);
  float* const weights = result + kWeights;
  lstm.add_weight_gradients(
      trace, {{weights, nullptr, nullptr}, {weights + kMatrix, weights + 2 * kMatrix, weights + 3 * kMatrix}}, threads);
  results.insert(results.end(), by_cells.begin(), by_cells.end());
  return results;
}

template <class Number>
void test_the_lstm_learns_at_any_number_of_threads_what_it_does_at_one() {
  for (const LstmLevel<Number>& level : lstm_levels<Number>()) {
    const std::vector<float> expected = trained(level, 1);
    for (const int threads : kThreads)
      expect(trained(level, threads) == expected, "an LSTM's gradients at any number of threads");
  }
}

void test_an_exception_on_a_thread_reaches_the_caller() {
  for (const int threads : kThreads) {
    std::atomic<int> worked{0};
    bool caught = false;
    try {
      on_threads(threads, [&](int thread) {
        ++worked;
        if (thread == threads - 1) throw std::runtime_error("thrown on purpose");
      });
    } catch (const std::runtime_error&) {
      caught = true;
    }
    expect(caught && worked >= 1 && worked <= threads, "the exception of a thread to be thrown by the call");
  }
}

}  // namespace

int main() {
  start_interpreter();
  const std::vector<std::string> owners = made_up_texts();
  const std::vector<Text> texts = views_of(owners);
  const Lexicon lexicon({"a", "b", "cd", "ας", "andawordofmorethan16bytes", "bcd", "j"}, {"e", "f"}, 8);
  test_calls_at_once_share_a_lexicon(texts, lexicon);  // first: the first use of anything is part of it
  test_any_number_of_threads_gives_what_one_gives(texts, lexicon);
  test_ngrams_give_at_any_number_of_threads_what_one_gives();
  test_document_vectors_are_at_any_number_of_threads_what_they_are_at_one();
  test_the_lstm_gives_at_any_number_of_threads_what_one_gives<float>();
  test_the_lstm_gives_at_any_number_of_threads_what_one_gives<Bf16>();
  test_the_lstm_learns_at_any_number_of_threads_what_it_does_at_one<float>();
  test_the_lstm_learns_at_any_number_of_threads_what_it_does_at_one<Bf16>();
  test_an_exception_on_a_thread_reaches_the_caller();
  std::puts("threads: nothing found");
  return 0;
}
