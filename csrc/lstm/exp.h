// Defines the exp of the gates for all SIMD versions: 2^x = 2^floor(x) * polynomial(x - floor(x)).
//
// With I = exp(-input), F = exp(-forget), G = exp(-2 candidate), O = exp(-output), C = exp(-2 cell), and so
// sigmoid = 1 / (1 + I) and tanh = (1 - G) / (1 + G), over common denominators: two divisions instead of five.
//
//   cell   = (cell (1 + I)(1 + G) + (1 - G)(1 + F)) / ((1 + F)(1 + I)(1 + G))
//   output = (1 - C) / ((1 + O)(1 + C))
//
// A backward step computes each gate separately, because it multiplies by the derivatives: I / (1 + I)^2 for sigmoid,
// 4 G / (1 + G)^2 for tanh. These lose no precision when a gate is near 1.
#pragma once

namespace sentiment_fast {

constexpr float kLog2OfE = 1.44269504f;

// The power of two is clamped to +-this, which changes no sigmoid by more than 1e-9 and keeps products of three finite.
constexpr float kMostPower = 30;

// Highest power first. The minimax polynomial that is exact at 0 and 1: its relative error is 2e-9, or 6e-8 in float32.
// (With one coefficient less, the error is 1e-7 with a slope at 0, which accumulates in cells that forget nothing.)
constexpr float kExpCoefficients[] = {0.00021715498587582260f,
                                      0.0012440785067155957f,
                                      0.009678066708147526f,
                                      0.05548415705561638f,
                                      0.2402295172214508f,
                                      0.6931470036506653f,
                                      1};

// The same with an error of 3e-6, for bf16, whose rounding error is 2e-3.
constexpr float kShortExpCoefficients[] = {0.013555746629555363f, 0.05203237024301593f, 0.24137976218177054f,
                                           0.6930321209456581f, 1};

}  // namespace sentiment_fast
