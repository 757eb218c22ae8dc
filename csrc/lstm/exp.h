// exp for the gates, as every SIMD version computes it: 2^x = 2^floor(x) * polynomial(x - floor(x)).
//
// With I = exp(-input), F = exp(-forget), G = exp(-2 candidate), O = exp(-output), C = exp(-2 cell), and so
// sigmoid = 1 / (1 + I) and tanh = (1 - G) / (1 + G), over common denominators: two divisions instead of five.
//
//   cell   = (cell (1 + I)(1 + G) + (1 - G)(1 + F)) / ((1 + F)(1 + I)(1 + G))
//   output = (1 - C) / ((1 + O)(1 + C))
//
// A step back takes the gates one by one, since it multiplies by the slopes: of sigmoid, I / (1 + I)^2, of tanh,
// 4 G / (1 + G)^2, which lose nothing where a gate is near 1.
#pragma once

namespace sentiment_fast {

constexpr float kLog2OfE = 1.44269504f;

// The power of two is cut to +-this, which changes no sigmoid by more than 1e-9 and keeps products of three such finite.
constexpr float kMostPower = 30;

// Of the highest power first. The least relative error of a polynomial that is exact at 0 and 1: 2e-9, 6e-8 with that of
// float32. (With one coefficient less it is 1e-7 and has a slope at 0, which adds up in cells that forget nothing.)
constexpr float kExpCoefficients[] = {0.00021715498587582260f, 0.0012440785067155957f, 0.009678066708147526f,
                                      0.05548415705561638f,    0.2402295172214508f,    0.6931470036506653f,
                                      1};

// The same with an error of 3e-6, for numbers of bf16, whose own is 2e-3.
constexpr float kShortExpCoefficients[] = {0.013555746629555363f, 0.05203237024301593f, 0.24137976218177054f,
                                           0.6930321209456581f, 1};

}  // namespace sentiment_fast
