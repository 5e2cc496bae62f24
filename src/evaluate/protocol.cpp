#include "facelex/evaluate/protocol.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>

#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/core/quantiles.hpp"
#include "facelex/core/random.hpp"
#include "facelex/evaluate/metrics.hpp"

namespace facelex {
namespace {

constexpr double no_figure = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t stream_of_permutations = 1, stream_of_draws = 2;

/// One labelling with its folds; number 0 has the true labels.
struct Labelling {
  Eigen::VectorXd y;
  std::vector<OuterFold> folds;
  std::vector<FoldOutcome> outcomes;
};

Labelling make_labelling(const EvaluationData& data, const EvaluationOptions& options, PermutedLabels kind,
                         std::size_t number) {
  const auto seed = static_cast<std::uint64_t>(options.seed);
  Labelling labelling;
  labelling.y =
      number == 0
          ? data.y
          : permuted_labels(data, kind, Random(seed).stream(stream_of_permutations).stream(number).next());
  // The folds are a function of data and labels: with permuted labels they are dealt as with the true ones.
  labelling.folds = evaluation_folds(data, labelling.y, options.folds, seed);
  labelling.outcomes.resize(labelling.folds.size());
  return labelling;
}

/// Runs all folds of several labellings on the pool.
void run_labellings(const EvaluationData& data, const KernelSource& source,
                    std::vector<Labelling>& labellings, const EvaluationOptions& options, ThreadPool& pool,
                    const Work& work, std::int64_t& done, std::int64_t total) {
  std::vector<std::pair<std::size_t, std::size_t>> tasks;
  for (std::size_t l = 0; l < labellings.size(); ++l)
    for (std::size_t f = 0; f < labellings[l].folds.size(); ++f) tasks.emplace_back(l, f);
  std::mutex mutex;
  Work inner;
  inner.stop = work.stop;
  pool.for_each(tasks.size(), [&](std::size_t t) {
    work.check_stop();
    Labelling& labelling = labellings[tasks[t].first];
    const std::size_t fold = tasks[t].second;
    labelling.outcomes[fold] =
        run_outer_fold(data, source, labelling.y, labelling.folds[fold], options.learner, inner);
    const std::lock_guard lock(mutex);
    work.report(++done, total);
  });
}

std::vector<double> without_gaps(const Eigen::VectorXd& values) {
  std::vector<double> kept;
  for (const double value : values)
    if (!std::isnan(value)) kept.push_back(value);
  return kept;
}

void add_permutation_figures(const std::vector<MetricKind>& kinds, EvaluationResult& result) {
  for (std::size_t m = 0; m < kinds.size(); ++m) {
    MetricResult& metric = result.metrics[m];
    const auto values = without_gaps(result.permuted.col(static_cast<Eigen::Index>(m)));
    if (values.empty() || std::isnan(metric.value)) continue;
    // Equal but for the rounding of another order of sums is as good.
    const double slack = 1e-12 * std::max(1.0, std::abs(metric.value));
    const auto as_good = std::count_if(values.begin(), values.end(), [&](double value) {
      return kinds[m].larger_is_better ? value >= metric.value - slack : value <= metric.value + slack;
    });
    // A permutation without a figure (a correlation with a constant) counts as one that is as good.
    const auto gaps = static_cast<double>(result.permuted.rows()) - static_cast<double>(values.size());
    metric.p = (1 + static_cast<double>(as_good) + gaps) / (1 + static_cast<double>(result.permuted.rows()));
    double sum = 0;
    for (const double value : values) sum += value;
    metric.chance = sum / static_cast<double>(values.size());
    metric.chance_low = quantile_of(values, 0.025);
    metric.chance_high = quantile_of(values, 0.975);
  }
}

void add_intervals(const EvaluationData& data, const EvaluationOptions& options, ThreadPool& pool,
                   const Work& work, EvaluationResult& result) {
  if (options.draws == 0) return;
  const auto& pooled = result.predictions;
  std::vector<std::vector<Eigen::Index>> rows_of(data.subject_names.size());
  for (const auto row : pooled.rows)
    rows_of[static_cast<std::size_t>(data.subject[static_cast<std::size_t>(row)])].push_back(row);
  std::erase_if(rows_of, [](const auto& rows) { return rows.empty(); });
  const Random streams = Random(static_cast<std::uint64_t>(options.seed)).stream(stream_of_draws);
  const auto metrics = static_cast<Eigen::Index>(result.metrics.size());
  Eigen::MatrixXd drawn(metrics, options.draws);
  const int classes = static_cast<int>(data.classes.size());
  pool.for_each(static_cast<std::size_t>(options.draws), [&](std::size_t d) {
    work.check_stop();
    Random random = streams.stream(d);
    std::vector<Eigen::Index> rows;
    for (std::size_t s = 0; s < rows_of.size(); ++s) {
      const auto& own = rows_of[random.below(rows_of.size())];
      rows.insert(rows.end(), own.begin(), own.end());
    }
    drawn.col(static_cast<Eigen::Index>(d)) =
        metric_values(classes, data.y, pooled.values, pooled.scores, rows);
  });
  for (Eigen::Index m = 0; m < metrics; ++m) {
    const auto values = without_gaps(drawn.row(m));
    result.metrics[static_cast<std::size_t>(m)].low = quantile_of(values, 0.025);
    result.metrics[static_cast<std::size_t>(m)].high = quantile_of(values, 0.975);
  }
}

LeakageCheck leakage_check(const EvaluationData& data, const std::vector<MetricKind>& kinds,
                           const Eigen::MatrixXd& permuted) {
  LeakageCheck check;
  check.metric = data.classifies() ? "balanced_accuracy" : "pearson";
  check.expected = data.classifies() ? 1 / static_cast<double>(data.classes.size()) : 0;
  const auto at = std::find_if(kinds.begin(), kinds.end(),
                               [&](const MetricKind& kind) { return kind.name == check.metric; }) -
                  kinds.begin();
  const auto values = without_gaps(permuted.col(at));
  constexpr std::size_t min_values = 20;
  if (values.size() < min_values) return check;
  const auto n = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const double value : values) sum += value;
  check.mean = sum / n;
  for (const double value : values) squares += (value - check.mean) * (value - check.mean);
  const double half = 2.576 * std::sqrt(squares / (n - 1) / n);
  check.low = check.mean - half;
  check.high = check.mean + half;
  // A classifier that always says the larger class has chance in every permutation: rounding is no leak.
  check.passed = check.low <= check.expected + 1e-12;
  check.done = true;
  return check;
}

}  // namespace

void EvaluationOptions::describe(OptionList& options, EvaluationTask task) {
  learner.describe(options, task);
  scaling.describe(options);
  folds.describe(options);
  options.integer("permutations", permutations, Bounds::at_least(0),
                  "Of the labels, each with the whole nested protocol, for p-values and chance");
  options.choice("permute", permuted,
                 {{"auto", PermutedLabels::automatic},
                  {"subjects", PermutedLabels::subjects},
                  {"blocks", PermutedLabels::blocks},
                  {"within", PermutedLabels::within}},
                 "Labels are exchanged between subjects, between subjects of equally many videos in order, "
                 "or between the videos of a subject; auto: subjects, "
                 "or within when subjects have several labels");
  options.integer("draws", draws, Bounds::at_least(0), "Of subjects with replacement, for 95 % intervals");
  options.integer("subsamples", subsamples, Bounds::at_least(0),
                  "Of 80 % of the subjects, for the stability of a linear learner's weights");
  options.integer("seed", seed, Bounds::at_least(0), "Of folds, permutations, draws and subsamples");
}

void EvaluationOptions::check() const {
  check_bounds(*this, learner.classifies() ? EvaluationTask::classify : EvaluationTask::regress);
}

void check_evaluation(const EvaluationData& data, const EvaluationOptions& options) {
  options.check();
  if (options.permutations > 0) (void)resolved_permutation(data, options.permuted);
  require_learnable(data,
                    evaluation_folds(data, data.y, options.folds, static_cast<std::uint64_t>(options.seed)));
}

EvaluationResult evaluate(const EvaluationData& data, const EvaluationOptions& options, const Work& work) {
  check_evaluation(data, options);
  const auto& kinds = metric_kinds(static_cast<int>(data.classes.size()));
  EvaluationResult result;
  const auto permutations = static_cast<std::size_t>(options.permutations);
  if (permutations > 0) result.permutation = resolved_permutation(data, options.permuted);
  result.permuted.resize(options.permutations, static_cast<Eigen::Index>(kinds.size()));
  const KernelSource source(data, options.scaling);
  ThreadPool pool(work.threads);
  const auto figures = [&](const Labelling& labelling, const PooledPredictions& pooled) {
    return metric_values(static_cast<int>(data.classes.size()), labelling.y, pooled.values, pooled.scores,
                         pooled.rows);
  };
  std::int64_t done = 0, total = 0;
  constexpr std::size_t together = 64;  // labellings whose predictions are in memory at once
  for (std::size_t begin = 0; begin <= permutations; begin += together) {
    std::vector<Labelling> labellings(std::min(together, permutations + 1 - begin));
    pool.for_each(labellings.size(), [&](std::size_t l) {
      labellings[l] = make_labelling(data, options, result.permutation, begin + l);
    });
    if (begin == 0) total = static_cast<std::int64_t>(labellings.front().folds.size() * (permutations + 1));
    run_labellings(data, source, labellings, options, pool, work, done, total);
    for (std::size_t l = 0; l < labellings.size(); ++l) {
      Labelling& labelling = labellings[l];
      const auto pooled = pool_predictions(data, labelling.folds, labelling.outcomes);
      const Eigen::VectorXd values = figures(labelling, pooled);
      if (begin + l > 0) {
        result.permuted.row(static_cast<Eigen::Index>(begin + l - 1)) = values;
        continue;
      }
      for (const double value : values)
        result.metrics.push_back({value, no_figure, no_figure, no_figure, no_figure, no_figure, no_figure});
      result.predictions = pooled;
      result.folds = std::move(labelling.folds);
      result.outcomes = std::move(labelling.outcomes);
    }
  }
  for (const auto& outcome : result.outcomes) result.not_converged += !outcome.converged;
  add_permutation_figures(kinds, result);
  add_intervals(data, options, pool, work, result);
  result.leakage = leakage_check(data, kinds, result.permuted);
  return result;
}

}  // namespace facelex
