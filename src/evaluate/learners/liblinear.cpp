#include "liblinear.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <mutex>

#include "solver_stop.hpp"

namespace facelex {
namespace {

/// What prints is one pointer for the process. liblinear calls it at every step.
void watch_liblinear() {
  static std::once_flag watched;
  std::call_once(watched, [] { set_print_string_function(SolverStop::heed); });
}

struct LinearModelDeleter {
  void operator()(model* trained) const { free_and_destroy_model(&trained); }
};

double sigmoid(double value) {
  return value >= 0 ? 1 / (1 + std::exp(-value)) : std::exp(value) / (1 + std::exp(value));
}

/// Of the loss at value f: itself, −∂/∂f and ∂²/∂f².
struct LossSlope {
  double loss, descent, curvature;
};
LossSlope loss_slope(PrimalLoss loss, double y, double value) {
  if (loss == PrimalLoss::squared_hinge) {
    const double slack = std::max(0.0, 1 - y * value);
    return {slack * slack, 2 * y * slack, slack > 0 ? 2.0 : 0.0};
  }
  const double margin = y * value, wrong = sigmoid(-margin);
  return {std::log1p(std::exp(-std::abs(margin))) + std::max(0.0, -margin), y * wrong,
          wrong * sigmoid(margin)};
}

}  // namespace

PrimalSolver::PrimalSolver(const Eigen::MatrixXd& gram, PrimalLoss loss) : loss_(loss) {
  watch_liblinear();
  const Eigen::Index n = gram.rows();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> decomposition(gram);
  const Eigen::VectorXd& values = decomposition.eigenvalues();  // ascending
  const double rounding =
      static_cast<double>(n) * std::numeric_limits<double>::epsilon() * std::max(0.0, values(n - 1));
  const Eigen::Index kept = (values.array() > rounding).count();
  const Eigen::VectorXd root = values.tail(kept).cwiseSqrt();
  coordinates_ = decomposition.eigenvectors().rightCols(kept) * root.asDiagonal();
  rows_from_weights_ = decomposition.eigenvectors().rightCols(kept) * root.cwiseInverse().asDiagonal();
  longest_row_ = std::sqrt(gram.diagonal().maxCoeff() + 1);
  table_.reserve(static_cast<std::size_t>(n * (kept + 2)));
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index k = 0; k < kept; ++k) table_.push_back({static_cast<int>(k + 1), coordinates_(i, k)});
    table_.push_back({static_cast<int>(kept + 1), 1});
    table_.push_back({-1, 0});
  }
}

/// liblinear penalises the intercept. Of a constant feature B its weight is b/B, and the penalty b²/(2B²):
/// B is what moves b by less than a tenth of the tolerance's share, the loss' curvature along b being at most
/// Σ costs/4.
double PrimalSolver::bias_for(const Eigen::VectorXd& costs, double tolerance) const {
  if (loss_ == PrimalLoss::squared_hinge) return 1;
  return std::sqrt(10 / (tolerance * std::min(1.0, costs.sum() / 4)));
}

/// The length of the gradient at zero, of which liblinear's `eps` times the share of the rarer class is where
/// it ends.
double PrimalSolver::gradient_unit(const MachineProblem& problem, const Eigen::VectorXd& costs,
                                   double bias) const {
  Eigen::VectorXd descent(problem.y.size());
  for (Eigen::Index i = 0; i < descent.size(); ++i)
    descent(i) = costs(i) * loss_slope(loss_, problem.y(i), 0).descent;
  const auto n = static_cast<double>(problem.y.size());
  const double positive = static_cast<double>((problem.y.array() > 0).count());
  const double share = std::max(std::min(positive, n - positive), 1.0) / n;
  return share * std::hypot((coordinates_.transpose() * descent).norm(), bias * descent.sum());
}

void PrimalSolver::train(const MachineProblem& problem, double cost, double bias, double precision,
                         Eigen::VectorXd& weights) {
  const auto size = static_cast<std::size_t>(problem.y.size());
  const auto width = static_cast<std::size_t>(coordinates_.cols() + 2);
  std::vector<feature_node*> rows(size);
  for (std::size_t i = 0; i < size; ++i) {
    rows[i] = &table_[i * width];
    rows[i][width - 2].value = bias;
  }
  Eigen::VectorXd y = problem.y, start = weights;
  start(coordinates_.cols()) /= bias;
  const ::problem told{static_cast<int>(size), static_cast<int>(width - 1), y.data(), rows.data(), bias};
  std::array<int, 2> labels = {1, -1};
  std::array<double, 2> class_weights = {problem.positive_weight, problem.negative_weight};
  parameter parameters{};
  parameters.solver_type = loss_ == PrimalLoss::logistic ? L2R_LR : L2R_L2LOSS_SVC;
  parameters.eps = precision;
  parameters.C = cost;
  parameters.nr_weight = 2;
  parameters.weight_label = labels.data();
  parameters.weight = class_weights.data();
  parameters.init_sol = start.data();
  const std::unique_ptr<model, LinearModelDeleter> trained(::train(&told, &parameters));
  // Of the labels 1 and −1 the first is liblinear's positive one, whatever comes first.
  weights = Eigen::Map<const Eigen::VectorXd>(trained->w, static_cast<Eigen::Index>(width - 1));
  weights(coordinates_.cols()) *= bias;
}

PrimalSolver::Remainder PrimalSolver::remainder(const MachineProblem& problem, const Eigen::VectorXd& costs,
                                                const Eigen::VectorXd& weights, double tolerance) const {
  const Eigen::Index last = coordinates_.cols();
  const Eigen::VectorXd values = (coordinates_ * weights.head(last)).array() + weights(last);
  Eigen::VectorXd penalty = Eigen::VectorXd::Ones(last + 1), downhill(last + 1), descent(values.size());
  if (loss_ == PrimalLoss::logistic) penalty(last) = 0;
  double objective = weights.dot(penalty.cwiseProduct(weights)) / 2;
  std::vector<Eigen::Index> curved;
  std::vector<double> root;
  for (Eigen::Index i = 0; i < values.size(); ++i) {
    const LossSlope slope = loss_slope(loss_, problem.y(i), values(i));
    objective += costs(i) * slope.loss;
    descent(i) = costs(i) * slope.descent;
    if (slope.curvature == 0) continue;
    curved.push_back(i);
    root.push_back(std::sqrt(costs(i) * slope.curvature));
  }
  downhill << coordinates_.transpose() * descent, descent.sum();
  downhill -= penalty.cwiseProduct(weights);
  // Where the penalty alone bounds the step, the Hessian is not needed: |xᵀH⁻¹g| ≤ ‖x‖‖g‖.
  if (loss_ == PrimalLoss::squared_hinge && longest_row_ * downhill.norm() < tolerance)
    return {longest_row_ * downhill.norm(), 0};
  Eigen::MatrixXd rows(last + 1, static_cast<Eigen::Index>(curved.size()));
  for (Eigen::Index i = 0; i < rows.cols(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    rows.col(i) << root[at] * coordinates_.row(curved[at]).transpose(), root[at];
  }
  Eigen::MatrixXd hessian = penalty.asDiagonal();
  hessian.selfadjointView<Eigen::Lower>().rankUpdate(rows);
  const Eigen::VectorXd step = hessian.llt().solve(downhill);
  const double change = ((coordinates_ * step.head(last)).array() + step(last)).abs().maxCoeff();
  return {change, downhill.dot(step) / 2 / objective};
}

KernelSolution PrimalSolver::solve(const MachineProblem& problem, double cost, double tolerance,
                                   const KernelSolution& start) {
  constexpr double rounding = 1e-12;  // of the objective: liblinear ends where steps gain less
  const Eigen::Index last = coordinates_.cols();
  const Eigen::VectorXd costs = problem.weights() * cost;
  const double bias = bias_for(costs, tolerance), unit = gradient_unit(problem, costs, bias);
  Eigen::VectorXd weights = Eigen::VectorXd::Zero(last + 1);
  if (start.coefficients.size() > 0)
    weights << coordinates_.transpose() * start.coefficients, start.intercept;
  double gradient = tolerance, before = 0;
  Remainder left{std::numeric_limits<double>::infinity(), 0};
  // liblinear also ends where rounding hides what a step gains. Begun again from there it may go on.
  do {
    before = left.change;
    train(problem, cost, bias, std::max(gradient / unit, std::numeric_limits<double>::min()), weights);
    left = remainder(problem, costs, weights, tolerance);
    gradient *= 0.1 * tolerance / left.change;
  } while (left.change >= tolerance && left.change < 0.9 * before);
  KernelSolution solution;
  solution.converged = left.change < tolerance || left.share < rounding;
  solution.coefficients = rows_from_weights_ * weights.head(last);
  solution.intercept = weights(last);
  return solution;
}

}  // namespace facelex
