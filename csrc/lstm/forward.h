// The recurrent layers of an LSTM, for scoring: ragged ids -> the top layer's last output of every row, or the maximum
// and the mean of all.
//
// A thread takes a group of rows and runs all steps and layers of it by itself, so that nothing waits for anything but
// the end. A row reads its own ids alone and starts from its own state: its result is the same, bit for bit, whatever
// rows stand beside it and however many threads there are. One step of one layer is lstm/cell.h's.
#pragma once

#include <cstdint>
#include <vector>

#include "parallel/aligned.h"
#include "lstm/weights.h"

namespace sentiment_fast {

// Which ids are read: row i's are values[starts[i]] and the counts[i] - 1 behind it, from state states[i] on; backward,
// the last of them first.
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

// What is made of a row's outputs: the last one, (hidden,), or the maximum and the mean of all, (2, hidden).
enum class LstmPooling { kLast, kMaxMean };

// States to start from: (count, layers, hidden) float32 both.
struct LstmStates {
  int64_t count;
  const float* outputs;
  const float* cells;
};

// Number: what weights and outputs are, float or Bf16.
template <class Number>
class Lstm {
 public:
  // table: (ids, 4 hidden), for each id what it adds to the gates of the first layer, biases included. hidden: a
  // multiple of kUnitsMultiple. Everything is copied, in the order that the level takes it in.
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
    Aligned<Number> weights;  // (hidden / units tiles, and in each what LstmProducts says)
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
