// The SIMD levels: for each the functions that have a version of their own. Which a machine can run is found out when
// the core is loaded.
//
// All give the same results. A level needs what its name says of the CPU and of the operating system; `scalar` needs
// nothing and is the one that can be read.
#pragma once

#include <string>
#include <vector>

#include "clean_ascii.h"
#include "csv_bits.h"

namespace sentiment_fast {

struct Level {
  const char* name;
  CleanAscii clean_ascii;
  FindCsvBits find_csv_bits;
};

// The levels that this machine can run, from "scalar" up; the last is the fastest.
const std::vector<Level>& levels();

// The level of a name; throws std::invalid_argument, which names those there are, for one that can't run here.
const Level& level_named(const std::string& name);

}  // namespace sentiment_fast
