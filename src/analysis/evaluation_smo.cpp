#include <algorithm>
#include <cmath>
#include <limits>

#include "evaluation_solvers.hpp"

namespace facelex {
namespace {

constexpr double smo_infinity = std::numeric_limits<double>::infinity();

/// The state of one solution. `slope` is linear − Kβ: where it is larger than the intercept, β wants to grow.
struct BoxState {
  const BoxProblem& problem;
  Eigen::VectorXd beta, slope, diagonal;
  Eigen::Index n, size;

  BoxState(const BoxProblem& given, Eigen::VectorXd start)
      : problem(given),
        beta(std::move(start)),
        diagonal(given.kernel.diagonal()),
        n(given.kernel.rows()),
        size(given.linear.size()) {
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(n);
    for (Eigen::Index i = 0; i < size; ++i) sum(i % n) += beta(i);
    const Eigen::VectorXd value = problem.kernel * sum;
    slope.resize(size);
    for (Eigen::Index begin = 0; begin < size; begin += n)
      slope.segment(begin, n) = problem.linear.segment(begin, n) - value;
  }

  /// The variable with the largest slope that may grow.
  Eigen::Index most_rising() const {
    Eigen::Index best = -1;
    double most = -smo_infinity;
    for (Eigen::Index i = 0; i < size; ++i)
      if (beta(i) < problem.high(i) && slope(i) > most) {
        most = slope(i);
        best = i;
      }
    return best;
  }

  /// The partner that may shrink whose exchange with i gains most; `least`: the smallest slope of any.
  Eigen::Index best_partner(Eigen::Index i, double& least) const {
    least = smo_infinity;
    Eigen::Index best = -1;
    double most = 0;
    const double top = slope(i), own = diagonal(i % n);
    for (Eigen::Index begin = 0; begin < size; begin += n) {
      const double* const row = problem.kernel.col(i % n).data();
      for (Eigen::Index k = 0; k < n; ++k) {
        const Eigen::Index j = begin + k;
        if (!(beta(j) > problem.low(j))) continue;
        least = std::min(least, slope(j));
        const double gap = top - slope(j);
        if (!(gap > 0)) continue;
        const double gain = gap * gap / curvature(own + diagonal(k) - 2 * row[k]);
        if (gain > most) {
          most = gain;
          best = j;
        }
      }
    }
    return best;
  }

  void exchange(Eigen::Index i, Eigen::Index j) {
    const auto column_i = problem.kernel.col(i % n), column_j = problem.kernel.col(j % n);
    const double room_i = problem.high(i) - beta(i), room_j = beta(j) - problem.low(j);
    const double wanted =
        (slope(i) - slope(j)) / curvature(diagonal(i % n) + diagonal(j % n) - 2 * column_i(j % n));
    const double step = std::min({wanted, room_i, room_j});
    beta(i) = step == room_i ? problem.high(i) : beta(i) + step;
    beta(j) = step == room_j ? problem.low(j) : beta(j) - step;
    for (Eigen::Index begin = 0; begin < size; begin += n)
      slope.segment(begin, n) -= step * (column_i - column_j);
  }

  double intercept() const {
    double sum = 0, highest = -smo_infinity, lowest = smo_infinity;
    Eigen::Index free = 0;
    for (Eigen::Index i = 0; i < size; ++i) {
      const bool may_grow = problem.high(i) > beta(i), may_shrink = problem.low(i) < beta(i);
      if (may_grow && may_shrink) {
        sum += slope(i);
        ++free;
      }
      if (may_grow) highest = std::max(highest, slope(i));
      if (may_shrink) lowest = std::min(lowest, slope(i));
    }
    return free > 0 ? sum / static_cast<double>(free) : (highest + lowest) / 2;
  }

  /// Two equal rows have none; libsvm's least curvature.
  static double curvature(double value) { return value > 0 ? value : 1e-12; }
};

}  // namespace

BoxSolution solve_box(const BoxProblem& problem, Eigen::VectorXd start, double tolerance, const Work& work) {
  BoxState state(problem, std::move(start));
  const long long most = 100000 + 100LL * state.size;
  BoxSolution solution;
  solution.converged = false;
  for (long long iteration = 0; iteration < most; ++iteration) {
    if (iteration % 4096 == 0) work.check_stop();
    const Eigen::Index i = state.most_rising();
    double least = smo_infinity;
    const Eigen::Index j = i < 0 ? -1 : state.best_partner(i, least);
    if (j < 0 || state.slope(i) - least < tolerance) {
      solution.converged = true;
      break;
    }
    state.exchange(i, j);
  }
  solution.intercept = state.intercept();
  solution.beta = std::move(state.beta);
  return solution;
}

KernelSolution solve_hinge(const Eigen::MatrixXd& kernel, const Eigen::VectorXd& y,
                           const Eigen::VectorXd& cost, const KernelSolution& start, double tolerance,
                           const Work& work) {
  BoxProblem problem{kernel, y, y.cwiseProduct(cost).cwiseMin(0), y.cwiseProduct(cost).cwiseMax(0)};
  Eigen::VectorXd beta = Eigen::VectorXd::Zero(y.size());
  if (start.coefficients.size() == y.size()) {
    // The best multiple of the smaller cost's solution that is still allowed.
    beta = start.coefficients;
    const double square = beta.dot(kernel * beta);
    double most = smo_infinity;
    for (Eigen::Index i = 0; i < y.size(); ++i)
      if (beta(i) != 0) most = std::min(most, cost(i) / std::abs(beta(i)));
    if (square > 0 && most > 1 && most < smo_infinity) {
      const double factor = std::clamp(beta.cwiseAbs().sum() / square, 1.0, most);
      beta = (beta * factor).cwiseMax(problem.low).cwiseMin(problem.high);
    }
  }
  BoxSolution found = solve_box(problem, std::move(beta), tolerance, work);
  return {std::move(found.beta), found.intercept, found.converged};
}

KernelSolution solve_svr(const Eigen::MatrixXd& kernel, const Eigen::VectorXd& y, double cost, double epsilon,
                         double tolerance, const Work& work) {
  const Eigen::Index n = y.size();
  BoxProblem problem{kernel, Eigen::VectorXd(2 * n), Eigen::VectorXd::Zero(2 * n),
                     Eigen::VectorXd::Zero(2 * n)};
  problem.linear << y.array() - epsilon, y.array() + epsilon;
  problem.high.head(n).setConstant(cost);
  problem.low.tail(n).setConstant(-cost);
  const BoxSolution found = solve_box(problem, Eigen::VectorXd::Zero(2 * n), tolerance, work);
  return {found.beta.head(n) + found.beta.tail(n), found.intercept, found.converged};
}

}  // namespace facelex
