// Cleaning ASCII, the hot path: three versions of one function, one of which is chosen when the core is loaded.
//
// Each gives the same words. A level needs what its name says of the CPU and of the operating system; `scalar` needs
// nothing and is the one that can be read. How the fast ones work stands in clean_avx512.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bytes.h"
#include "cleaned_words.h"

namespace sentiment_fast {

// Cleans bytes up to the first that is no ASCII, or all `size` of them, by the table; returns how many were cleaned.
// Whole words are ended, the last one stays open. The caller has reserved `size` bytes in `words`.
using CleanAscii = size_t (*)(const unsigned char* text, size_t size, const AsciiTable& table, CleanedWords& words);

struct Level {
  const char* name;
  CleanAscii clean_ascii;
};

// The levels that this machine can run, from "scalar" up; the last is the fastest.
const std::vector<Level>& levels();

// The level of a name; throws std::invalid_argument, which names those there are, for one that can't run here.
const Level& level_named(const std::string& name);

size_t clean_ascii_scalar(const unsigned char* text, size_t size, const AsciiTable& table, CleanedWords& words);
#if defined(__x86_64__) && defined(__GNUC__)
#define SENTIMENT_FAST_X86 1
size_t clean_ascii_avx2(const unsigned char* text, size_t size, const AsciiTable& table, CleanedWords& words);
size_t clean_ascii_avx512(const unsigned char* text, size_t size, const AsciiTable& table, CleanedWords& words);
#endif

}  // namespace sentiment_fast
