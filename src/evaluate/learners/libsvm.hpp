#pragma once

#include <libsvm/svm.h>

#include <Eigen/Core>
#include <vector>

#include "solvers.hpp"

namespace facelex {

/// libsvm's C-SVC and ε-SVR on one Gram matrix, whose table in libsvm's form is made once for all machines
/// and costs. It draws no random numbers, so solutions depend on nothing but what is given. libsvm's copy of
/// the kernel is in single precision: a solution is that of a kernel rounded to 2⁻²⁴ of each value.
///
/// The intercept is computed here from the coefficients, as libsvm does, but in double and with those that
/// rounding left next to a bound at it. `converged` is whether the optimality conditions, computed here in
/// double, hold to `tolerance` and what that rounding explains.
class SupportVectorSolver {
 public:
  /// `gram`: n×n, finite; must outlive the solver.
  explicit SupportVectorSolver(const Eigen::MatrixXd& gram);

  /// The smallest tolerance that is safe to ask for where no coefficient is larger than `max_cost`: 1e-6, or
  /// what rounding can be, but not above libsvm's own 1e-3. With more rows than features the kernel is
  /// singular, and its rounded copy has directions of negative curvature: asked for less than rounding
  /// explains, libsvm often goes on to its limit of 10⁷ steps, and says so on stderr past its hook.
  double safe_tolerance(double max_cost) const;

  /// ½‖w‖² + cost Σ weightᵢ max(0, 1 − yᵢf(xᵢ)), y: ±1, both there.
  KernelSolution classify(const MachineProblem& problem, double cost, double tolerance) const;
  /// ½‖w‖² + cost Σ max(0, |yᵢ − f(xᵢ)| − epsilon).
  KernelSolution regress(const MachineProblem& problem, double cost, double epsilon, double tolerance) const;

 private:
  /// The coefficients.
  Eigen::VectorXd train(const MachineProblem& problem, const svm_parameter& parameters) const;

  const Eigen::MatrixXd& gram_;
  double max_row_sum_ = 0;       ///< largest sum of a row's moduli
  std::vector<svm_node> table_;  ///< n rows of 1 + n nodes: the row's number from 1, then its values
};

}  // namespace facelex
