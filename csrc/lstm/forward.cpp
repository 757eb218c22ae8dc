#include "lstm/forward.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>

#include "parallel/prefetch.h"
#include "parallel/threads.h"

namespace sentiment_fast {
namespace {

// Rows that a thread takes at a time: a layer's weights are loaded from beyond the L2 cache once for all of them.
constexpr int64_t kGroupRows = 48;

}  // namespace

// Rows that run together, longest first, and their states. Rows are aligned at their ends: a row is active as soon as
// the remaining number of steps is its length, so the active rows are always the first ones.
template <class Number>
struct Lstm<Number>::Group {
  Group(const Lstm& lstm, LstmPooling pooling_of_rows, int64_t capacity)
      : pooling(pooling_of_rows),
        size_of_layer(capacity * lstm.hidden_),
        table_rows(static_cast<size_t>(capacity)),
        outputs(2 * lstm.layers() * size_of_layer),
        cells(lstm.layers() * size_of_layer),
        pooled(capacity * lstm.features(pooling)) {}

  Number* outputs_of(int64_t layer, int64_t layers, bool now) {
    return outputs.data() + ((now ? parity : 1 - parity) * layers + layer) * size_of_layer;
  }

  LstmPooling pooling;
  int64_t size_of_layer;
  std::vector<const float*> table_rows;  // each row's row of the table, at this step
  const int64_t* members = nullptr;      // row numbers
  int64_t size = 0;
  int64_t parity = 0;       // half that receives this step's outputs; the other half holds the previous step's
  Aligned<Number> outputs;  // (2, layers, capacity, hidden)
  Aligned<float> cells;     // (layers, capacity, hidden)
  Aligned<float> pooled;    // (capacity, features): the top layer's last outputs, or its maxima and sums so far
};

template <class Number>
Lstm<Number>::Lstm(int64_t hidden, int64_t ids, const float* table, const std::vector<LstmLayerWeights>& layers,
                   const LstmKernels<Number>& level)
    : level_(level), hidden_(hidden), ids_(ids), table_(ids * 4 * hidden) {
  for (int64_t id = 0; id < ids; ++id)
    copy_in_tiles(hidden, level.units, table + id * 4 * hidden, table_.data() + id * 4 * hidden);
  for (const LstmLayerWeights& weights : layers) {
    const float* const matrices[] = {weights.own, weights.below};
    const int count = weights.below ? 2 : 1;
    layers_.push_back({count, Aligned<Number>(count * 4 * hidden * hidden), Aligned<float>(4 * hidden)});
    for (int64_t unit = 0; unit < hidden; unit += level.units)
      pack_tile(level, hidden, matrices, count, unit, layers_.back().weights.data() + unit * 4 * count * hidden);
    if (weights.biases) copy_in_tiles(hidden, level.units, weights.biases, layers_.back().biases.data());
  }
}

// As large as useful, but small enough that every thread gets a group.
template <class Number>
int64_t Lstm<Number>::rows_of_group(int64_t rows, int threads) const {
  const int64_t tiles = (rows + level_.rows - 1) / level_.rows;
  return std::min(kGroupRows, std::max<int64_t>((tiles + threads - 1) / threads, 1) * level_.rows);
}

template <class Number>
template <class Id>
void Lstm<Number>::check(const LstmRows<Id>& rows, const LstmStates& states) const {
  for (int64_t i = 0; i < rows.rows; ++i) {
    const int64_t start = rows.starts[i], count = rows.counts[i];
    if (count < 1 || start < 0 || start > rows.values_count || count > rows.values_count - start)
      throw std::invalid_argument("Expected rows of 1 or more of " + std::to_string(rows.values_count) + " ids, got " +
                                  std::to_string(count) + " from " + std::to_string(start));
    if (rows.states[i] < 0 || rows.states[i] >= states.count)
      throw std::invalid_argument("Expected one of " + std::to_string(states.count) + " states to start from, got " +
                                  std::to_string(rows.states[i]));
    for (int64_t at = start; at < start + count; ++at)
      if (rows.values[at] < 0 || rows.values[at] >= ids_)
        throw std::invalid_argument("Expected ids of 0 to " + std::to_string(ids_ - 1) + ", got " +
                                    std::to_string(rows.values[at]));
  }
}

template <class Number>
template <class Id>
void Lstm<Number>::pool(LstmPooling pooling, const LstmRows<Id>& rows, const LstmStates& states, float* out,
                        int threads) const {
  check(rows, states);
  std::vector<int64_t> order(static_cast<size_t>(rows.rows));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return rows.counts[a] > rows.counts[b]; });

  const int64_t most = rows_of_group(rows.rows, threads);
  const auto make_group = [&](int) { return Group(*this, pooling, most); };
  // Longest first, so that the threads finish together.
  for_each_block(rows.rows, most, threads, make_group, [&](Group& group, Range places) {
    group.members = order.data() + places.begin;
    group.size = places.end - places.begin;
    run(group, rows, states);
    for (int64_t place = 0; place < group.size; ++place) {
      const float* const pooled = group.pooled.data() + place * features(pooling);
      const int64_t row = group.members[place];
      float* const into = out + row * features(pooling);
      std::copy_n(pooled, hidden_, into);
      const float count = static_cast<float>(rows.counts[row]);
      std::transform(pooled + hidden_, pooled + features(pooling), into + hidden_,
                     [count](float total) { return total / count; });
    }
  });
}

template <class Number>
template <class Id>
void Lstm<Number>::run(Group& group, const LstmRows<Id>& rows, const LstmStates& states) const {
  int64_t active = 0;
  for (int64_t left = rows.counts[group.members[0]]; left > 0; --left, group.parity = 1 - group.parity) {
    for (; active < group.size && rows.counts[group.members[active]] >= left; ++active)
      start(group, active, states, rows.states[group.members[active]]);
    for (int64_t place = 0; place < active; ++place) {
      const int64_t row = group.members[place];
      const Id id = rows.values[rows.starts[row] + (rows.backward ? left - 1 : rows.counts[row] - left)];
      group.table_rows[static_cast<size_t>(place)] = table_.data() + id * 4 * hidden_;
      prefetch(group.table_rows[static_cast<size_t>(place)], 4 * level_.units);  // table rows are read in random order
    }
    for (int64_t layer = 0; layer < layers(); ++layer) step_layer(group, layer, active, left == 1);
  }
}

// Sets a row's initial state.
template <class Number>
void Lstm<Number>::start(Group& group, int64_t place, const LstmStates& states, int64_t state) const {
  for (int64_t layer = 0; layer < layers(); ++layer) {
    const int64_t from = (state * layers() + layer) * hidden_, to = place * hidden_;
    std::copy_n(states.cells + from, hidden_, group.cells.data() + layer * group.size_of_layer + to);
    std::transform(states.outputs + from, states.outputs + from + hidden_,
                   group.outputs_of(layer, layers(), false) + to, rounded<Number>);
  }
  if (group.pooling == LstmPooling::kLast) return;
  float* const pooled = group.pooled.data() + place * 2 * hidden_;
  std::fill_n(pooled, hidden_, -std::numeric_limits<float>::infinity());
  std::fill_n(pooled + hidden_, hidden_, 0.0f);
}

template <class Number>
void Lstm<Number>::step_layer(Group& group, int64_t layer, int64_t active, bool last) const {
  const Layer& weights = layers_[static_cast<size_t>(layer)];
  const bool top = layer + 1 == layers(), pools = top && group.pooling == LstmPooling::kMaxMean;
  const bool exact = last && top && !pools;
  LstmTile<Number> tile;
  tile.gate_stride = level_.units;
  tile.products.count = weights.inputs_count;
  tile.products.steps = hidden_ / kInputsAtOnce<Number>;
  tile.exact_outputs[0] = nullptr;
  tile.logits[0] = nullptr;
  tile.totals_at = hidden_;
  for (int64_t unit = 0; unit < hidden_; unit += level_.units) {
    tile.products.weights = weights.weights.data() + unit * 4 * weights.inputs_count * hidden_;
    for (int64_t place = 0; place < active; place += level_.rows) {
      tile.rows = std::min(level_.rows, active - place);
      for (int64_t row = 0; row < tile.rows; ++row) {
        const float* const of_id = group.table_rows[static_cast<size_t>(place + row)];
        tile.first_sums[row] = (layer == 0 ? of_id : weights.biases.data()) + 4 * unit;
        if (layer == 0 && unit + level_.units < hidden_)
          prefetch(tile.first_sums[row] + 4 * level_.units, 4 * level_.units);
        const int64_t at = (place + row) * hidden_;
        tile.products.inputs[0][row] = group.outputs_of(layer, layers(), false) + at;
        if (layer > 0) tile.products.inputs[1][row] = group.outputs_of(layer - 1, layers(), true) + at;
        tile.cells[row] = group.cells.data() + layer * group.size_of_layer + at + unit;
        tile.cells_before[row] = tile.cells[row];
        tile.outputs[row] = group.outputs_of(layer, layers(), true) + at + unit;
        if (exact) tile.exact_outputs[row] = group.pooled.data() + at + unit;
        if (pools) tile.maxima[row] = group.pooled.data() + 2 * at + unit;
      }
      level_.step(tile);
    }
  }
}

template class Lstm<float>;
template class Lstm<Bf16>;
template void Lstm<float>::pool(LstmPooling, const LstmRows<int16_t>&, const LstmStates&, float*, int) const;
template void Lstm<float>::pool(LstmPooling, const LstmRows<int32_t>&, const LstmStates&, float*, int) const;
template void Lstm<Bf16>::pool(LstmPooling, const LstmRows<int16_t>&, const LstmStates&, float*, int) const;
template void Lstm<Bf16>::pool(LstmPooling, const LstmRows<int32_t>&, const LstmStates&, float*, int) const;

}  // namespace sentiment_fast
