#pragma once

// What bench_factor and bench_path share: arguments, time, and the line of CSV that factor_peer.py reads.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <string>

#include "facelex/core/error.hpp"
#include "facelex/core/work.hpp"

namespace facelex::bench {

/// DATA-FOLDER [--rows TEXT] [--method TEXT] [--precision float64|float32] [--threads N] [--repeat N]
struct Settings {
  std::filesystem::path folder;
  std::string rows, method, precision = "float64";
  int threads = 2, repeat = 1;

  bool wants(const std::string& row) const { return row.find(rows) != std::string::npos; }
  bool wants(const std::string& row, const std::string& its_method) const {
    return wants(row) && (method.empty() || method == its_method);
  }
  Work work() const {
    Work work;
    work.threads = threads;
    return work;
  }
};

inline Settings read_arguments(int count, char** arguments) {
  Settings settings;
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    if (!argument.starts_with("--")) {
      settings.folder = argument;
      continue;
    }
    if (i + 1 == count) throw usage_error(argument + ": its value is missing");
    const std::string value = arguments[++i];
    if (argument == "--rows")
      settings.rows = value;
    else if (argument == "--method")
      settings.method = value;
    else if (argument == "--precision" && (value == "float64" || value == "float32"))
      settings.precision = value;
    else if (argument == "--threads")
      settings.threads = std::stoi(value);
    else if (argument == "--repeat")
      settings.repeat = std::stoi(value);
    else
      throw usage_error(std::string(argument).append(" ").append(value).append(": unknown option or value"));
  }
  if (settings.folder.empty()) throw usage_error("the folder of the data is missing");
  return settings;
}

/// Time that passes, and what all threads of this process use of the processors: on a machine that others use
/// too, only the second says what a kernel costs.
struct Time {
  double wall = std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  double processor = static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
};

/// The least of so many runs.
template <class Run>
Time best_time(int repeat, Run run) {
  Time best;
  for (int i = 0; i < repeat; ++i) {
    const Time start;
    run();
    const Time end;
    best.wall = std::min(i == 0 ? end.wall : best.wall, end.wall - start.wall);
    best.processor = std::min(i == 0 ? end.processor : best.processor, end.processor - start.processor);
  }
  return best;
}

struct Figures {
  long samples = 0, columns = 0, units = 0;
  long long iterations = 0;
  bool converged = true;
  double objective = 0;
};

inline void print_header() {
  std::printf(
      "row,group,samples,columns,atoms,method,threads,iterations,converged,objective,seconds,"
      "processor_seconds\n");
}

inline void print_line(const Settings& settings, const std::string& row, const std::string& group,
                       const std::string& method, const Figures& figures, const Time& best) {
  std::printf("%s,%s,%ld,%ld,%ld,%s,%d,%lld,%d,%.9g,%.5f,%.5f\n", row.c_str(), group.c_str(), figures.samples,
              figures.columns, figures.units, method.c_str(), settings.threads, figures.iterations,
              figures.converged, figures.objective, best.wall, best.processor);
  std::fflush(stdout);
}

/// Runs main's work; 2 and a line on stderr for an error.
template <class Run>
int run_program(const char* name, Run run) {
  try {
    run();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", name, error.what());
    return 2;
  }
}

}  // namespace facelex::bench
