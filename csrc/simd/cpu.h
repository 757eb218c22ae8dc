// What this CPU can do, and which versions of the hot functions it can run: the one table of SIMD levels.
//
// A level is a set of instructions with a name. All levels give the same results (the LSTM: within rounding). A level
// needs what its name says of the CPU and of the operating system; `scalar` needs nothing and is the one that can be
// read. Nothing is chosen here: callers pass a level by name, by default the last of the list. The Python package takes
// that default, or the level that the environment variable SENTIMENT_FAST_SIMD names (sentiment_fast/text/encoding.py).
//
// Adding a level, `neon` for example, takes up to three new files and an edit in one:
//
//   text/neon.cpp, csv/neon.cpp, lstm/neon.cpp   its versions, as many of them as pay: a table row may have gaps
//   simd/cpu.cpp                                 their declarations, a row of kLevels, and the detection of the CPU
//                                                features that it needs, if they are not known yet
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "csv/bits.h"
#include "lstm/cell.h"
#include "text/clean_ascii.h"

namespace sentiment_fast {

// What cleaning and CSV files need of a level.
struct Level {
  const char* name;
  CleanAscii* clean_ascii;
  FindCsvBits* find_csv_bits;
};

// What the LSTM needs of one, for weights and outputs of one type of numbers, float or Bf16.
template <class Number>
struct LstmLevel : LstmKernels<Number> {
  const char* name;
};

// The levels that this machine can run, from "scalar" up; the last is the fastest.
const std::vector<Level>& levels();
template <class Number>
const std::vector<LstmLevel<Number>>& lstm_levels();

// The level of a name; throws std::invalid_argument, which names those there are, for one that can't run here.
const Level& level_named(const std::string& name);
template <class Number>
const LstmLevel<Number>& lstm_level_named(const std::string& name);

// The CPU features that are known on this architecture, and whether this machine, its operating system included, has
// them. The last two sum up: "bf16", whether it multiplies bf16 matrices in hardware, by whatever instructions, and
// "amx", whether it does so in tiles, several times as fast as with AVX-512.
const std::vector<std::pair<const char*, bool>>& cpu_features();

}  // namespace sentiment_fast
