#include "lstm/training.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>

#include "parallel/prefetch.h"
#include "parallel/threads.h"

namespace sentiment_fast {
namespace {

// Rows that a thread takes at a time: a layer's weights are loaded from beyond the L2 cache once for all of them.
constexpr int64_t kGroupRows = 64;

}  // namespace

template <class Number>
LstmTraining<Number>::LstmTraining(int64_t hidden, int64_t layers, const LstmKernels<Number>& level)
    : level_(level), hidden_(hidden), layers_count_(layers) {
  for (int64_t layer = 0; layer < layers; ++layer)
    layers_.push_back({Aligned<Number>((layer == 0 ? 1 : 2) * 4 * hidden * hidden),
                       Aligned<Number>(back_tiles() * back_tile_size(layer)), Aligned<float>(4 * hidden)});
}

template <class Number>
int64_t LstmTraining<Number>::back_tile_size(int64_t layer) const {
  return (layer + 1 == layers() ? 1 : 2) * 4 * hidden_ * 4 * level_.units;
}

template <class Number>
void LstmTraining<Number>::set_weights(const std::vector<LstmLayerWeights>& given, int threads) {
  for (size_t layer = 1; layer < given.size(); ++layer)
    copy_in_tiles(hidden_, level_.units, given[layer].biases, layers_[layer].biases.data());
  const int64_t tiles = hidden_ / level_.units, pieces = tiles + back_tiles();
  for_each_block(pieces * layers(), 1, threads, [&](Range piece) {
    const int64_t layer = piece.begin / pieces, tile = piece.begin % pieces - tiles;
    const size_t at = static_cast<size_t>(layer);
    Layer& packed = layers_[at];
    if (tile >= 0) {
      const bool top = layer + 1 == layers();
      const float* const matrices[] = {given[at].own, top ? nullptr : given[at + 1].below};
      pack_back_tile(level_, hidden_, matrices, top ? 1 : 2, tile * 4 * level_.units,
                     packed.back_weights.data() + tile * back_tile_size(layer));
    } else {
      const int count = layer == 0 ? 1 : 2;
      const float* const matrices[] = {given[at].own, given[at].below};
      const int64_t unit = (tile + tiles) * level_.units;
      pack_tile(level_, hidden_, matrices, count, unit, packed.weights.data() + unit * 4 * count * hidden_);
    }
  });
}

template <class Number>
void LstmTraining<Number>::check(const LstmSteps& steps, const LstmStates& states) const {
  int64_t ids = 0;
  for (int64_t row = 0; row < steps.rows; ++row) {
    if (steps.counts[row] < 1 || steps.counts[row] > steps.ids_count - ids)
      throw std::invalid_argument("Expected rows of 1 or more of " + std::to_string(steps.ids_count) + " ids, got " +
                                  std::to_string(steps.counts[row]) + " from " + std::to_string(ids));
    ids += steps.counts[row];
    if (steps.states[row] < 0 || steps.states[row] >= states.count)
      throw std::invalid_argument("Expected one of " + std::to_string(states.count) + " states to start from, got " +
                                  std::to_string(steps.states[row]));
  }
  if (ids != steps.ids_count)
    throw std::invalid_argument("Expected " + std::to_string(ids) + " ids, the sum of the rows' counts, got " +
                                std::to_string(steps.ids_count));
  for (int64_t i = 0; i < ids; ++i)
    if (steps.ids[i] < 0 || steps.ids[i] >= steps.table_rows)
      throw std::invalid_argument("Expected ids of 0 to " + std::to_string(steps.table_rows - 1) + ", got " +
                                  std::to_string(steps.ids[i]));
}

// Calls run(members) for groups of rows, longest first. Group g of n takes every n-th row from row g on, so that groups
// take equally long.
template <class Number>
template <class Run>
void LstmTraining<Number>::in_groups(const LstmTrace<Number>& trace, int threads, Run run) const {
  const int64_t rows = trace.rows();
  const int64_t most = useful_threads(threads, static_cast<size_t>((rows + level_.rows - 1) / level_.rows));
  const int64_t groups = most * ((rows + most * kGroupRows - 1) / (most * kGroupRows));
  for_each_block(groups, 1, static_cast<int>(most), [&](Range group) {
    std::vector<int64_t> members;
    for (int64_t place = group.begin; place < rows; place += groups)
      members.push_back(trace.order[static_cast<size_t>(place)]);
    run(members);
  });
}

template <class Number>
void LstmTraining<Number>::forward(const LstmSteps& steps, const LstmStates& states, LstmTrace<Number>& trace,
                                   LstmRowStates last, int threads) const {
  check(steps, states);
  if (steps.ids_count + steps.rows > trace.capacity)
    throw std::invalid_argument("Expected a trace of " + std::to_string(steps.ids_count + steps.rows) +
                                " slots or more, got " + std::to_string(trace.capacity));
  trace.went_back = false;
  trace.counts.assign(steps.counts, steps.counts + steps.rows);
  trace.firsts.resize(trace.counts.size());
  int64_t slots = 0;
  for (size_t row = 0; row < trace.counts.size(); slots += trace.counts[row++] + 1) trace.firsts[row] = slots;
  trace.order.resize(trace.counts.size());
  std::iota(trace.order.begin(), trace.order.end(), 0);
  std::stable_sort(trace.order.begin(), trace.order.end(),
                   [&](int64_t a, int64_t b) { return steps.counts[a] > steps.counts[b]; });

  in_groups(trace, threads, [&](const std::vector<int64_t>& members) {
    const auto count = [&](int64_t place) { return trace.count(members[static_cast<size_t>(place)]); };
    const int64_t size = static_cast<int64_t>(members.size());
    // Rows are aligned at their ends, so the active ones are always the first ones.
    int64_t active = 0;
    for (int64_t left = size ? count(0) : 0; left > 0; --left) {
      for (; active < size && count(active) >= left; ++active) {
        const int64_t row = members[static_cast<size_t>(active)], first = trace.first(row);
        for (int64_t layer = 0; layer < layers(); ++layer) {
          auto& kept = trace.layer(layer);
          const int64_t from = (steps.states[row] * layers() + layer) * hidden_;
          std::copy_n(states.cells + from, hidden_, kept.cells.data() + first * hidden_);
          std::transform(states.outputs + from, states.outputs + from + hidden_, kept.outputs.data() + first * hidden_,
                         rounded<Number>);
          std::fill_n(kept.logits.data() + (first + left) * 4 * hidden_, 4 * hidden_, Number{});
        }
      }
      step(steps, trace, members, active, left, last);
    }
  });
}

// One step of all layers for the first `active` rows, which have `left` ids left.
template <class Number>
void LstmTraining<Number>::step(const LstmSteps& steps, LstmTrace<Number>& trace, const std::vector<int64_t>& members,
                                int64_t active, int64_t left, LstmRowStates last) const {
  LstmTile<Number> tile;
  tile.products.steps = hidden_ / kInputsAtOnce<Number>;
  for (int64_t layer = 0; layer < layers(); ++layer) {
    auto& kept = trace.layer(layer);
    const Layer& weights = layers_[static_cast<size_t>(layer)];
    tile.products.count = layer == 0 ? 1 : 2;
    tile.gate_stride = layer == 0 ? hidden_ : level_.units;
    tile.exact_outputs[0] = nullptr;
    for (int64_t unit = 0; unit < hidden_; unit += level_.units) {
      tile.products.weights = weights.weights.data() + unit * 4 * tile.products.count * hidden_;
      for (int64_t place = 0; place < active; place += level_.rows) {
        tile.rows = std::min(level_.rows, active - place);
        for (int64_t i = 0; i < tile.rows; ++i) {
          const int64_t row = members[static_cast<size_t>(place + i)];
          const int64_t first = trace.first(row);
          const int64_t slot = first + trace.count(row) - left;
          // The id at a slot is ids[slot - row], because each row has one slot more than ids.
          tile.first_sums[i] = layer == 0 ? steps.table + int64_t{steps.ids[slot - row]} * 4 * hidden_ + unit
                                          : weights.biases.data() + 4 * unit;
          tile.products.inputs[0][i] = kept.outputs.data() + slot * hidden_;
          if (layer > 0) tile.products.inputs[1][i] = trace.layer(layer - 1).outputs.data() + (slot + 1) * hidden_;
          tile.cells_before[i] = kept.cells.data() + slot * hidden_ + unit;
          tile.cells[i] = kept.cells.data() + (slot + 1) * hidden_ + unit;
          tile.outputs[i] = kept.outputs.data() + (slot + 1) * hidden_ + unit;
          tile.logits[i] = kept.logits.data() + slot * 4 * hidden_ + 4 * unit;
          if (left == 1) tile.exact_outputs[i] = last.outputs + (row * layers() + layer) * hidden_ + unit;
        }
        for (int64_t next = place + level_.rows; next < std::min(place + 2 * level_.rows, active); ++next) {
          const int64_t row = members[static_cast<size_t>(next)];
          const int64_t slot = trace.first(row) + trace.count(row) - left;
          prefetch(kept.logits.data() + slot * 4 * hidden_ + 4 * unit, 4 * level_.units);
          prefetch(kept.cells.data() + (slot + 1) * hidden_ + unit, level_.units);
          prefetch(kept.outputs.data() + (slot + 1) * hidden_ + unit, level_.units);
          if (layer == 0)
            for (int64_t gate = 0; gate < 4; ++gate)
              prefetch(steps.table + (int64_t{steps.ids[slot - row]} * 4 + gate) * hidden_ + unit, level_.units);
        }
        level_.step(tile);
        if (left == 1)
          for (int64_t i = 0; i < tile.rows; ++i)
            std::copy_n(tile.cells[i], level_.units,
                        last.cells + (members[static_cast<size_t>(place + i)] * layers() + layer) * hidden_ + unit);
      }
    }
  }
}

template <class Number>
void LstmTraining<Number>::backward(LstmTrace<Number>& trace, LstmRowStates by_last, const LstmLastStep* more,
                                    const LstmPooledGradients* by_pooled, float* by_first_outputs, int threads) const {
  if (trace.went_back) throw std::invalid_argument("Expected a trace before backward(): run forward() again");
  trace.went_back = true;
  in_groups(trace, threads, [&](const std::vector<int64_t>& members) {
    const auto count = [&](int64_t place) { return trace.count(members[static_cast<size_t>(place)]); };
    int64_t active = static_cast<int64_t>(members.size());
    for (int64_t left = 1; active > 0 && left <= count(0); ++left) {
      while (count(active - 1) < left) --active;
      step_back(trace, members, active, left, by_last, more, by_pooled);
    }
    go_to_start(trace, members, by_first_outputs);
  });
}

// Points a tile at its units and their weights; returns the first unit.
template <class Number>
int64_t LstmTraining<Number>::aim(LstmBackTile<Number>& tile, int64_t layer, int64_t number) const {
  const int64_t unit = number * 4 * level_.units;
  tile.vectors = std::min<int64_t>(4, (hidden_ - unit) / level_.units);
  tile.products.weights = layers_[static_cast<size_t>(layer)].back_weights.data() + number * back_tile_size(layer);
  return unit;
}

// Backward through one step: the one before which the first `active` rows have `left` ids left.
template <class Number>
void LstmTraining<Number>::step_back(LstmTrace<Number>& trace, const std::vector<int64_t>& members, int64_t active,
                                     int64_t left, LstmRowStates by_last, const LstmLastStep* more,
                                     const LstmPooledGradients* by_pooled) const {
  LstmBackTile<Number> tile;
  float gradients[kMostTileRows][4 * kUnitsMultiple];
  tile.products.steps = 4 * hidden_ / kInputsAtOnce<Number>;
  tile.sums[0] = nullptr;
  for (int64_t layer = layers() - 1; layer >= 0; --layer) {
    auto& kept = trace.layer(layer);
    const bool top = layer + 1 == layers();
    tile.products.count = top ? 1 : 2;
    tile.output_gradients[0] = nullptr;
    for (int64_t number = 0; number < back_tiles(); ++number) {
      const int64_t unit = aim(tile, layer, number);
      for (int64_t place = 0; place < active; place += level_.rows) {
        tile.rows = std::min(level_.rows, active - place);
        for (int64_t i = 0; i < tile.rows; ++i) {
          const int64_t row = members[static_cast<size_t>(place + i)];
          const int64_t slot = trace.first(row) + trace.count(row) - left;
          const int64_t at = (row * layers() + layer) * hidden_ + unit;
          tile.products.inputs[0][i] = kept.logits.data() + (slot + 1) * 4 * hidden_;
          if (!top) tile.products.inputs[1][i] = trace.layer(layer + 1).logits.data() + slot * 4 * hidden_;
          if (left == 1) tile.output_gradients[i] = by_last.outputs + at;
          if (left == 2 && more) tile.output_gradients[i] = more->outputs_before + at;
          if (top && by_pooled) {
            const int64_t count = tile.vectors * level_.units, step = trace.count(row) - left;
            if (left == 1 || (left == 2 && more))
              std::copy_n(tile.output_gradients[i], count, gradients[i]);
            else
              std::fill_n(gradients[i], count, 0.0f);
            by_pooled->add_to(gradients[i], hidden_, row, step, trace.count(row), unit, count);
            tile.output_gradients[i] = gradients[i];
          }
          tile.cells_before[i] = kept.cells.data() + slot * hidden_ + unit;
          tile.cells[i] = kept.cells.data() + (slot + 1) * hidden_ + unit;
          tile.cell_gradients[i] = by_last.cells + at;
          tile.logits[i] = kept.logits.data() + slot * 4 * hidden_ + 4 * unit;
        }
        for (int64_t next = place + level_.rows; next < std::min(place + 2 * level_.rows, active); ++next) {
          const int64_t row = members[static_cast<size_t>(next)];
          const int64_t slot = trace.first(row) + trace.count(row) - left;
          prefetch(kept.logits.data() + slot * 4 * hidden_ + 4 * unit, 4 * tile.vectors * level_.units);
          prefetch(kept.cells.data() + slot * hidden_ + unit, tile.vectors * level_.units);
        }
        level_.step_back(tile);
      }
    }
    if (left == 1 && more) add_to_last_step(trace, members, layer, by_last, *more);
  }
}

template <class Number>
void LstmTraining<Number>::add_to_last_step(LstmTrace<Number>& trace, const std::vector<int64_t>& members,
                                            int64_t layer, LstmRowStates by_last, const LstmLastStep& more) const {
  const int64_t units = level_.units;
  for (const int64_t row : members) {
    const int64_t slot = trace.first(row) + trace.count(row) - 1;
    const int64_t at = (row * layers() + layer) * hidden_;
    Number* const logits = trace.layer(layer).logits.data() + slot * 4 * hidden_;
    for (int64_t unit = 0; unit < hidden_; ++unit) {
      for (int64_t gate = 0; gate < 4; ++gate) {
        Number& logit = logits[(unit / units * 4 + gate) * units + unit % units];
        logit = rounded<Number>(to_float(logit) + more.logits[4 * at + gate * hidden_ + unit]);
      }
      by_last.cells[at + unit] += more.cells_before[at + unit];
    }
  }
}

// From the gates of the first steps to the rows' initial outputs.
template <class Number>
void LstmTraining<Number>::go_to_start(LstmTrace<Number>& trace, const std::vector<int64_t>& members,
                                       float* by_first_outputs) const {
  const int64_t size = static_cast<int64_t>(members.size());
  LstmBackTile<Number> tile;
  tile.products.steps = 4 * hidden_ / kInputsAtOnce<Number>;
  tile.products.count = 1;
  for (int64_t layer = 0; layer < layers(); ++layer) {
    for (int64_t number = 0; number < back_tiles(); ++number) {
      const int64_t unit = aim(tile, layer, number);
      for (int64_t place = 0; place < size; place += level_.rows) {
        tile.rows = std::min(level_.rows, size - place);
        for (int64_t i = 0; i < tile.rows; ++i) {
          const int64_t row = members[static_cast<size_t>(place + i)];
          tile.products.inputs[0][i] = trace.layer(layer).logits.data() + trace.first(row) * 4 * hidden_;
          tile.sums[i] = by_first_outputs + (row * layers() + layer) * hidden_ + unit;
        }
        level_.step_back(tile);
      }
    }
  }
}

template class LstmTraining<float>;
template class LstmTraining<Bf16>;

}  // namespace sentiment_fast
