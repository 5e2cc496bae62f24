#include <cmath>
#include <limits>
#include <map>

#include "facelex/evaluate/protocol.hpp"

namespace facelex {
namespace {

/// The grid's axes; scores have the cost as the last index.
struct NestedGrid {
  std::vector<double> costs, gammas, epsilons;

  explicit NestedGrid(const LearnerOptions& options)
      : costs(options.costs()), gammas(options.gammas()), epsilons(options.epsilons()) {}
  std::size_t size() const { return costs.size() * gammas.size() * epsilons.size(); }
};

struct GridPoint {
  std::size_t cost = 0, gamma = 0, epsilon = 0;
};

double spread_of(const Eigen::VectorXd& y) {
  return std::sqrt((y.array() - y.mean()).square().mean());
}

double gamma_of(const SplitKernel& kernel, double factor) {
  return factor / (std::max<double>(1, static_cast<double>(kernel.features)) * kernel.variance);
}

double inner_score(const KernelPredictions& predicted, const Eigen::VectorXd& truth, int classes) {
  if (classes > 0)
    return static_cast<double>((predicted.values.array() == truth.array()).count()) /
           static_cast<double>(truth.size());
  return -(predicted.values - truth).squaredNorm() / static_cast<double>(truth.size());
}

/// Adds the scores of one inner fold to `sums`, gammas × epsilons × costs.
void add_inner_scores(const KernelSource& source, const Eigen::VectorXd& y, int classes, const RowSplit& rows,
                      const NestedGrid& grid, const LearnerOptions& options, const Work& work,
                      std::vector<double>& sums) {
  const SplitKernel linear = source.split(rows, y);
  const Eigen::VectorXd train_y = y(rows.train), test_y = y(rows.test);
  std::size_t at = 0;
  for (const double gamma : grid.gammas) {
    const SplitKernel curved = options.has_kernel() ? linear.rbf(gamma_of(linear, gamma)) : SplitKernel{};
    const SplitKernel& kernel = options.has_kernel() ? curved : linear;
    for (const double epsilon : grid.epsilons)
      for (const KernelModel& model : fit_kernel_path(kernel.train, train_y, classes, grid.costs,
                                                      epsilon * spread_of(train_y), options, work))
        sums[at++] += inner_score(predict_from_kernel(model, kernel.test, classes), test_y, classes);
  }
}

/// The best point; what differs by rounding alone is a tie, which the smallest cost wins.
GridPoint best_point(const std::vector<double>& sums, const NestedGrid& grid) {
  GridPoint best;
  double best_score = -std::numeric_limits<double>::infinity();
  for (std::size_t c = 0; c < grid.costs.size(); ++c)
    for (std::size_t e = 0; e < grid.epsilons.size(); ++e)
      for (std::size_t g = 0; g < grid.gammas.size(); ++g) {
        const double score = sums[(g * grid.epsilons.size() + e) * grid.costs.size() + c];
        if (score > best_score + 1e-12 * std::abs(score)) {
          best_score = score;
          best = {c, g, e};
        }
      }
  return best;
}

}  // namespace

FoldOutcome run_outer_fold(const EvaluationData& data, const KernelSource& source, const Eigen::VectorXd& y,
                           const OuterFold& fold, const LearnerOptions& options, const Work& work) {
  const int classes = static_cast<int>(data.classes.size());
  const NestedGrid grid(options);
  FoldOutcome outcome;
  outcome.inner_score = std::numeric_limits<double>::quiet_NaN();
  GridPoint chosen;
  if (grid.size() > 1) {
    std::vector<double> sums(grid.size(), 0);
    for (const RowSplit& rows : fold.inner)
      add_inner_scores(source, y, classes, rows, grid, options, work, sums);
    chosen = best_point(sums, grid);
    outcome.inner_score =
        sums[(chosen.gamma * grid.epsilons.size() + chosen.epsilon) * grid.costs.size() + chosen.cost] /
        static_cast<double>(fold.inner.size());
  }
  SplitKernel kernel = source.split(fold.rows, y);
  const Eigen::VectorXd train_y = y(fold.rows.train);
  outcome.features = kernel.features;
  outcome.cost = grid.costs[chosen.cost];
  outcome.epsilon = grid.epsilons[chosen.epsilon] * (classes == 0 ? spread_of(train_y) : 0);
  if (options.has_kernel()) {
    outcome.gamma = gamma_of(kernel, grid.gammas[chosen.gamma]);
    kernel = kernel.rbf(outcome.gamma);
  }
  const auto models =
      fit_kernel_path(kernel.train, train_y, classes, {outcome.cost}, outcome.epsilon, options, work);
  outcome.converged = models.front().converged;
  outcome.predictions = predict_from_kernel(models.front(), kernel.test, classes);
  return outcome;
}

PooledPredictions pool_predictions(const EvaluationData& data, const std::vector<OuterFold>& folds,
                                   const std::vector<FoldOutcome>& outcomes) {
  const auto classes = static_cast<Eigen::Index>(data.classes.size());
  PooledPredictions pooled;
  pooled.values = Eigen::VectorXd::Constant(data.rows(), std::numeric_limits<double>::quiet_NaN());
  pooled.scores = Eigen::MatrixXd::Constant(data.rows(), classes, std::numeric_limits<double>::quiet_NaN());
  pooled.fold.assign(static_cast<std::size_t>(data.rows()), -1);
  for (std::size_t f = 0; f < folds.size(); ++f)
    for (std::size_t i = 0; i < folds[f].rows.test.size(); ++i) {
      const auto row = folds[f].rows.test[i], at = static_cast<Eigen::Index>(i);
      pooled.values(row) = outcomes[f].predictions.values(at);
      if (classes > 0) pooled.scores.row(row) = outcomes[f].predictions.scores.row(at);
      pooled.fold[static_cast<std::size_t>(row)] = static_cast<int>(f);
    }
  for (Eigen::Index row = 0; row < data.rows(); ++row)
    if (pooled.fold[static_cast<std::size_t>(row)] >= 0) pooled.rows.push_back(row);
  return pooled;
}

}  // namespace facelex
