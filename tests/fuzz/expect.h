// How a target says that it found something: a line on stderr, then abort(), which fuzzers and sanitizers take over.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

inline void expect(bool holds, const std::string& what) {
  if (holds) return;
  std::fprintf(stderr, "Expected %s\n", what.c_str());
  std::abort();
}
