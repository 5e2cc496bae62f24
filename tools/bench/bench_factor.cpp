// Dictionary learning and coding of the comparison's files, a line of CSV for each problem. The files are
// made by the generator that numerics.md names; scikit-learn's figures on the same files come from
// factor_peer.py. Usage: bench_factor DATA-FOLDER [--rows TEXT] [--method fast|sklearn] [--threads N]
// [--repeat N] [--precision float64|float32]
//   --rows     only rows whose name contains TEXT: 000-20k, 000-200k, 001-10k, 001-114k, one-alpha-136k,
//              grid-10k (a line's units are those of the cell that halts; iterations are those of all cells)
//   --repeat   the least of N runs is told

#include <string>
#include <vector>

#include "facelex/core/json.hpp"
#include "facelex/core/text.hpp"
#include "facelex/factor/dictionary/learning.hpp"
#include "facelex/factor/lasso/sparse_coding.hpp"
#include "facelex/io/tables/npy.hpp"
#include "factor_bench.hpp"

namespace {

using namespace facelex;
using namespace facelex::bench;

struct Row {
  std::string name, file, groups;
  DictionaryOptions options;
};

RowMatrix columns_of(const RowMatrix& table, const Json& columns) {
  return table(Eigen::all, columns.get<std::vector<Eigen::Index>>());
}

/// Learns the groups of one row; tells each.
void learn(const Row& row, const Json& groups, const Settings& settings, DictionaryMethod method) {
  const RowMatrix table = read_npy(settings.folder / row.file);
  const Json& alphas = groups.value(row.groups + "_alpha", Json());
  const Json& counts = groups.at(row.groups + "_k");
  const Work work = settings.work();
  const Precision precision = settings.precision == "float32" ? Precision::float32 : Precision::float64;
  const std::string name = method == DictionaryMethod::fast ? "fast" : "sklearn";
  for (const auto& [group, columns] : groups.at(row.groups).items()) {
    DictionaryOptions options = row.options;
    options.method = method;
    if (alphas.is_object()) options.alpha = alphas.at(group).get<double>();
    const auto atoms = (counts.is_object() ? counts.at(group) : counts).get<Eigen::Index>();
    const RowMatrix samples = columns_of(table, columns);
    DictionaryResult result;
    const Time best = best_time(settings.repeat, [&] {
      result = DictionaryLearner(samples, {}, work, precision).learn(atoms, options, work);
    });
    print_line(
        settings, row.name, group, name,
        {samples.rows(), samples.cols(), atoms, result.iterations, result.converged, result.objective.back()},
        best);
  }
}

/// The first level of paper 001's halting grid search (2.3.3) on one part: k by α until a cell explains 97.5
/// %.
struct HaltingGrid {
  int cells = 0;
  long units = 0;
  double alpha = 0;
  bool found = false;
  long long iterations = 0;
  double objective = 0;  ///< of the last cell
};

HaltingGrid search(const RowMatrix& samples, const DictionaryOptions& common, const Work& work) {
  constexpr double wanted = 0.975, first_alpha = 5, step = 0.5;
  constexpr int alphas = 10;
  const DictionaryLearner learner(samples, {}, work);
  HaltingGrid grid;
  for (grid.units = 1; grid.units <= samples.cols(); ++grid.units)
    for (int i = 0; i < alphas; ++i) {
      DictionaryOptions options = common;
      options.alpha = grid.alpha = first_alpha - step * i;
      const DictionaryResult result = learner.learn(grid.units, options, work);
      ++grid.cells;
      grid.iterations += result.iterations;
      grid.objective = result.objective.back();
      // E = ½‖X − ZW‖² + α‖Z‖₁, of positive codes.
      const double residual = 2 * (grid.objective - options.alpha * result.codes.sum());
      grid.found = 1 - residual / learner.squared_norm() >= wanted;
      if (grid.found) return grid;
    }
  --grid.units;
  return grid;
}

/// The parts that halt, with their cells in the group's name.
void search_parts(const Json& groups, const Settings& settings, DictionaryMethod method) {
  const RowMatrix table = read_npy(settings.folder / "df_X_10k.npy");
  DictionaryOptions options;
  options.method = method;
  options.positive_codes = true;
  options.max_iterations = 1000;
  const Work work = settings.work();
  for (const auto& [group, columns] : groups.at("df").items()) {
    const RowMatrix samples = columns_of(table, columns);
    HaltingGrid grid;
    const Time best = best_time(settings.repeat, [&] { grid = search(samples, options, work); });
    print_line(settings, "grid-10k",
               group + " " + std::to_string(grid.cells) + " cells to alpha " + number_text(grid.alpha),
               method == DictionaryMethod::fast ? "fast" : "sklearn",
               {samples.rows(), samples.cols(), grid.units, grid.iterations, grid.found, grid.objective},
               best);
  }
}

/// Codes 136k frames under 16 units of the whole face at one penalty (paper 001, equation 3).
void encode(const Settings& settings) {
  const Work work = settings.work();
  const RowMatrix samples = read_npy(settings.folder / "df_X_136k.npy");
  const RowMatrix atoms = read_npy(settings.folder / "df_Up_10k.npy").transpose();
  for (const auto solver : {LassoSolver::sklearn, LassoSolver::exact}) {
    const LassoOptions options{0.5, solver, true, 1000};
    SparseCodes result;
    const Time best =
        best_time(settings.repeat, [&] { result = sparse_encode(samples, atoms, options, work); });
    print_line(settings, "one-alpha-136k", "all", solver == LassoSolver::exact ? "exact" : "sklearn",
               {samples.rows(), samples.cols(), atoms.rows(), 0, result.unconverged == 0,
                lasso_objective(samples, atoms, result.codes, options.alpha)},
               best);
  }
}

}  // namespace

int main(int count, char** arguments) {
  return run_program("bench_factor", [&] {
    const Settings settings = read_arguments(count, arguments);
    const Json groups = read_json(settings.folder / "groups.json");
    DictionaryOptions signed_codes, positive_codes;
    signed_codes.alpha = 0.2;
    positive_codes.positive_codes = true;
    const std::vector<Row> rows = {{"000-20k", "fb_X_20k.npy", "fb", signed_codes},
                                   {"000-200k", "fb_X_200k.npy", "fb", signed_codes},
                                   {"001-10k", "df_X_10k.npy", "df", positive_codes},
                                   {"001-114k", "df_X_114k.npy", "df", positive_codes}};
    print_header();
    for (const Row& row : rows) {
      if (settings.wants(row.name, "sklearn")) learn(row, groups, settings, DictionaryMethod::sklearn);
      if (settings.wants(row.name, "fast")) learn(row, groups, settings, DictionaryMethod::fast);
    }
    if (settings.wants("grid-10k", "sklearn")) search_parts(groups, settings, DictionaryMethod::sklearn);
    if (settings.wants("grid-10k", "fast")) search_parts(groups, settings, DictionaryMethod::fast);
    if (settings.wants("one-alpha-136k")) encode(settings);
  });
}
