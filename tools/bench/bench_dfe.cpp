// Discrete Facial Encoding of a NumPy table: frames a second. dfe_peer.py makes the files and has PyTorch do
// the same. Usage: bench_dfe MODEL.safetensors SIGNALS.npy [--threads N] [--repeat N] [--latent] [-o OUT.npy]
//   --repeat   the least time of N runs is told
//   --latent   only the forward pass: latent vectors are made, and written
//   -o         writes tokens, or latent vectors

#include <chrono>
#include <cstdio>
#include <fstream>
#include <limits>
#include <string>

#include "facelex/core/error.hpp"
#include "facelex/dfe/system.hpp"
#include "facelex/io/tables/npy.hpp"

namespace {

using namespace facelex;

int run(int argc, char** argv) {
  std::string files[2], out;
  int given = 0, repeat = 1;
  bool latent = false;
  Work work;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const bool has_value = i + 1 < argc;
    if (argument == "--threads" && has_value) {
      work.threads = std::stoi(argv[++i]);
    } else if (argument == "--repeat" && has_value) {
      repeat = std::stoi(argv[++i]);
    } else if (argument == "-o" && has_value) {
      out = argv[++i];
    } else if (argument == "--latent") {
      latent = true;
    } else if (given < 2) {
      files[given++] = argument;
    } else {
      given = 3;
    }
  }
  if (given != 2)
    throw usage_error("usage: bench_dfe MODEL SIGNALS.npy [--threads N] [--repeat N] [--latent] [-o OUT]");
  const auto file = read_model(files[0]);
  const auto system = DiscreteFacialEncoding::from_model(file);
  const RowMatrix signals = read_npy(files[1]);
  RowMatrix made;
  double seconds = std::numeric_limits<double>::infinity();
  for (int i = 0; i < repeat; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    made = latent ? RowMatrix(system->latent(signals, work).cast<double>())
                  : system->encode(signals, {}, work).codes;
    seconds =
        std::min(seconds, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  std::printf("%s,%lld,%d,%.4f,%.0f\n", latent ? "latent" : "encode", static_cast<long long>(signals.rows()),
              work.threads, seconds, static_cast<double>(signals.rows()) / seconds);
  if (!out.empty()) {
    std::ofstream table(out, std::ios::binary);
    table << npy_header(made.rows(), made.cols());
    table.write(reinterpret_cast<const char*>(made.data()),
                made.size() * static_cast<std::streamsize>(sizeof(double)));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_dfe: %s\n", error.what());
    return 1;
  }
}
