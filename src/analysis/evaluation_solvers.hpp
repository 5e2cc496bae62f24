#pragma once

#include <Eigen/Core>

#include "facelex/core/work.hpp"

namespace facelex {

/// A machine being fitted. Given back to a solver with a larger cost, it is where that begins.
struct KernelSolution {
  Eigen::VectorXd coefficients;  ///< n
  double intercept = 0;
  bool converged = true;
};

/// max Σ linear_i β_i − ½ βᵀKβ with Σβ = 0 and low ≤ β ≤ high. Variable i uses row i mod n of the kernel:
/// ε-SVR has two for each.
struct BoxProblem {
  const Eigen::MatrixXd& kernel;  ///< n×n
  Eigen::VectorXd linear, low, high;
};
struct BoxSolution {
  Eigen::VectorXd beta;
  double intercept = 0;
  bool converged = true;
};
/// Sequential minimal optimisation with second-order choice of pairs (Fan, Chen & Lin 2005; libsvm's), until
/// the conditions hold to `tolerance`, from the feasible `start`. The intercept is the mean over variables
/// between their bounds, else the middle of what the bounds allow.
BoxSolution solve_box(const BoxProblem& problem, Eigen::VectorXd start, double tolerance, const Work& work);

/// SVM with hinge loss. y: ±1, cost: n. `start` may be empty.
KernelSolution solve_hinge(const Eigen::MatrixXd& kernel, const Eigen::VectorXd& y,
                           const Eigen::VectorXd& cost, const KernelSolution& start, double tolerance,
                           const Work& work);
/// ε-SVR.
KernelSolution solve_svr(const Eigen::MatrixXd& kernel, const Eigen::VectorXd& y, double cost, double epsilon,
                         double tolerance, const Work& work);
/// SVM with squared hinge loss and penalised intercept, by Newton's method on the primal (Keerthi & DeCoste
/// 2005; Chapelle 2007): ends at the exact minimum.
KernelSolution solve_squared_hinge(const Eigen::MatrixXd& kernel, const Eigen::VectorXd& y,
                                   const Eigen::VectorXd& cost, const KernelSolution& start, double tolerance,
                                   const Work& work);
/// Logistic regression, by Newton's method with line search.
KernelSolution solve_logistic(const Eigen::MatrixXd& kernel, const Eigen::VectorXd& y,
                              const Eigen::VectorXd& cost, const KernelSolution& start, double tolerance,
                              const Work& work);
/// Ridge regression with penalty alpha > 0.
KernelSolution solve_ridge(const Eigen::MatrixXd& kernel, const Eigen::VectorXd& y, double alpha);

}  // namespace facelex
