// Holds the digest of the sources that the core was built from.
//
// It has a source file to itself, because that file is compiled again whenever any source changes.
#pragma once

namespace sentiment_fast {

// As sentiment_fast/text/core_sources.py computes it.
extern const char* const kSources;

}  // namespace sentiment_fast
