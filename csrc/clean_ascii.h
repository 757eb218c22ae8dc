// Cleaning ASCII, the hot path: three versions of one function, of which levels.h has the one for each SIMD level.
//
// Each gives the same words. How the fast ones work stands in clean_avx512.cpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bytes.h"
#include "cleaned_words.h"
#include "platform.h"

namespace sentiment_fast {

// Cleans bytes up to the first that is no ASCII, or all `size` of them, by the table; returns how many were cleaned.
// Whole words are ended, the last one stays open. The caller has reserved `size` bytes in `words`.
using CleanAscii = size_t (*)(const unsigned char* text, size_t size, const AsciiTable& table, CleanedWords& words);

size_t clean_ascii_scalar(const unsigned char* text, size_t size, const AsciiTable& table, CleanedWords& words);
#ifdef SENTIMENT_FAST_X86
size_t clean_ascii_avx2(const unsigned char* text, size_t size, const AsciiTable& table, CleanedWords& words);
size_t clean_ascii_avx512(const unsigned char* text, size_t size, const AsciiTable& table, CleanedWords& words);
#endif

}  // namespace sentiment_fast
