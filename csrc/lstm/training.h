// Ragged ids -> each row's final state, and gradients with respect to it -> those of all inputs: an LSTM for training.
//
// As in lstm/forward.h, rows are not padded and threads do not wait for one another. A trace keeps what the backward
// pass needs of each step: the gates' logits, later overwritten by their gradients, the outputs and the cells. The
// gradients with respect to the weights are then two matrix products per layer (lstm/gradients.cpp). Results are the
// same with any number of threads.
#pragma once

#include <cstdint>
#include <vector>

#include "parallel/aligned.h"
#include "lstm/forward.h"
#include "lstm/weights.h"

namespace sentiment_fast {

// A row of n ids has n + 1 slots, and rows are contiguous. Outputs and cells: before the first step, then after each
// one. Logits: step i is in slot i, and the last slot is 0, because no step follows whose gradients would be added.
// Logits are in tiles: (hidden / units, 4 gates, units).
template <class Number>
struct LstmTrace {
  struct Layer {
    Aligned<Number> logits;   // (slots, 4 hidden); overwritten by their gradients in the backward pass
    Aligned<Number> outputs;  // (slots, hidden)
    Aligned<float> cells;     // (slots, hidden)
  };

  LstmTrace(int64_t layers_count, int64_t hidden_units, int64_t units_of_tile, int64_t most_slots)
      : hidden(hidden_units), units(units_of_tile), capacity(most_slots) {
    for (int64_t layer = 0; layer < layers_count; ++layer)
      layers.push_back({Aligned<Number>(capacity * 4 * hidden), Aligned<Number>(capacity * hidden),
                        Aligned<float>(capacity * hidden)});
  }

  int64_t count(int64_t row) const { return counts[static_cast<size_t>(row)]; }
  int64_t first(int64_t row) const { return firsts[static_cast<size_t>(row)]; }
  Layer& layer(int64_t number) { return layers[static_cast<size_t>(number)]; }
  const Layer& layer(int64_t number) const { return layers[static_cast<size_t>(number)]; }
  int64_t rows() const { return static_cast<int64_t>(counts.size()); }
  int64_t slots() const { return firsts.empty() ? 0 : firsts.back() + counts.back() + 1; }

  int64_t hidden, units, capacity;  // capacity: in slots
  std::vector<Layer> layers;
  std::vector<int64_t> counts, firsts;  // for each row: its number of ids, its first slot
  std::vector<int64_t> order;           // the rows, longest first
  bool went_back = false;
};

// Contiguous rows of ids, each with its initial state.
struct LstmSteps {
  int64_t rows;
  const int64_t* counts;  // 1 or more
  const int64_t* states;
  const int32_t* ids;
  int64_t ids_count;
  const float* table;  // (table_rows, 4 hidden): an id's share of the first layer's gates, biases included
  int64_t table_rows;
};

// Accumulators for the gradients with respect to a layer's weights: see LstmLayerWeights.
struct LstmLayerGradients {
  float* own;
  float* below;   // null for the first layer, whose input is the table
  float* biases;  // null for the first layer, too
};

// States of rows, (rows, layers, hidden) each.
struct LstmRowStates {
  float* outputs;
  float* cells;
};

// Additional gradients of the loss for callers that use more of a row than its final state: with respect to the logits
// of its last step, (rows, layers, 4 hidden), and to the state before that step, (rows, layers, hidden) each.
struct LstmLastStep {
  const float* logits;
  const float* outputs_before;
  const float* cells_before;
};

// Additional gradients of the loss for callers that pool the top layer's outputs: with respect to the results of
// max_mean() in lstm/outputs.h.
struct LstmPooledGradients {
  const float* pooled = nullptr;    // (rows, 2 hidden)
  const int32_t* maxima = nullptr;  // (rows, hidden): the step at which each maximum occurs

  // Adds the gradients with respect to the outputs of `count` units at one step of a row that has `steps` steps.
  void add_to(float* sums, int64_t hidden, int64_t row, int64_t step, int64_t steps, int64_t unit,
              int64_t count) const {
    const float* const by_maxima = pooled + row * 2 * hidden + unit;
    const float* const by_means = by_maxima + hidden;
    const int32_t* const at = maxima + row * hidden + unit;
    const float share = 1 / static_cast<float>(steps);
    const int32_t now = static_cast<int32_t>(step);
    for (int64_t i = 0; i < count; ++i) sums[i] += by_means[i] * share + (at[i] == now ? by_maxima[i] : 0.0f);
  }
};

template <class Number>
class LstmTraining {
 public:
  LstmTraining(int64_t hidden, int64_t layers, const LstmKernels<Number>& level);

  int64_t hidden() const { return hidden_; }
  int64_t layers() const { return layers_count_; }
  int64_t units() const { return level_.units; }
  Number number() const { return Number{}; }

  // Copies the weights of all layers, in the orders that the level reads.
  void set_weights(const std::vector<LstmLayerWeights>& layers, int threads);

  // last: receives the rows' final states. The trace must have the same layers. Throws std::invalid_argument for rows
  // beyond the ids, the table, the states or the trace.
  void forward(const LstmSteps& steps, const LstmStates& states, LstmTrace<Number>& trace, LstmRowStates last,
               int threads) const;

  // by_last: the gradients with respect to the final states; its cells are overwritten by those with respect to the
  // initial cells. more: null for none; otherwise, rows have 2 or more ids. by_pooled: null for none. by_first_outputs:
  // (rows, layers, hidden) zeros, receives the gradients with respect to the initial outputs. Once per forward pass.
  void backward(LstmTrace<Number>& trace, LstmRowStates by_last, const LstmLastStep* more,
                const LstmPooledGradients* by_pooled, float* by_first_outputs, int threads) const;

  // Adds the gradients with respect to each layer's weights to `layers`. This and the next function throw
  // std::invalid_argument for a trace before its backward pass.
  void add_weight_gradients(const LstmTrace<Number>& trace, const std::vector<LstmLayerGradients>& layers,
                            int threads) const;

  // Adds the gradients with respect to the first layer's logits to `table`, (table rows, 4 hidden), in their ids' rows.
  void add_table_gradients(const LstmTrace<Number>& trace, const int32_t* ids, int64_t table_rows, float* table,
                           int threads) const;

 private:
  class Share;
  struct Layer {
    Aligned<Number> weights;       // (hidden / units tiles, each as pack_tile writes it)
    Aligned<Number> back_weights;  // (hidden / (4 units) tiles, rounded up, each as pack_back_tile writes it)
    Aligned<float> biases;         // (4 hidden,) in tiles
  };

  int64_t back_tiles() const { return (hidden_ + 4 * level_.units - 1) / (4 * level_.units); }
  int64_t back_tile_size(int64_t layer) const;
  void check(const LstmSteps& steps, const LstmStates& states) const;
  template <class Run>
  void in_groups(const LstmTrace<Number>& trace, int threads, Run run) const;
  template <class Work>
  void in_shares(const LstmTrace<Number>& trace, int threads, Work work) const;
  void step(const LstmSteps& steps, LstmTrace<Number>& trace, const std::vector<int64_t>& members, int64_t active,
            int64_t left, LstmRowStates last) const;
  void step_back(LstmTrace<Number>& trace, const std::vector<int64_t>& members, int64_t active, int64_t left,
                 LstmRowStates by_last, const LstmLastStep* more, const LstmPooledGradients* by_pooled) const;
  int64_t aim(LstmBackTile<Number>& tile, int64_t layer, int64_t number) const;
  void add_to_last_step(LstmTrace<Number>& trace, const std::vector<int64_t>& members, int64_t layer,
                        LstmRowStates by_last, const LstmLastStep& more) const;
  void go_to_start(LstmTrace<Number>& trace, const std::vector<int64_t>& members, float* by_first_outputs) const;

  const LstmKernels<Number> level_;
  int64_t hidden_, layers_count_;
  std::vector<Layer> layers_;
};

}  // namespace sentiment_fast
