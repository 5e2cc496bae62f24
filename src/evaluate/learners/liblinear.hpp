#pragma once

#include <linear.h>

#include <Eigen/Core>
#include <vector>

#include "solvers.hpp"

namespace facelex {

enum class PrimalLoss { squared_hinge, logistic };

/// liblinear's trust-region Newton methods, which draw no random numbers, in the coordinates that a Gram
/// matrix gives its rows: K = FFᵀ by its eigenvectors, without eigenvalues that are rounding. They span what
/// the rows do, so the solution is that in all features, whose number no longer matters. F is computed once
/// for all machines and costs. Eigenvectors, because their Hessian is nearly diagonal, which is what
/// liblinear preconditions its conjugate gradients by.
///
/// `converged` is whether Newton's next step, computed here, would change the training rows' values by less
/// than the tolerance, or the objective by less than 1e-12 of itself: liblinear compares objectives, and ends
/// where rounding hides their difference.
class PrimalSolver {
 public:
  /// `gram`: n×n, finite, positive semidefinite. All problems have all its rows.
  PrimalSolver(const Eigen::MatrixXd& gram, PrimalLoss loss);

  /// y: ±1, both there. squared_hinge: ½(‖w‖² + b²) + cost Σ weightᵢ max(0, 1 − yᵢf(xᵢ))²; logistic: ½‖w‖² +
  /// cost Σ weightᵢ log(1 + exp(−yᵢf(xᵢ))). `start`: of another cost, where the search
  /// begins; without coefficients: at zero.
  KernelSolution solve(const MachineProblem& problem, double cost, double tolerance,
                       const KernelSolution& start);

 private:
  double bias_for(const Eigen::VectorXd& costs, double tolerance) const;
  double gradient_unit(const MachineProblem& problem, const Eigen::VectorXd& costs, double bias) const;
  void train(const MachineProblem& problem, double cost, double bias, double precision,
             Eigen::VectorXd& weights);
  /// What is left to do, by Newton's next step: the largest change of a row's value, and the share of the
  /// objective that is gained. The change is only bounded where that suffices for `tolerance`.
  struct Remainder {
    double change, share;
  };
  Remainder remainder(const MachineProblem& problem, const Eigen::VectorXd& costs,
                      const Eigen::VectorXd& weights, double tolerance) const;

  PrimalLoss loss_;
  Eigen::MatrixXd coordinates_;        ///< F: n×r
  Eigen::MatrixXd rows_from_weights_;  ///< n×r: the coefficients β with w = Fᵀβ
  std::vector<feature_node> table_;    ///< n rows of r coordinates, the bias and liblinear's end
  double longest_row_ = 1;             ///< √(max K_ii + 1)
};

}  // namespace facelex
