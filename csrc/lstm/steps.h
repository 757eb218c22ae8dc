// Implements the steps of an LSTM layer, forward and backward, once for all vector types.
//
// Each SIMD version defines the following, includes this file, and exports kKernels under a name that simd/cpu.cpp
// lists:
//
//   WITH_LEVEL               the target attribute of its functions
//   Number, Vector           a Vector holds kUnits floats; a tile has up to kMostRows rows
//   load, store, set         floats <-> Vector
//   add, subtract, multiply, divide, multiply_add
//   maximum                  the second operand if that is NaN
//   inverse                  at least as precise as Number
//   exp_of_minus             exp(-scale x)
//   load_numbers, store_numbers
//   add_products<rows>       sums += LstmProducts
//
// lstm/exp.h explains how the gates are computed.
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include "lstm/cell.h"

#define INLINED_AT_LEVEL WITH_LEVEL __attribute__((always_inline)) inline

namespace sentiment_fast {
namespace {

// gates: the logits of input, forget, candidate and output for a vector of units. Returns the outputs.
INLINED_AT_LEVEL Vector close_step(const Vector (&gates)[4], const float* cells_before, float* cells) {
  const Vector one = set(1);
  const Vector input = add(one, exp_of_minus(gates[0], 1));
  const Vector forget = add(one, exp_of_minus(gates[1], 1));
  const Vector candidate = exp_of_minus(gates[2], 2);
  const Vector added = multiply(input, add(one, candidate));  // its denominator
  const Vector kept = multiply(load(cells_before), added);
  const Vector sum = multiply_add(subtract(one, candidate), forget, kept);
  const Vector cell = divide(sum, multiply(forget, added));
  store(cells, cell);

  const Vector shown = exp_of_minus(cell, 2);
  const Vector open = add(one, exp_of_minus(gates[3], 1));
  return divide(subtract(one, shown), multiply(open, add(one, shown)));
}

// gates: the logits; overwritten by their gradients. Returns the gradients with respect to the cells before the step.
INLINED_AT_LEVEL Vector close_step_back(Vector (&gates)[4], Vector cells_before, Vector cells, Vector by_outputs,
                                        Vector by_cells) {
  const Vector one = set(1), four = set(4);
  const Vector not_input = exp_of_minus(gates[0], 1), not_forget = exp_of_minus(gates[1], 1);
  const Vector not_candidate = exp_of_minus(gates[2], 2), not_open = exp_of_minus(gates[3], 1);
  const Vector not_shown = exp_of_minus(cells, 2);
  const Vector input = inverse(add(one, not_input)), forget = inverse(add(one, not_forget));
  const Vector of_candidate = inverse(add(one, not_candidate)), open = inverse(add(one, not_open));
  const Vector of_shown = inverse(add(one, not_shown));
  const Vector shown = multiply(subtract(one, not_shown), of_shown);
  const Vector candidate = multiply(subtract(one, not_candidate), of_candidate);

  const Vector by_shown = multiply(by_outputs, open);
  const Vector slope_of_shown = multiply(multiply(four, not_shown), multiply(of_shown, of_shown));
  by_cells = multiply_add(by_shown, slope_of_shown, by_cells);
  const Vector by_input = multiply(by_cells, input);
  const Vector slope_of_candidate = multiply(multiply(four, not_candidate), multiply(of_candidate, of_candidate));
  const Vector by_before = multiply(by_cells, forget);
  gates[0] = multiply(multiply(by_input, candidate), multiply(not_input, input));
  gates[1] = multiply(multiply(by_before, cells_before), multiply(not_forget, forget));
  gates[2] = multiply(by_input, slope_of_candidate);
  gates[3] = multiply(multiply(by_shown, shown), multiply(not_open, open));
  return by_before;
}

template <int kRows>
WITH_LEVEL void step_of_rows(const LstmTile<Number>& tile) {
  Vector sums[kRows][4];
#pragma GCC unroll 6
  for (int row = 0; row < kRows; ++row)
#pragma GCC unroll 4
    for (int gate = 0; gate < 4; ++gate) sums[row][gate] = load(tile.first_sums[row] + gate * tile.gate_stride);
  add_products<kRows>(sums, tile.products);
#pragma GCC unroll 6
  for (int row = 0; row < kRows; ++row) {
    const Vector outputs = close_step(sums[row], tile.cells_before[row], tile.cells[row]);
    store_numbers(tile.outputs[row], outputs);
    if (tile.exact_outputs[0]) store(tile.exact_outputs[row], outputs);
    if (float* const maxima = tile.maxima[0] ? tile.maxima[row] : nullptr) {
      store(maxima, maximum(load(maxima), outputs));
      store(maxima + tile.totals_at, add(load(maxima + tile.totals_at), outputs));
    }
    if (tile.logits[0])
#pragma GCC unroll 4
      for (int gate = 0; gate < 4; ++gate) store_numbers(tile.logits[row] + gate * kUnits, sums[row][gate]);
  }
}

template <int kRows>
WITH_LEVEL void step_back_of_rows(const LstmBackTile<Number>& tile) {
  Vector sums[kRows][4];
#pragma GCC unroll 6
  for (int row = 0; row < kRows; ++row)
#pragma GCC unroll 4
    for (int vector = 0; vector < 4; ++vector) sums[row][vector] = set(0);
  add_products<kRows>(sums, tile.products);
#pragma GCC unroll 6
  for (int row = 0; row < kRows; ++row) {
#pragma GCC unroll 4
    for (int64_t vector = 0; vector < 4; ++vector) {
      if (vector >= tile.vectors) continue;
      const int64_t unit = vector * kUnits;
      Vector by_outputs = sums[row][vector];
      if (tile.sums[0]) {
        store(tile.sums[row] + unit, add(load(tile.sums[row] + unit), by_outputs));
        continue;
      }
      if (tile.output_gradients[0]) by_outputs = add(by_outputs, load(tile.output_gradients[row] + unit));
      Number* const logits = tile.logits[row] + 4 * unit;
      Vector gates[4];
      for (int gate = 0; gate < 4; ++gate) gates[gate] = load_numbers(logits + gate * kUnits);
      const Vector by_before = close_step_back(gates, load(tile.cells_before[row] + unit), load(tile.cells[row] + unit),
                                               by_outputs, load(tile.cell_gradients[row] + unit));
      for (int gate = 0; gate < 4; ++gate) store_numbers(logits + gate * kUnits, gates[gate]);
      store(tile.cell_gradients[row] + unit, by_before);
    }
  }
}

// The steps for 1 row, 2 rows and so on.
template <size_t... kRowsLessOne>
constexpr std::array<LstmStep<Number>, sizeof...(kRowsLessOne)> steps_of(std::index_sequence<kRowsLessOne...>) {
  return {step_of_rows<static_cast<int>(kRowsLessOne) + 1>...};
}

template <size_t... kRowsLessOne>
constexpr std::array<LstmStepBack<Number>, sizeof...(kRowsLessOne)> steps_back_of(
    std::index_sequence<kRowsLessOne...>) {
  return {step_back_of_rows<static_cast<int>(kRowsLessOne) + 1>...};
}

constexpr auto kSteps = steps_of(std::make_index_sequence<kMostRows>());
constexpr auto kStepsBack = steps_back_of(std::make_index_sequence<kMostRows>());

void step(const LstmTile<Number>& tile) { kSteps[static_cast<size_t>(tile.rows - 1)](tile); }
void step_back(const LstmBackTile<Number>& tile) { kStepsBack[static_cast<size_t>(tile.rows - 1)](tile); }

constexpr LstmKernels<Number> kKernels{kUnits, kMostRows, step, step_back};

}  // namespace
}  // namespace sentiment_fast
