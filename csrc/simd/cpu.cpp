#include "simd/cpu.h"

#include <cstdint>
#include <cstring>
#include <stdexcept>

#include "simd/platform.h"

#ifdef SENTIMENT_FAST_X86
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#elif defined(__aarch64__) && defined(__APPLE__)
#include <sys/sysctl.h>
#endif

namespace sentiment_fast {

// The versions listed in the table below; each is defined in its level's file.
CleanAscii clean_ascii_scalar, clean_ascii_avx2, clean_ascii_avx512;
FindTrigger find_trigger_scalar, find_trigger_avx2, find_trigger_avx512;
FindCsvBits find_csv_bits_scalar, find_csv_bits_avx2, find_csv_bits_avx512;
extern const LstmKernels<float> lstm_scalar, lstm_avx2, lstm_avx512;
extern const LstmKernels<Bf16> lstm_bf16_scalar, lstm_bf16_avx512;

namespace {

// ---- CPU features ------------------------------------------------------------------------------------------------

using FeatureList = std::vector<std::pair<const char*, bool>>;

#ifdef SENTIMENT_FAST_X86
// The test of GCC and Clang also checks that the operating system saves the wide registers. Not every version knows
// AMX; bit 22 of edx is AMX-BF16.
bool has_amx_bf16() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return __builtin_cpu_supports("avx512f") && __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (edx >> 22 & 1);
}

// A macro, because the compiler accepts only literals here.
#define FEATURE(name, asked) {name, __builtin_cpu_supports(asked) != 0}
FeatureList detect() {
  __builtin_cpu_init();
  return {FEATURE("popcnt", "popcnt"),
          FEATURE("bmi", "bmi"),
          FEATURE("bmi2", "bmi2"),
          FEATURE("fma", "fma"),
          FEATURE("avx2", "avx2"),
          FEATURE("avx512f", "avx512f"),
          FEATURE("avx512bw", "avx512bw"),
          FEATURE("avx512dq", "avx512dq"),
          FEATURE("avx512vl", "avx512vl"),
          FEATURE("avx512vbmi", "avx512vbmi"),
          FEATURE("avx512vbmi2", "avx512vbmi2"),
#ifdef SENTIMENT_FAST_BF16
          FEATURE("avx512_bf16", "avx512bf16"),
#endif
          {"amx_bf16", has_amx_bf16()}};
}
#undef FEATURE
#elif defined(__aarch64__) && defined(__linux__)
FeatureList detect() {
  constexpr unsigned long kSveBf16 = 1UL << 12, kBf16 = 1UL << 14;  // bits of HWCAP2, part of Linux's ABI
  const unsigned long found = getauxval(AT_HWCAP2);
  return {{"arm_bf16", (found & kBf16) != 0}, {"sve_bf16", (found & kSveBf16) != 0}};
}
#elif defined(__aarch64__) && defined(__APPLE__)
FeatureList detect() {
  int found = 0;
  size_t size = sizeof found;
  return {{"arm_bf16", sysctlbyname("hw.optional.arm.FEAT_BF16", &found, &size, nullptr, 0) == 0 && found != 0}};
}
#else
FeatureList detect() { return {}; }
#endif

bool is_in(const FeatureList& features, const char* name) {
  for (const auto& [known, is_there] : features)
    if (std::strcmp(known, name) == 0) return is_there;
  return false;
}

FeatureList with_summaries(FeatureList features) {
  const bool amx = is_in(features, "amx_bf16");
  const bool bf16 = amx || is_in(features, "avx512_bf16") || is_in(features, "arm_bf16") || is_in(features, "sve_bf16");
  features.push_back({"bf16", bf16});
  features.push_back({"amx", amx});
  return features;
}

// ---- levels ------------------------------------------------------------------------------------------------------

using Needed = std::vector<const char*>;

// A level's versions, null if it has none, and the CPU features that they need: cleaning and CSV share theirs, the
// LSTM has one set for each number type.
struct Row {
  const char* name;
  Needed bytes_need;
  CleanAscii* clean_ascii;
  FindTrigger* find_trigger;
  FindCsvBits* find_csv_bits;
  Needed float32_needs;
  const LstmKernels<float>* float32;
  Needed bf16_needs;
  const LstmKernels<Bf16>* bf16;
};

// From the slowest to the fastest.
std::vector<Row> all_levels() {
  return {
      {"scalar",
       {},
       clean_ascii_scalar,
       find_trigger_scalar,
       find_csv_bits_scalar,
       {},
       &lstm_scalar,
       {},
       &lstm_bf16_scalar},
#ifdef SENTIMENT_FAST_X86
      {"avx2",
       {"avx2", "bmi", "bmi2", "popcnt"},
       clean_ascii_avx2,
       find_trigger_avx2,
       find_csv_bits_avx2,
       {"avx2", "fma"},
       &lstm_avx2,
       {},
       nullptr},
      {"avx512",
       {"avx2", "bmi", "bmi2", "popcnt", "avx512bw", "avx512vbmi", "avx512vbmi2"},
       clean_ascii_avx512,
       find_trigger_avx512,
       find_csv_bits_avx512,
       {"avx512f", "avx512dq"},
       &lstm_avx512,
       {},
       nullptr},
#endif
#ifdef SENTIMENT_FAST_BF16
      {"avx512_bf16", {}, nullptr, nullptr, nullptr, {}, nullptr, {"avx512dq", "avx512_bf16"}, &lstm_bf16_avx512},
#endif
  };
}

bool has_all(const Needed& features) {
  for (const char* const feature : features)
    if (!is_in(cpu_features(), feature)) return false;
  return true;
}

std::vector<Level> find_levels() {
  std::vector<Level> found;
  for (const Row& row : all_levels())
    if (row.clean_ascii && has_all(row.bytes_need))
      found.push_back({row.name, row.clean_ascii, row.find_trigger, row.find_csv_bits});
  return found;
}

std::vector<LstmLevel<float>> find_lstm_levels(float) {
  std::vector<LstmLevel<float>> found;
  for (const Row& row : all_levels())
    if (row.float32 && has_all(row.float32_needs)) found.push_back({*row.float32, row.name});
  return found;
}

std::vector<LstmLevel<Bf16>> find_lstm_levels(Bf16) {
  std::vector<LstmLevel<Bf16>> found;
  for (const Row& row : all_levels())
    if (row.bf16 && has_all(row.bf16_needs)) found.push_back({*row.bf16, row.name});
  return found;
}

template <class AnyLevel>
const AnyLevel& find_named(const std::vector<AnyLevel>& levels, const std::string& name, const char* kind) {
  std::string known;
  for (const AnyLevel& level : levels) {
    if (level.name == name) return level;
    known += (known.empty() ? "" : ", ") + std::string(level.name);
  }
  throw std::invalid_argument(std::string("Expected ") + kind + " level that this machine can run (" + known +
                              "), got '" + name + "'");
}

}  // namespace

const std::vector<std::pair<const char*, bool>>& cpu_features() {
  static const FeatureList found = with_summaries(detect());
  return found;
}

const std::vector<Level>& levels() {
  static const std::vector<Level> found = find_levels();
  return found;
}

template <class Number>
const std::vector<LstmLevel<Number>>& lstm_levels() {
  static const std::vector<LstmLevel<Number>> found = find_lstm_levels(Number{});
  return found;
}

const Level& level_named(const std::string& name) { return find_named(levels(), name, "a SIMD"); }

template <class Number>
const LstmLevel<Number>& lstm_level_named(const std::string& name) {
  return find_named(lstm_levels<Number>(), name, "an LSTM");
}

template const std::vector<LstmLevel<float>>& lstm_levels();
template const std::vector<LstmLevel<Bf16>>& lstm_levels();
template const LstmLevel<float>& lstm_level_named(const std::string&);
template const LstmLevel<Bf16>& lstm_level_named(const std::string&);

}  // namespace sentiment_fast
