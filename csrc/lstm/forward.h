// Ragged ids -> the top layer's last output of each row, or the maximum and mean over its steps: an LSTM for scoring.
//
// A thread runs all steps and layers of a group of rows by itself, so that threads never wait for one another. A row's
// result depends only on its own ids and initial state: it is the same, bit for bit, whatever rows share the batch and
// with any number of threads. One step of one layer is left to lstm/cell.h.
#pragma once

#include <cstdint>
#include <vector>

#include "parallel/aligned.h"
#include "lstm/weights.h"

namespace sentiment_fast {

// The rows to read: row i has the ids values[starts[i] .. starts[i] + counts[i]) and starts from state states[i].
// backward: ids are read from last to first.
template <class Id>
struct LstmRows {
  int64_t rows;
  const Id* values;
  int64_t values_count;
  const int64_t* starts;
  const int64_t* counts;  // 1 or more
  const int64_t* states;
  bool backward;
};

// How a row's outputs are pooled: the last one, (hidden,), or the maximum and the mean of all, (2, hidden).
enum class LstmPooling { kLast, kMaxMean };

// Initial states: outputs and cells are (count, layers, hidden) float32.
struct LstmStates {
  int64_t count;
  const float* outputs;
  const float* cells;
};

// Number: the type of weights and outputs, float or Bf16.
template <class Number>
class Lstm {
 public:
  // table: (ids, 4 hidden), each id's contribution to the gates of the first layer, biases included. hidden: a multiple
  // of kUnitsMultiple. Everything is copied, in the order that the level reads.
  Lstm(int64_t hidden, int64_t ids, const float* table, const std::vector<LstmLayerWeights>& layers,
       const LstmKernels<Number>& level);

  int64_t hidden() const { return hidden_; }
  int64_t layers() const { return static_cast<int64_t>(layers_.size()); }

  int64_t features(LstmPooling pooling) const { return (pooling == LstmPooling::kLast ? 1 : 2) * hidden_; }

  // out: (rows, features). Throws std::invalid_argument for rows that read beyond the values, the table or the states.
  template <class Id>
  void pool(LstmPooling pooling, const LstmRows<Id>& rows, const LstmStates& states, float* out, int threads) const;

 private:
  struct Layer {
    int inputs_count;
    Aligned<Number> weights;  // (hidden / units tiles, each as in LstmProducts)
    Aligned<float> biases;    // (4 hidden,) in the table's order
  };
  struct Group;

  template <class Id>
  void check(const LstmRows<Id>& rows, const LstmStates& states) const;
  template <class Id>
  void run(Group& group, const LstmRows<Id>& rows, const LstmStates& states) const;
  void start(Group& group, int64_t place, const LstmStates& states, int64_t state) const;
  void step_layer(Group& group, int64_t layer, int64_t active, bool last) const;
  int64_t rows_of_group(int64_t rows, int threads) const;

  const LstmKernels<Number> level_;
  int64_t hidden_, ids_;
  Aligned<float> table_;  // (ids, hidden / units tiles, 4 gates, units)
  std::vector<Layer> layers_;
};

}  // namespace sentiment_fast
