#include "levels.h"

#include <stdexcept>

namespace sentiment_fast {
namespace {

std::vector<Level> find_levels() {
  std::vector<Level> found = {{"scalar", clean_ascii_scalar, find_csv_bits_scalar}};
#ifdef SENTIMENT_FAST_X86
  // GCC's and Clang's test asks the operating system too, whether it saves the wide registers.
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
      __builtin_cpu_supports("popcnt")) {
    found.push_back({"avx2", clean_ascii_avx2, find_csv_bits_avx2});
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi") &&
        __builtin_cpu_supports("avx512vbmi2"))
      found.push_back({"avx512", clean_ascii_avx512, find_csv_bits_avx512});
  }
#endif
  return found;
}

}  // namespace

const std::vector<Level>& levels() {
  static const std::vector<Level> found = find_levels();
  return found;
}

const Level& level_named(const std::string& name) {
  std::string known;
  for (const Level& level : levels()) {
    if (level.name == name) return level;
    known += (known.empty() ? "" : ", ") + std::string(level.name);
  }
  throw std::invalid_argument("Expected a SIMD level that this machine can run (" + known + "), got '" + name + "'");
}

}  // namespace sentiment_fast
