// Windowed cross-correlation of all pairs of signals, a line of CSV for each definition. NumPy's figures on
// the same signals come from wcc_peer.py. Usage: bench_wcc [SIGNALS.npy RESULT-FOLDER] [--threads N]
// [--repeat N] [--only DEFINITION]
//   SIGNALS.npy   T×Q, 30 frames per second; without: 3 minutes of 53 smooth random signals
//   --repeat      the least of N runs is told

#include <chrono>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include "facelex/core/error.hpp"
#include "facelex/core/random.hpp"
#include "facelex/features/wcc/windowed_correlation.hpp"
#include "facelex/io/recording_file.hpp"

namespace {

using namespace facelex;

RowMatrix random_signals() {
  Random random(53);
  RowMatrix x(5400, 53);
  for (Eigen::Index j = 0; j < x.cols(); ++j) {
    double value = 0;
    for (Eigen::Index t = 0; t < x.rows(); ++t) x(t, j) = value = 0.95 * value + random.normal();
  }
  return x;
}

int run(const std::vector<std::string>& arguments) {
  std::vector<std::string> paths;
  std::string only;
  int repeat = 3;
  Work work;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--threads" && i + 1 < arguments.size())
      work.threads = std::stoi(arguments[++i]);
    else if (arguments[i] == "--repeat" && i + 1 < arguments.size())
      repeat = std::stoi(arguments[++i]);
    else if (arguments[i] == "--only" && i + 1 < arguments.size())
      only = arguments[++i];
    else
      paths.push_back(arguments[i]);
  }
  const RowMatrix x = paths.empty() ? random_signals() : read_recording(paths[0]).values;
  std::puts("definition,threads,seconds,processor_seconds,windows,shifts");
  std::vector<std::pair<std::string, WccOptions>> cases(4);
  cases[0] = {"bitbox-2025", {}};
  cases[0].second.preset = WccPreset::bitbox_2025;
  cases[1] = {"boker", {}};
  cases[2] = {"second-4s", {}};
  cases[2].second.moving = WccMoving::second;
  cases[2].second.step = 2;
  cases[3] = {"bitbox-2024", {}};
  cases[3].second.preset = WccPreset::bitbox_2024;
  for (const auto& [name, options] : cases) {
    if (!only.empty() && name != only) continue;
    const WccFrames frames = wcc_frames(options, 30);
    double best = 0, processor = 0;
    WindowedCorrelation result;
    for (int i = 0; i < repeat; ++i) {
      const auto start = std::chrono::steady_clock::now();
      const std::clock_t used = std::clock();
      result = windowed_correlation(x, frames, work);
      const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      const double cost = static_cast<double>(std::clock() - used) / CLOCKS_PER_SEC;
      best = i == 0 || took < best ? took : best;
      processor = i == 0 || cost < processor ? cost : processor;
    }
    std::printf("%s,%d,%.4f,%.4f,%lld,%zu\n", name.c_str(), work.threads, best, processor,
                static_cast<long long>(result.laid), frames.shifts.size());
    if (paths.size() > 1) {
      Recording out;
      for (Eigen::Index j = 0; j < x.cols(); ++j)
        out.columns.push_back({"mean_" + std::to_string(j), "", ""});
      for (Eigen::Index j = 0; j < x.cols(); ++j) out.columns.push_back({"lag_" + std::to_string(j), "", ""});
      out.values.resize(x.cols(), 2 * x.cols());
      out.values << result.mean, result.lag;
      for (Eigen::Index t = 0; t < out.rows(); ++t) out.frames.push_back({t + 1, -1, 0, 1, true});
      RecordingWriter writer(paths[1] + "/" + name + ".npy", out.columns, TableFormat::npy);
      writer.write(out);
      writer.finish();
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const Error& error) {
    std::fprintf(stderr, "bench_wcc: %s\n", error.what());
    return 1;
  }
}
