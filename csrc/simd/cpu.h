// Detects CPU features -> the SIMD levels that this machine can run: the only table of levels.
//
// A level is a named set of instructions. All levels give the same results (the LSTM: within rounding). A level needs
// support by the CPU and by the operating system; `scalar` needs none and is the readable one. Callers pass a level by
// name; the fastest is the last of the list. The Python package uses that one, or the level named by the environment
// variable SENTIMENT_FAST_SIMD (sentiment_fast/text/encoding.py).
//
// To add a level, for example `neon`, write up to three files and edit one:
//
//   text/neon.cpp, csv/neon.cpp, lstm/neon.cpp   its versions, where they are faster: a row of the table may have gaps
//   simd/cpu.cpp                                 their declarations, a row in all_levels(), and the detection of the
//                                                CPU features that it needs, unless they are already detected
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "csv/bits.h"
#include "lstm/cell.h"
#include "text/clean_ascii.h"
#include "text/triggers.h"

namespace sentiment_fast {

// A level's versions for cleaning and CSV files.
struct Level {
  const char* name;
  CleanAscii* clean_ascii;
  FindTrigger* find_trigger;
  FindCsvBits* find_csv_bits;
};

// A level's version of the LSTM, for weights and outputs of one number type, float or Bf16.
template <class Number>
struct LstmLevel : LstmKernels<Number> {
  const char* name;
};

// The levels that this machine can run, from "scalar" to the fastest.
const std::vector<Level>& levels();
template <class Number>
const std::vector<LstmLevel<Number>>& lstm_levels();

// The level of this name. Throws std::invalid_argument, which lists the available levels, if it can't run here.
const Level& level_named(const std::string& name);
template <class Number>
const LstmLevel<Number>& lstm_level_named(const std::string& name);

// The CPU features known on this architecture, and whether the CPU and its operating system support them. The last two
// are summaries: "bf16", whether any instructions multiply bf16 matrices in hardware, and "amx", whether AMX tiles do,
// several times as fast as AVX-512.
const std::vector<std::pair<const char*, bool>>& cpu_features();

}  // namespace sentiment_fast
