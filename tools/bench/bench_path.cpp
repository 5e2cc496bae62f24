// Non-negative factorisation, whole lasso paths and principal components of the comparison's files, a line of
// CSV for each. factor_peer.py makes the files, and has scikit-learn do the same.
// Usage: bench_path DATA-FOLDER [--rows TEXT] [--method fast|sklearn] [--threads N] [--repeat N]
//   --rows     only rows whose name contains TEXT: nmf-10k, path-136k, pca-114k
//   --repeat   the least of N runs is told

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <string>

#include "facelex/core/error.hpp"
#include "facelex/factor/lasso_path.hpp"
#include "facelex/factor/nmf.hpp"
#include "facelex/factor/pca.hpp"
#include "facelex/io/npy.hpp"

namespace {

using namespace facelex;

struct Settings {
  std::filesystem::path folder;
  std::string rows, method;
  int threads = 2, repeat = 1;

  bool wants(const std::string& row, const std::string& its_method) const {
    return row.find(rows) != std::string::npos && (method.empty() || method == its_method);
  }
};

struct Figures {
  Eigen::Index samples = 0, columns = 0, units = 0;
  long long iterations = 0;
  bool converged = true;
  double objective = 0;
};

double processor_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

/// Runs, and tells the least time, and the least processor time of all threads.
template <class Run>
void measure(const Settings& settings, const std::string& row, const std::string& method, Run run) {
  if (!settings.wants(row, method)) return;
  Work work;
  work.threads = settings.threads;
  double best = 0, least_cpu = 0;
  Figures figures;
  for (int i = 0; i < settings.repeat; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const double cpu = processor_seconds();
    figures = run(work);
    const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const double cpu_took = processor_seconds() - cpu;
    best = i == 0 ? took : std::min(best, took);
    least_cpu = i == 0 ? cpu_took : std::min(least_cpu, cpu_took);
  }
  std::printf("%s,all,%ld,%ld,%ld,%s,%d,%lld,%d,%.9g,%.5f,%.5f\n", row.c_str(),
              static_cast<long>(figures.samples), static_cast<long>(figures.columns),
              static_cast<long>(figures.units), method.c_str(), settings.threads, figures.iterations,
              figures.converged, figures.objective, best, least_cpu);
  std::fflush(stdout);
}

/// Equation 2 of paper 001 on level 1's codes; the objective is that equation's.
void measure_nmf(const Settings& settings) {
  const RowMatrix v = read_npy(settings.folder / "df_V_10k.npy");
  const auto run = [&](NmfSolver solver, double tolerance, const Work& work) {
    NmfOptions options;
    options.solver = solver;
    options.tolerance = tolerance;
    options.max_iterations = solver == NmfSolver::fast ? options.max_iterations : 2000;
    const NmfResult result = factorize_nmf(v, 16, options, work);
    return Figures{v.rows(), v.cols(), 16, result.iterations, result.converged, result.objective.back()};
  };
  measure(settings, "nmf-10k", "sklearn",
          [&](const Work& work) { return run(NmfSolver::sklearn, 1e-6, work); });
  measure(settings, "nmf-10k", "fast",
          [&](const Work& work) { return run(NmfSolver::fast, NmfOptions().tolerance, work); });
}

/// The objective is the share of the squares that is left at the ends of the paths.
void measure_path(const Settings& settings) {
  const RowMatrix samples = read_npy(settings.folder / "df_X_136k.npy");
  const RowMatrix atoms = read_npy(settings.folder / "df_Up_10k.npy").transpose();
  measure(settings, "path-136k", "fast", [&](const Work& work) {
    const PathCurves curves = lasso_path_curves(samples, atoms, true, {}, work);
    return Figures{samples.rows(),     samples.cols(), atoms.rows(),
                   curves.breakpoints, true,           curves.residual_by_units.tail(1)[0] / curves.squares};
  });
}

/// The objective is the share of the variance that is left behind 16 components.
void measure_pca(const Settings& settings) {
  const RowMatrix samples = read_npy(settings.folder / "df_X_114k.npy");
  const auto run = [&](const PcaFitOptions& options, const Work& work) {
    const Pca pca = fit_pca(samples, 16, options, work);
    return Figures{samples.rows(), samples.cols(), 16, 1, true, 1 - pca.variance_share.sum()};
  };
  PcaFitOptions randomized;
  randomized.solver = PcaSolver::randomized;
  measure(settings, "pca-114k", "fast", [&](const Work& work) { return run(PcaFitOptions(), work); });
  measure(settings, "pca-114k-randomized", "fast", [&](const Work& work) { return run(randomized, work); });
}

Settings read_arguments(int count, char** arguments) {
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
    else if (argument == "--threads")
      settings.threads = std::stoi(value);
    else if (argument == "--repeat")
      settings.repeat = std::stoi(value);
    else
      throw usage_error(argument + ": unknown option");
  }
  if (settings.folder.empty()) throw usage_error("the folder of the data is missing");
  return settings;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    const Settings settings = read_arguments(count, arguments);
    std::printf(
        "row,group,samples,columns,atoms,method,threads,iterations,converged,objective,seconds,processor_"
        "seconds\n");
    if (settings.wants("nmf-10k", settings.method)) measure_nmf(settings);
    if (settings.wants("path-136k", "fast")) measure_path(settings);
    if (settings.wants("pca-114k-randomized", "fast")) measure_pca(settings);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_path: %s\n", error.what());
    return 2;
  }
}
