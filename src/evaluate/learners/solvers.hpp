#pragma once

#include <Eigen/Core>
#include <vector>

namespace facelex {

/// One machine's rows of the training set and their targets.
struct MachineProblem {
  std::vector<Eigen::Index> rows;
  Eigen::VectorXd y;                                ///< of these rows; ±1 for classes
  double positive_weight = 1, negative_weight = 1;  ///< times the cost, for y = 1 and y = −1
  int positive = 1, negative = 0;                   ///< classes; negative −1: all others

  Eigen::VectorXd weights() const {
    return (y.array() > 0).select(Eigen::VectorXd::Constant(y.size(), positive_weight), negative_weight);
  }
};

/// f(x) = Σ coefficients_i·k(x_i, x) + intercept over the rows of a problem.
struct KernelSolution {
  Eigen::VectorXd coefficients;
  double intercept = 0;
  bool converged = true;
};

/// Ridge regression with penalty alpha > 0, exactly: one Cholesky decomposition.
KernelSolution solve_ridge(const Eigen::MatrixXd& kernel, const Eigen::VectorXd& y, double alpha);

}  // namespace facelex
