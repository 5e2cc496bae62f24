// Non-negative factorisation, whole lasso paths and principal components of the comparison's files, a line of
// CSV for each. factor_peer.py makes the files, and has scikit-learn do the same.
// Usage: bench_path DATA-FOLDER [--rows TEXT] [--method fast|sklearn] [--threads N] [--repeat N]
//   --rows     only rows whose name contains TEXT: nmf-10k, path-136k, pca-114k
//   --repeat   the least of N runs is told

#include <string>

#include "facelex/factor/lasso/path.hpp"
#include "facelex/factor/nmf/nmf.hpp"
#include "facelex/factor/pca.hpp"
#include "facelex/io/tables/npy.hpp"
#include "factor_bench.hpp"

namespace {

using namespace facelex;
using namespace facelex::bench;

/// Runs, and tells the least time, and the least processor time of all threads.
template <class Run>
void measure(const Settings& settings, const std::string& row, const std::string& method, Run run) {
  if (!settings.wants(row, method)) return;
  Figures figures;
  const Work work = settings.work();
  const Time best = best_time(settings.repeat, [&] { figures = run(work); });
  print_line(settings, row, "all", method, figures, best);
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

/// The objective is the share of the variance that is left after 16 components.
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

}  // namespace

int main(int count, char** arguments) {
  return run_program("bench_path", [&] {
    const Settings settings = read_arguments(count, arguments);
    print_header();
    if (settings.wants("nmf-10k")) measure_nmf(settings);
    if (settings.wants("path-136k", "fast")) measure_path(settings);
    if (settings.wants("pca-114k-randomized", "fast")) measure_pca(settings);
  });
}
