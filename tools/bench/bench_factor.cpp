// Dictionary learning and coding of the comparison's files, a line of CSV for each problem. The files are
// made by the generator that numerics.md names; scikit-learn's figures on the same files come from
// factor_peer.py. Usage: bench_factor DATA-FOLDER [--rows TEXT] [--method fast|sklearn] [--threads N]
// [--repeat N]
//   --rows     only rows whose name contains TEXT: 000-20k, 000-200k, 001-10k, 001-114k, one-alpha-136k
//   --repeat   the least of N runs is told

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include "facelex/core/error.hpp"
#include "facelex/core/json.hpp"
#include "facelex/factor/dictionary_learning.hpp"
#include "facelex/factor/nmf.hpp"
#include "facelex/factor/sparse_coding.hpp"
#include "facelex/io/npy.hpp"

namespace {

using namespace facelex;

struct Settings {
  std::filesystem::path folder;
  std::string rows, method;
  int threads = 2, repeat = 1;
};

struct Row {
  std::string name, file, groups;
  DictionaryOptions options;
};

/// Time that passes, and what all threads of this process use of the processors: on a machine that others use
/// too, only the second says what a kernel costs.
struct Time {
  double wall = std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  double processor = static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
};

/// The least of so many runs.
template <class Run>
Time least(int repeat, Run run) {
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

RowMatrix columns_of(const RowMatrix& table, const Json& columns) {
  return table(Eigen::all, columns.get<std::vector<Eigen::Index>>());
}

/// Learns the groups of one row; tells each, and their sum.
void learn(const Row& row, const Json& groups, const Settings& settings, DictionaryMethod method) {
  const RowMatrix table = read_npy(settings.folder / row.file);
  const Json& alphas = groups.value(row.groups + "_alpha", Json());
  const Json& counts = groups.at(row.groups + "_k");
  Work work;
  work.threads = settings.threads;
  Time total{0, 0};
  for (const auto& [group, columns] : groups.at(row.groups).items()) {
    DictionaryOptions options = row.options;
    options.method = method;
    if (alphas.is_object()) options.alpha = alphas.at(group).get<double>();
    const auto atoms = (counts.is_object() ? counts.at(group) : counts).get<Eigen::Index>();
    const RowMatrix samples = columns_of(table, columns);
    DictionaryResult result;
    const Time best =
        least(settings.repeat, [&] { result = learn_dictionary(samples, atoms, options, work); });
    total.wall += best.wall;
    total.processor += best.processor;
    std::printf("%s,%s,%ld,%ld,%ld,%s,%d,%d,%d,%.9g,%.5f,%.5f\n", row.name.c_str(), group.c_str(),
                static_cast<long>(samples.rows()), static_cast<long>(samples.cols()),
                static_cast<long>(atoms), method == DictionaryMethod::fast ? "fast" : "sklearn",
                settings.threads, result.iterations, result.converged, result.objective.back(), best.wall,
                best.processor);
    std::fflush(stdout);
  }
  std::printf("%s,all,%ld,,,%s,%d,,,,%.5f,%.5f\n", row.name.c_str(), static_cast<long>(table.rows()),
              method == DictionaryMethod::fast ? "fast" : "sklearn", settings.threads, total.wall,
              total.processor);
}

/// Codes 136k frames under 16 units: those of a dictionary for each part of the face, joined by NMF (paper
/// 001).
void encode(const Json& groups, const Settings& settings) {
  Work work;
  work.threads = settings.threads;
  const RowMatrix small = read_npy(settings.folder / "df_X_10k.npy");
  const auto per_part = groups.at("df_k").get<Eigen::Index>();
  const auto parts = static_cast<Eigen::Index>(groups.at("df").size());
  RowMatrix part_atoms = RowMatrix::Zero(parts * per_part, small.cols());
  RowMatrix part_codes(small.rows(), parts * per_part);
  Eigen::Index first = 0;
  for (const auto& [group, columns] : groups.at("df").items()) {
    DictionaryOptions options;
    options.positive_codes = true;
    options.alpha = groups.at("df_alpha").at(group).get<double>();
    const auto learnt = learn_dictionary(columns_of(small, columns), per_part, options, work);
    part_atoms(Eigen::seqN(first, per_part), columns.get<std::vector<Eigen::Index>>()) = learnt.atoms;
    part_codes.middleCols(first, per_part) = learnt.codes;
    first += per_part;
  }
  const NmfResult joined = factorize_nmf(part_codes.transpose(), 16, {}, work);
  const RowMatrix atoms = joined.a.transpose() * part_atoms;
  const RowMatrix samples = read_npy(settings.folder / "df_X_136k.npy");
  for (const auto solver : {LassoSolver::sklearn, LassoSolver::exact}) {
    const LassoOptions options{0.5, solver, true, 1000};
    SparseCodes result;
    const Time best = least(settings.repeat, [&] { result = sparse_encode(samples, atoms, options, work); });
    std::printf("one-alpha-136k,,%ld,%ld,%ld,%s,%d,,%d,%.9g,%.5f,%.5f\n", static_cast<long>(samples.rows()),
                static_cast<long>(samples.cols()), static_cast<long>(atoms.rows()),
                solver == LassoSolver::exact ? "exact" : "sklearn", settings.threads, result.unconverged == 0,
                lasso_objective(samples, atoms, result.codes, options.alpha), best.wall, best.processor);
  }
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
    const Json groups = read_json(settings.folder / "groups.json");
    DictionaryOptions signed_codes, positive_codes;
    signed_codes.alpha = 0.2;
    positive_codes.positive_codes = true;
    const std::vector<Row> rows = {{"000-20k", "fb_X_20k.npy", "fb", signed_codes},
                                   {"000-200k", "fb_X_200k.npy", "fb", signed_codes},
                                   {"001-10k", "df_X_10k.npy", "df", positive_codes},
                                   {"001-114k", "df_X_114k.npy", "df", positive_codes}};
    std::printf(
        "row,group,samples,columns,atoms,method,threads,iterations,converged,objective,seconds,processor_"
        "seconds\n");
    for (const Row& row : rows) {
      if (row.name.find(settings.rows) == std::string::npos) continue;
      if (settings.method != "fast") learn(row, groups, settings, DictionaryMethod::sklearn);
      if (settings.method != "sklearn") learn(row, groups, settings, DictionaryMethod::fast);
    }
    if (std::string("one-alpha-136k").find(settings.rows) != std::string::npos) encode(groups, settings);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_factor: %s\n", error.what());
    return 2;
  }
}
