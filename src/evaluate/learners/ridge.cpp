#include <Eigen/Cholesky>

#include "solvers.hpp"

namespace facelex {

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
