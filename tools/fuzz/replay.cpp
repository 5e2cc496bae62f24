// Runs what libFuzzer runs, without libFuzzer and without chance: every input of the corpora, then COUNT damaged ones, the
// same at each run. Linked with one reader it is the test of it:
//   replay_READER COUNT FOLDER...
// The input that ends the reader lies in replay_READER.input then, for fuzz_READER or a debugger.

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "mutations.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using facelex::fuzz::Bytes;
namespace fs = std::filesystem;

constexpr std::size_t max_size = 16384;
constexpr std::uint64_t seed = 20261201;
constexpr unsigned max_seconds = 10;  // for one input
constexpr rlim_t max_memory = rlim_t{1}
                              << 30;  // of address space: no reader may ask for what it does not need

// What the handler of signals sees.
const Bytes* running = nullptr;
long running_number = 0;
std::string keep_as;  // NOLINT(runtime/string): the handler reads it

void say(const char* text) {
  [[maybe_unused]] const auto written = write(STDERR_FILENO, text, std::strlen(text));
}

/// Keeps the input and ends.
void on_end(int signal) {
  char text[160];
  std::snprintf(text, sizeof text, "signal %d at input %ld of %zu bytes, kept as ", signal, running_number,
                running->size());
  say(text);
  say(keep_as.c_str());
  say("\n");
  const int file = open(keep_as.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  [[maybe_unused]] const auto written = write(file, running->data(), running->size());
  _exit(1);
}

void run(const Bytes& input) {
  ++running_number;
  running = &input;
  alarm(max_seconds);
  LLVMFuzzerTestOneInput(input.data(), input.size());
  alarm(0);
}

}  // namespace

int main(int argc, char** argv) {
  long count = 0;
  if (argc < 3 || std::from_chars(argv[1], argv[1] + std::strlen(argv[1]), count).ec != std::errc()) {
    say("replay: give a number of inputs and folders of first inputs\n");
    return 2;
  }
  std::vector<fs::path> files;
  for (int k = 2; k < argc; ++k)
    for (const auto& entry : fs::directory_iterator(argv[k]))
      if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());  // the order of a folder is the file system's
  std::vector<Bytes> inputs;
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  if (inputs.empty()) {
    say("replay: no inputs\n");
    return 2;
  }
  keep_as = fs::path(argv[0]).filename().string() + ".input";
  for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM}) std::signal(signal, on_end);
#ifndef FACELEX_SANITIZED
  const rlimit memory{max_memory, max_memory};
  setrlimit(RLIMIT_AS, &memory);
#endif
  for (const Bytes& input : inputs) run(input);
  facelex::Random random(seed);
  for (long k = 0; k < count; ++k) run(facelex::fuzz::mutated(inputs, max_size, random));
  std::printf("%zu inputs and %ld damaged ones\n", inputs.size(), count);
  return 0;
}
