// Which SIMD versions the compiler can build at all. Which of them run, the machine decides: simd/cpu.h.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__)
#define SENTIMENT_FAST_X86 1
// The first compilers that know both the instructions and the question whether the CPU has them.
#if (defined(__clang__) && __clang_major__ >= 12) || (!defined(__clang__) && __GNUC__ >= 11)
#define SENTIMENT_FAST_BF16 1
#endif
#endif
