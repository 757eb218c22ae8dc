#include "bindings/sources.h"

#ifndef SENTIMENT_FAST_SOURCES
#error "setup.py defines SENTIMENT_FAST_SOURCES for this file"
#endif

namespace sentiment_fast {

const char* const kSources = SENTIMENT_FAST_SOURCES;

}  // namespace sentiment_fast
