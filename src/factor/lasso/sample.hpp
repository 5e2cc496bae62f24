#pragma once

#include <Eigen/Core>
#include <vector>

#include "facelex/factor/lasso/sparse_coding.hpp"

namespace facelex {

/// The lasso of one sample, given what the dictionary and the sample have in common: the Gram matrix and the
/// projections. One object serves many samples, so that nothing is allocated for each.
class LassoSample {
 public:
  /// gram: K×K; both must outlive this.
  LassoSample(const Eigen::MatrixXd& gram, const LassoOptions& options);

  Eigen::VectorXd projection;  ///< K, q = Wx: set before solve
  Eigen::VectorXd code;        ///< K, z: the start before solve, the code after it

  /// To the optimum (LassoSolver::exact). False when max_sweeps came first.
  bool solve();

 private:
  Eigen::Index atom(Eigen::Index i) const { return support_[static_cast<std::size_t>(i)]; }
  void restart_gradient();
  double sweep();  ///< once over all atoms; max|Δz|
  bool solve_exactly();
  void minimise_on_support();
  void move_on_support(double max_step);
  Eigen::Index factorise_support();
  void find_optimum_direction();
  void find_null_direction(Eigen::Index dependent);
  void solve_upper(Eigen::Index n);
  bool is_optimal(double tolerance) const;

  const Eigen::MatrixXd& gram_;
  const LassoOptions& options_;
  Eigen::VectorXd gradient_;           ///< K, g = q − Gz, kept up to date
  std::vector<Eigen::Index> support_;  ///< the atoms whose code is not zero
  Eigen::MatrixXd factor_;  ///< Cholesky factor of the Gram matrix on the support, in its upper left corner
  Eigen::VectorXd direction_;  ///< of the next move, an entry per atom of the support
};

}  // namespace facelex
