// A main for the fuzz targets where there is no libFuzzer: replays files, then runs random and mutated inputs.
//
//   fuzz_TARGET [--seconds N] [--seed N] [FILE_OR_FOLDER ...]
//
// Prints the seed and how many inputs were run. An input that fails is written to a file, whose name is printed.
#include <fcntl.h>
#include <sanitizer/lsan_interface.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

// What the sanitizers found ends in abort(), where the input is written.
extern "C" const char* __asan_default_options() { return "abort_on_error=1:detect_stack_use_after_return=1"; }
extern "C" const char* __ubsan_default_options() { return "abort_on_error=1:print_stacktrace=1"; }

namespace {

namespace fs = std::filesystem;
using Input = std::vector<uint8_t>;

constexpr size_t kLongestInput = 4096;
constexpr itimerval kMostTime = {{0, 0}, {60, 0}};  // of the processor, for one input

const Input* running = nullptr;
char failed_name[4096];  // made beforehand: a signal handler must not allocate

void write_failed_input(int why_stopped) {
  signal(SIGABRT, SIG_DFL);  // whatever fails from here on ends it
  const int file = open(failed_name, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  const bool written =
      running && write(file, running->data(), running->size()) == static_cast<ssize_t>(running->size());
  const char* const why = why_stopped == SIGPROF ? "One input took too long\n" : "";
  const char* const where = written ? "The input is in " : "The input could not be written to ";
  for (const char* part : {why, where, static_cast<const char*>(failed_name), "\n"})
    if (write(STDERR_FILENO, part, std::strlen(part)) < 0) break;
  std::abort();
}

void run(const Input& input) {
  running = &input;
  setitimer(ITIMER_PROF, &kMostTime, nullptr);
  // A copy of exactly its size, so that a target that reads past its input is found out.
  const Input exact(input);
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
  running = nullptr;
}

std::vector<Input> read_corpus(const std::vector<std::string>& paths) {
  std::vector<fs::path> files;
  for (const std::string& path : paths) {
    if (!fs::is_directory(path))
      files.emplace_back(path);
    else
      for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path))
        if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());  // the folder's own order is not the same everywhere
  std::vector<Input> corpus;
  for (const fs::path& file : files) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) {
      std::fprintf(stderr, "Expected a file or folder of inputs, got %s\n", file.c_str());
      std::exit(2);
    }
    corpus.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
  return corpus;
}

// Inputs made of the corpus' and of random bytes.
class Mutator {
 public:
  Mutator(const std::vector<Input>& corpus, uint64_t seed) : corpus_(corpus), random_(seed) {}

  Input next() {
    Input input = corpus_.empty() || below(8) == 0 ? random_bytes(below(below(kLongestInput) + 1)) : any();
    for (size_t changes = below(8); changes != 0; --changes) change(input);
    if (input.size() > kLongestInput) input.resize(kLongestInput);
    return input;
  }

 private:
  size_t below(size_t limit) { return std::uniform_int_distribution<size_t>(0, limit - 1)(random_); }
  const Input& any() { return corpus_[below(corpus_.size())]; }
  uint8_t random_byte() { return static_cast<uint8_t>(below(256)); }

  Input random_bytes(size_t size) {
    Input bytes(size);
    std::generate(bytes.begin(), bytes.end(), [this] { return random_byte(); });
    return bytes;
  }

  void insert(Input& input, const Input& piece) {
    input.insert(input.begin() + static_cast<std::ptrdiff_t>(below(input.size() + 1)), piece.begin(), piece.end());
  }

  static Input cut(const Input& input, size_t begin, size_t size) {
    const auto from = input.begin() + static_cast<std::ptrdiff_t>(begin);
    return {from, from + static_cast<std::ptrdiff_t>(std::min(size, input.size() - begin))};
  }

  void change(Input& input) {
    // What is special to a text, a tag or a number.
    static const std::vector<Input> kPieces = {
        {' '},
        {'<', 'b', '>'},
        {'<', '/'},
        {'<', '!'},
        {'\''},
        {0xCE, 0xA3},
        {0xC4, 0xB0},
        {0xC2, 0xA0},
        {0xED, 0xA0, 0x80},
        {0x00},
        {0xFF},
        {0xF0, 0x90, 0x90, 0x80},
        {0xFF, 0xFF},
        {0x00, 0x00, 0x00},
        {0xFF, 0xFF, 0xFF, 0x7F},
    };
    const size_t at = below(input.size() + 1);
    switch (below(7)) {
      case 0: return insert(input, kPieces[below(kPieces.size())]);
      case 1: return insert(input, random_bytes(1 + below(8)));
      case 2: return insert(input, Input(below(130), random_byte()));
      case 3: return insert(input, cut(input, at, below(130)));
      case 4: {
        const Input rest = cut(input, std::min(input.size(), at + 1 + below(8)), input.size());
        input.resize(at);
        input.insert(input.end(), rest.begin(), rest.end());
        return;
      }
      case 5:
        if (at < input.size()) input[at] = below(2) ? random_byte() : static_cast<uint8_t>(input[at] ^ 1 << below(8));
        return;
      default:
        if (!corpus_.empty()) insert(input, cut(any(), 0, below(kLongestInput)));
    }
  }

  const std::vector<Input>& corpus_;
  std::mt19937_64 random_;
};

}  // namespace

int main(int argc, char** argv) {
  double seconds = 0;
  uint64_t seed = std::random_device()();
  std::vector<std::string> paths;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--seconds" && i + 1 < argc)
      seconds = std::stod(argv[++i]);
    else if (argument == "--seed" && i + 1 < argc)
      seed = std::stoull(argv[++i]);
    else
      paths.push_back(argument);
  }
  const std::string name = fs::path(argv[0]).filename();
  const fs::path failed = fs::absolute("failed-" + name + "-" + std::to_string(seed));
  std::snprintf(failed_name, sizeof failed_name, "%s", failed.c_str());
  std::printf("%s: seed %llu\n", name.c_str(), static_cast<unsigned long long>(seed));
  std::fflush(stdout);

  LLVMFuzzerInitialize(&argc, &argv);
  signal(SIGABRT, write_failed_input);
  signal(SIGPROF, write_failed_input);
  const auto start = std::chrono::steady_clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  const std::vector<Input> corpus = read_corpus(paths);
  for (const Input& input : corpus) run(input);
  Mutator mutator(corpus, seed);
  size_t mutated = 0;
  for (; elapsed() < seconds; ++mutated) run(mutator.next());
  signal(SIGABRT, SIG_DFL);  // a leak belongs to no one input
  signal(SIGPROF, SIG_DFL);
  __lsan_do_leak_check();
  std::printf("%s: %zu files of the corpus and %zu random inputs in %.1f s, nothing found\n", name.c_str(),
              corpus.size(), mutated, elapsed());
  return 0;
}
