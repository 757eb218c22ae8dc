// Declares the cleaning of ASCII, the hot path: one function, with a version for each SIMD level.
//
// simd/cpu.cpp lists the versions. All give the same words. text/avx512.cpp explains how the fast ones work.
#pragma once

#include <cstddef>
#include <cstdint>

#include "text/bytes.h"
#include "text/cleaned_words.h"

namespace sentiment_fast {

// Cleans bytes up to the first non-ASCII one, or all `size` bytes, by the table; returns how many were cleaned. The
// last word stays open unless a space ends it. The caller has reserved `size` bytes in `words`.
using CleanAscii = size_t(const unsigned char* text, size_t size, const AsciiTable& table, CleanedWords& words);

}  // namespace sentiment_fast
