#include <Eigen/Cholesky>
#include <cmath>
#include <vector>

#include "evaluation_solvers.hpp"

namespace facelex {
namespace {

constexpr int most_newton_steps = 200;

/// log(1 + exp(−m)).
double logistic_loss(double margin) {
  return margin > 0 ? std::log1p(std::exp(-margin)) : -margin + std::log1p(std::exp(margin));
}

double sigmoid(double value) {
  return value >= 0 ? 1 / (1 + std::exp(-value)) : std::exp(value) / (1 + std::exp(value));
}

/// A point of the primal: coefficients, intercept, and K·coefficients, kept beside.
struct PrimalPoint {
  Eigen::VectorXd beta, image;
  double intercept = 0;

  PrimalPoint towards(const PrimalPoint& other, double share) const {
    return {beta + share * (other.beta - beta), image + share * (other.image - image),
            intercept + share * (other.intercept - intercept)};
  }
  Eigen::VectorXd values() const { return image.array() + intercept; }
};

/// Steps to `newton(point)`, halved until the objective falls, until values hardly change any more.
template <class Objective, class Newton>
PrimalPoint descend(PrimalPoint point, Objective objective, Newton newton, double tolerance, const Work& work,
                    bool& converged) {
  double now = objective(point);
  converged = false;
  for (int step = 0; step < most_newton_steps && !converged; ++step) {
    work.check_stop();
    PrimalPoint aim = newton(point);
    const double change = (aim.values() - point.values()).cwiseAbs().maxCoeff();
    if (change < tolerance) {  // the last step is taken whole: the objective cannot tell it from rounding
      converged = true;
      return aim;
    }
    double share = 1, then = 0;
    PrimalPoint next = aim;
    const double slack = 1e-13 * std::abs(now);  // rounding of the objective's sum is no ascent
    while (!((then = objective(next)) <= now + slack) && share > 1e-10) {
      share /= 2;
      next = point.towards(aim, share);
    }
    if (!(then <= now + slack)) break;
    point = std::move(next);
    now = then;
  }
  return point;
}

PrimalPoint starting_point(const Eigen::MatrixXd& kernel, const KernelSolution& start) {
  PrimalPoint point;
  point.beta =
      start.coefficients.size() == kernel.rows() ? start.coefficients : Eigen::VectorXd::Zero(kernel.rows());
  point.image = kernel * point.beta;
  point.intercept = start.coefficients.size() == kernel.rows() ? start.intercept : 0;
  return point;
}

}  // namespace

KernelSolution solve_squared_hinge(const Eigen::MatrixXd& kernel, const Eigen::VectorXd& y,
                                   const Eigen::VectorXd& cost, const KernelSolution& start, double tolerance,
                                   const Work& work) {
  // The penalised intercept is a feature that is 1 everywhere.
  const Eigen::MatrixXd with_one = kernel.array() + 1;
  KernelSolution without_intercept = start;
  without_intercept.intercept = 0;
  const auto objective = [&](const PrimalPoint& p) {
    return p.beta.dot(p.image) / 2 + (cost.array() * (1 - y.array() * p.image.array()).max(0).square()).sum();
  };
  const auto newton = [&](const PrimalPoint& p) {
    std::vector<Eigen::Index> active;
    for (Eigen::Index i = 0; i < y.size(); ++i)
      if (y(i) * p.image(i) < 1) active.push_back(i);
    Eigen::MatrixXd system = with_one(active, active);
    system.diagonal().array() += 1 / (2 * cost(active).array());
    PrimalPoint aim{Eigen::VectorXd::Zero(y.size()), {}, 0};
    const Eigen::VectorXd target = y(active), solved = system.llt().solve(target);
    aim.beta(active) = solved;
    aim.image = with_one * aim.beta;
    return aim;
  };
  KernelSolution solution;
  const PrimalPoint end = descend(starting_point(with_one, without_intercept), objective, newton, tolerance,
                                  work, solution.converged);
  solution.coefficients = end.beta;
  solution.intercept = end.beta.sum();
  return solution;
}

KernelSolution solve_logistic(const Eigen::MatrixXd& kernel, const Eigen::VectorXd& y,
                              const Eigen::VectorXd& cost, const KernelSolution& start, double tolerance,
                              const Work& work) {
  const auto objective = [&](const PrimalPoint& p) {
    double sum = p.beta.dot(p.image) / 2;
    for (Eigen::Index i = 0; i < y.size(); ++i)
      sum += cost(i) * logistic_loss(y(i) * (p.image(i) + p.intercept));
    return sum;
  };
  // (K + W⁻¹)β + b = f + W⁻¹g with Σβ = 0, where g is the loss' slope and W its curvature; symmetric, through
  // √W.
  const auto newton = [&](const PrimalPoint& p) {
    Eigen::VectorXd root(y.size()), right(y.size());
    for (Eigen::Index i = 0; i < y.size(); ++i) {
      const double value = p.image(i) + p.intercept, wrong = std::max(sigmoid(-y(i) * value), 1e-300),
                   correct = std::max(sigmoid(y(i) * value), 1e-300);
      root(i) = std::sqrt(cost(i) * wrong * correct);
      right(i) = root(i) * value + y(i) * std::sqrt(cost(i) * wrong / correct);
    }
    Eigen::MatrixXd system = root.asDiagonal() * kernel * root.asDiagonal();
    system.diagonal().array() += 1;
    const Eigen::LLT<Eigen::MatrixXd> factors(system);
    const Eigen::VectorXd free = root.cwiseProduct(factors.solve(right)),
                          ones = root.cwiseProduct(factors.solve(root));
    PrimalPoint aim;
    aim.intercept = free.sum() / ones.sum();
    aim.beta = free - aim.intercept * ones;
    aim.image = kernel * aim.beta;
    return aim;
  };
  KernelSolution solution;
  const PrimalPoint end =
      descend(starting_point(kernel, start), objective, newton, tolerance, work, solution.converged);
  solution.coefficients = end.beta;
  solution.intercept = end.intercept;
  return solution;
}

KernelSolution solve_ridge(const Eigen::MatrixXd& kernel, const Eigen::VectorXd& y, double alpha) {
  Eigen::MatrixXd system = kernel;
  system.diagonal().array() += alpha;
  const Eigen::LLT<Eigen::MatrixXd> factors(system);
  const Eigen::VectorXd free = factors.solve(y), ones = factors.solve(Eigen::VectorXd::Ones(y.size()));
  KernelSolution solution;
  solution.intercept = free.sum() / ones.sum();
  solution.coefficients = free - solution.intercept * ones;
  return solution;
}

}  // namespace facelex
