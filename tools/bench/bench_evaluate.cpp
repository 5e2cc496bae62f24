// Nested leave-one-out of a linear learner, a line of CSV: what `facelex evaluate classify` does for one
// labelling. scikit-learn's figures on the same data and folds come from evaluate_peer.py.
// Usage: bench_evaluate [FEATURES.csv LABELS.csv RESULT-FOLDER] [--threads N] [--repeat N] [--folds N]
// [--learner svm|svm-l2|logistic]
//   without files  97 people of 2 classes, 2809 random features of which 60 tell a little
//   RESULT-FOLDER  gets predictions.csv (name, predicted, score, c) and inner.csv: for each outer fold a line
//                  with the number of the inner fold that judges each video, −1 for those left out
//   --folds        only the first N outer folds
//   --repeat       the least of N runs is told

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/core/random.hpp"
#include "facelex/core/text.hpp"
#include "facelex/evaluate/protocol.hpp"
#include "facelex/io/atomic_file.hpp"

namespace {

using namespace facelex;

struct BenchSettings {
  std::vector<std::string> paths;
  Work work;
  int repeat = 3;
  std::size_t folds = 0;  ///< 0: all
  EvaluationOptions options;
};

EvaluationData random_people() {
  constexpr Eigen::Index people = 97, features = 2809, telling = 60;
  EvaluationData data;
  data.classes = {"a", "b"};
  data.label = "group";
  data.x.resize(people, features);
  data.y.resize(people);
  Random random(97);
  for (Eigen::Index f = 0; f < features; ++f) data.features.push_back("f" + std::to_string(f));
  for (Eigen::Index s = 0; s < people; ++s) {
    data.names.push_back("S" + std::to_string(s));
    data.subject.push_back(static_cast<int>(s));
    data.y(s) = static_cast<double>(s % 2);
    for (Eigen::Index f = 0; f < features; ++f)
      data.x(s, f) = random.normal() + (f < telling ? 0.4 * data.y(s) : 0);
  }
  data.subject_names = data.names;
  return data;
}

BenchSettings settings_of(const std::vector<std::string>& arguments) {
  BenchSettings settings;
  settings.options.folds.protocol = FoldProtocol::leave_one_out;
  settings.options.learner.tolerance = 1e-6;  // as evaluate_peer.py asks of scikit-learn
  const std::vector<std::pair<std::string, Learner>> learners = {
      {"svm", Learner::svm}, {"svm-l2", Learner::svm_l2}, {"logistic", Learner::logistic}};
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const bool has_value = i + 1 < arguments.size();
    if (arguments[i] == "--threads" && has_value) {
      settings.work.threads = std::stoi(arguments[++i]);
    } else if (arguments[i] == "--repeat" && has_value) {
      settings.repeat = std::stoi(arguments[++i]);
    } else if (arguments[i] == "--folds" && has_value) {
      settings.folds = std::stoul(arguments[++i]);
    } else if (arguments[i] == "--learner" && has_value) {
      const std::string& name = arguments[++i];
      const auto known =
          std::find_if(learners.begin(), learners.end(), [&](const auto& l) { return l.first == name; });
      if (known == learners.end()) throw usage_error("--learner: unknown " + in_quotes(name));
      settings.options.learner.learner = known->second;
    } else {
      settings.paths.push_back(arguments[i]);
    }
  }
  if (!settings.paths.empty() && settings.paths.size() != 3)
    throw usage_error("give FEATURES.csv LABELS.csv RESULT-FOLDER, or none of them");
  return settings;
}

void write_results(const std::string& folder, const EvaluationData& data, const std::vector<OuterFold>& folds,
                   const std::vector<FoldOutcome>& outcomes) {
  std::string predictions = "name,predicted,score,c\n", inner;
  for (std::size_t f = 0; f < outcomes.size(); ++f) {
    for (std::size_t i = 0; i < folds[f].rows.test.size(); ++i) {
      const auto row = static_cast<Eigen::Index>(i);
      predictions += data.names[static_cast<std::size_t>(folds[f].rows.test[i])] + "," +
                     data.classes[static_cast<std::size_t>(outcomes[f].predictions.values(row))] + "," +
                     number_text(outcomes[f].predictions.scores(row, 1)) + "," +
                     number_text(outcomes[f].cost) + "\n";
    }
    std::vector<int> number(data.names.size(), -1);
    for (std::size_t k = 0; k < folds[f].inner.size(); ++k)
      for (const auto row : folds[f].inner[k].test)
        number[static_cast<std::size_t>(row)] = static_cast<int>(k);
    for (std::size_t i = 0; i < number.size(); ++i) inner += (i ? "," : "") + std::to_string(number[i]);
    inner += "\n";
  }
  write_file_atomically(std::filesystem::path(folder) / "predictions.csv", predictions);
  write_file_atomically(std::filesystem::path(folder) / "inner.csv", inner);
}

int run(const std::vector<std::string>& arguments) {
  const BenchSettings settings = settings_of(arguments);
  const EvaluationData data =
      settings.paths.empty()
          ? random_people()
          : read_evaluation_data({settings.paths[0]}, settings.paths[1], EvaluationTask::classify, {});
  const auto seed = static_cast<std::uint64_t>(settings.options.seed);
  const auto folds = evaluation_folds(data, data.y, settings.options.folds, seed);
  const std::size_t count = settings.folds > 0 ? std::min(settings.folds, folds.size()) : folds.size();
  std::vector<FoldOutcome> outcomes(count);
  double best = 0, processor = 0;
  for (int i = 0; i < settings.repeat; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t used = std::clock();
    const KernelSource source(data, settings.options.scaling);
    ThreadPool pool(settings.work.threads);
    pool.for_each(count, [&](std::size_t f) {
      outcomes[f] = run_outer_fold(data, source, data.y, folds[f], settings.options.learner, {});
    });
    const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const double cost = static_cast<double>(std::clock() - used) / CLOCKS_PER_SEC;
    best = i == 0 || took < best ? took : best;
    processor = i == 0 || cost < processor ? cost : processor;
  }
  const auto converged =
      std::count_if(outcomes.begin(), outcomes.end(), [](const FoldOutcome& o) { return o.converged; });
  std::puts("videos,features,folds,threads,seconds,processor_seconds,folds_converged");
  std::printf("%td,%td,%zu,%d,%.4f,%.4f,%td\n", data.x.rows(), data.x.cols(), count, settings.work.threads,
              best, processor, converged);
  if (!settings.paths.empty()) write_results(settings.paths[2], data, folds, outcomes);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_evaluate: %s\n", error.what());
    return 1;
  }
}
