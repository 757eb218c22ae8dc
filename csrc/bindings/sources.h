#pragma once

namespace sentiment_fast {

// The digest of the sources that the core was built from (sentiment_fast/text/core_sources.py). In a file of its own,
// because that file is compiled again whenever any source changes.
extern const char* const kSources;

}  // namespace sentiment_fast
