// Defines which SIMD versions the compiler can build. simd/cpu.h detects which of them the machine can run.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__)
#define SENTIMENT_FAST_X86 1
// The first compilers that support both the instructions and the test for them.
#if (defined(__clang__) && __clang_major__ >= 12) || (!defined(__clang__) && __GNUC__ >= 11)
#define SENTIMENT_FAST_BF16 1
#endif
#endif
