// Cleaning ASCII, the hot path: one function in several versions, of which simd/cpu.cpp lists the one for each level.
//
// Each gives the same words. How the fast ones work is explained in text/avx512.cpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "text/bytes.h"
#include "text/cleaned_words.h"

namespace sentiment_fast {

// Cleans bytes up to the first that is no ASCII, or all `size` of them, by the table; returns how many were cleaned.
// Whole words are ended, the last one stays open. The caller has reserved `size` bytes in `words`.
using CleanAscii = size_t(const unsigned char* text, size_t size, const AsciiTable& table, CleanedWords& words);

}  // namespace sentiment_fast
