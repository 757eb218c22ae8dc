// Whether the SIMD versions for x86 are compiled at all. Which of them run, the machine decides: levels.h.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__)
#define SENTIMENT_FAST_X86 1
#endif
