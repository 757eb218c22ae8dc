// A trace after a backward pass -> the gradients of the loss with respect to the LSTM's weights and its table.
//
// A weight's gradient is the sum over all slots of the gate's gradient times the weight's input: the products of
// lstm/cell.h again, with slots in place of inputs.
#include <algorithm>
#include <cstring>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "lstm/training.h"
#include "parallel/threads.h"

namespace sentiment_fast {
namespace {

// Slots / slots at once that are packed and multiplied at a time: a tile's outputs then take half of the L1 cache.
constexpr int64_t kBlockSteps = 128;

template <int64_t kUnits>
void interleave(const float* const (&read)[1], float* to) {
  std::copy_n(read[0], kUnits, to);
}

template <int64_t kUnits>
void interleave(const Bf16* const (&read)[2], Bf16* to) {
  uint32_t pairs[kUnits];  // written so that compilers vectorize it
  for (int64_t unit = 0; unit < kUnits; ++unit)
    pairs[unit] = read[0][unit] | static_cast<uint32_t>(read[1][unit]) << 16;
  std::memcpy(to, pairs, sizeof pairs);
}

// A matrix of slots to read, and the columns to pack.
template <class Number>
struct Columns {
  const Number* rows;  // (slots, columns)
  int64_t slots, columns;
  int64_t first, last;  // the range of columns to pack
  int64_t together;     // adjacent vectors of columns at each step
};

// Packs the slots from `slot` on, with zeros after the last one, into (vectors / together, block's steps, together,
// units, slots at once).
template <class Number, int64_t kUnits>
void pack_units(const Columns<Number>& from, int64_t slot, int64_t steps, Number* packed) {
  constexpr int64_t kAtOnce = kInputsAtOnce<Number>, kVector = kUnits * kAtOnce;
  static const Number kZeros[kUnits] = {};
  for (int64_t step = 0; step < steps; ++step) {
    for (int64_t column = from.first; column < from.last; column += kUnits) {
      const int64_t vector = (column - from.first) / kUnits;
      const int64_t group = vector / from.together, within = vector % from.together;
      Number* const to = packed + ((group * kBlockSteps + step) * from.together + within) * kVector;
      const Number* read[kAtOnce];
      for (int64_t i = 0; i < kAtOnce; ++i) {
        const int64_t at = slot + step * kAtOnce + i;
        read[i] = at < from.slots ? from.rows + at * from.columns + column : kZeros;
      }
      interleave<kUnits>(read, to);
    }
  }
}

// Adds a slot's gradients in the tiles from `first` to `last` to sums in PyTorch's order.
template <class Number, int64_t kUnits>
void add_units(const Number* gradients, int64_t first, int64_t last, int64_t hidden, float* sums) {
  for (int64_t tile = first; tile < last; ++tile)
    for (int64_t gate = 0; gate < 4; ++gate)
      for (int64_t unit = 0; unit < kUnits; ++unit)
        sums[gate * hidden + tile * kUnits + unit] += to_float(gradients[(tile * 4 + gate) * kUnits + unit]);
}

}  // namespace

// One thread's work: the gradients of the gates of some tiles, block by block.
template <class Number>
class LstmTraining<Number>::Share {
 public:
  Share(const LstmTraining& lstm, const LstmTrace<Number>& trace, int64_t first, int64_t last)
      : lstm_(lstm),
        trace_(trace),
        units_(lstm.level_.units),
        first_(first),
        last_(last),
        vector_(units_ * kInputsAtOnce<Number>),
        gradients_((last - first) * 4 * kBlockSteps * vector_),
        outputs_(lstm.back_tiles() * 4 * kBlockSteps * vector_) {}

  void add(int64_t layer, const LstmLayerGradients& sums) {
    const auto& kept = trace_.layer(layer);
    const int64_t hidden = lstm_.hidden_, slots = trace_.slots();
    const Columns<Number> gradients{kept.logits.data(), slots, 4 * hidden, first_ * 4 * units_, last_ * 4 * units_, 1};
    for (int64_t slot = 0; slot < slots; slot += kBlockSteps * kInputsAtOnce<Number>) {
      steps_ = std::min(kBlockSteps, (slots - slot + kInputsAtOnce<Number> - 1) / kInputsAtOnce<Number>);
      pack(gradients, slot, gradients_.data());
      multiply({kept.outputs.data(), slots, hidden, 0, hidden, 4}, slot, sums.own);
      if (!sums.below) continue;
      // A step reads the output of the layer below at the same step, which is one slot further.
      const Number* const below = trace_.layer(layer - 1).outputs.data() + hidden;
      multiply({below, slots - 1, hidden, 0, hidden, 4}, slot, sums.below);
    }
    if (sums.biases)
      for (int64_t slot = 0; slot < slots; ++slot) add_slot(layer, slot, sums.biases);
  }

  void add_slot(int64_t layer, int64_t slot, float* sums) const {
    const Number* const gradients = trace_.layer(layer).logits.data() + slot * 4 * lstm_.hidden_;
    (units_ == 8 ? add_units<Number, 8> : add_units<Number, 16>)(gradients, first_, last_, lstm_.hidden_, sums);
  }

 private:
  void pack(const Columns<Number>& from, int64_t slot, Number* packed) const {
    (units_ == 8 ? pack_units<Number, 8> : pack_units<Number, 16>)(from, slot, steps_, packed);
  }

  // sums, (4 hidden, hidden), += transposed gradients * outputs
  void multiply(const Columns<Number>& outputs, int64_t slot, float* sums) {
    pack(outputs, slot, outputs_.data());
    const int64_t hidden = lstm_.hidden_;
    LstmBackTile<Number> tile;
    tile.products.count = 1;
    tile.products.steps = steps_;
    tile.products.stride = vector_;
    for (int64_t wide = 0; wide < lstm_.back_tiles(); ++wide) {
      tile.vectors = std::min<int64_t>(4, hidden / units_ - 4 * wide);
      tile.products.weights = outputs_.data() + wide * 4 * kBlockSteps * vector_;
      for (int64_t of_gate = 0; of_gate < 4 * (last_ - first_); ++of_gate) {
        const int64_t row = of_gate % 4 * hidden + (first_ + of_gate / 4) * units_;
        for (int64_t unit = 0; unit < units_; unit += lstm_.level_.rows) {
          tile.rows = std::min(lstm_.level_.rows, units_ - unit);
          for (int64_t i = 0; i < tile.rows; ++i) {
            tile.products.inputs[0][i] =
                gradients_.data() + of_gate * kBlockSteps * vector_ + (unit + i) * kInputsAtOnce<Number>;
            tile.sums[i] = sums + (row + unit + i) * hidden + wide * 4 * units_;
          }
          lstm_.level_.step_back(tile);
        }
      }
    }
  }

  const LstmTraining& lstm_;
  const LstmTrace<Number>& trace_;
  const int64_t units_, first_, last_, vector_;
  int64_t steps_ = 0;
  Aligned<Number> gradients_;  // one block: (tiles, 4 gates, steps, units, slots at once)
  Aligned<Number> outputs_;    // (hidden / (4 units), rounded up, steps, 4 vectors, units, slots at once)
};

// Calls work(share) on threads, each with its own tiles.
template <class Number>
template <class Work>
void LstmTraining<Number>::in_shares(const LstmTrace<Number>& trace, int threads, Work work) const {
  if (!trace.went_back) throw std::invalid_argument("Expected a trace after backward(): run backward() first");
  const int64_t tiles = hidden_ / level_.units;
  const int shares = useful_threads(threads, static_cast<size_t>(tiles));
  on_threads(shares, [&](int number) {
    Share share(*this, trace, tiles * number / shares, tiles * (number + 1) / shares);
    work(share);
  });
}

template <class Number>
void LstmTraining<Number>::add_weight_gradients(const LstmTrace<Number>& trace,
                                                const std::vector<LstmLayerGradients>& layers, int threads) const {
  in_shares(trace, threads, [&](Share& share) {
    for (size_t layer = 0; layer < layers.size(); ++layer) share.add(static_cast<int64_t>(layer), layers[layer]);
  });
}

template <class Number>
void LstmTraining<Number>::add_table_gradients(const LstmTrace<Number>& trace, const int32_t* ids, int64_t table_rows,
                                               float* table, int threads) const {
  // Sorts the slots by id (counting sort), so that each table row is updated while it is in the cache.
  std::vector<int64_t> next(static_cast<size_t>(table_rows) + 1);
  std::vector<int64_t> slots(static_cast<size_t>(trace.slots() - trace.rows()));
  for (size_t i = 0; i < slots.size(); ++i) ++next[static_cast<size_t>(ids[i]) + 1];
  std::partial_sum(next.begin(), next.end(), next.begin());
  for (int64_t row = 0; row < trace.rows(); ++row) {
    const int64_t first = trace.first(row);
    for (int64_t slot = first; slot < first + trace.count(row); ++slot)
      slots[static_cast<size_t>(next[static_cast<size_t>(ids[slot - row])]++)] = slot;
  }
  // next[id] is now the end of the slots of `id`.
  in_shares(trace, threads, [&](Share& share) {
    int64_t at = 0;
    for (int64_t id = 0; id < table_rows; ++id)
      for (; at < next[static_cast<size_t>(id)]; ++at)
        share.add_slot(0, slots[static_cast<size_t>(at)], table + id * 4 * hidden_);
  });
}

template void LstmTraining<float>::add_weight_gradients(const LstmTrace<float>&, const std::vector<LstmLayerGradients>&,
                                                        int) const;
template void LstmTraining<Bf16>::add_weight_gradients(const LstmTrace<Bf16>&, const std::vector<LstmLayerGradients>&,
                                                       int) const;
template void LstmTraining<float>::add_table_gradients(const LstmTrace<float>&, const int32_t*, int64_t, float*,
                                                       int) const;
template void LstmTraining<Bf16>::add_table_gradients(const LstmTrace<Bf16>&, const int32_t*, int64_t, float*,
                                                      int) const;

}  // namespace sentiment_fast
