#include "facelex/factor/pca.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <string>

#include "block_sum.hpp"
#include "facelex/core/error.hpp"
#include "finite_samples.hpp"

namespace facelex {

RowMatrix Pca::encode(const RowMatrix& samples) const {
  return (samples.rowwise() - mean.transpose()) * components.transpose();
}

RowMatrix Pca::decode(const RowMatrix& codes) const {
  return (codes * components).rowwise() + mean.transpose();
}

Pca fit_pca(const RowMatrix& samples, Eigen::Index components, bool centred, const Work& work) {
  const Eigen::Index rows = samples.rows(), dimensions = samples.cols();
  if (components < 1 || components > dimensions)
    throw usage_error(
        "components: " + std::to_string(components) + " is not 1 … " + std::to_string(dimensions),
        "there are no more components than columns");
  if (rows < std::max<Eigen::Index>(2, components))
    throw data_error(
        {}, std::to_string(rows) + " samples are too few for " + std::to_string(components) + " components");
  require_finite(samples, "sample");

  ThreadPool pool(work.threads);
  const auto count = static_cast<std::size_t>(rows);
  Pca pca;
  pca.mean = Eigen::VectorXd::Zero(dimensions);
  if (centred)
    pca.mean = sum_over_blocks(pool, work, count, pca.mean,
                               [&](Eigen::Index first, Eigen::Index n, Eigen::VectorXd& sum) {
                                 for (Eigen::Index t = first; t < first + n; ++t) sum += samples.row(t);
                               }) /
               static_cast<double>(rows);
  // The mean is subtracted before the squares are summed: the shorter formula loses half the digits.
  const Eigen::MatrixXd none = Eigen::MatrixXd::Zero(dimensions, dimensions);
  Eigen::MatrixXd covariance =
      sum_over_blocks(pool, work, count, none, [&](Eigen::Index first, Eigen::Index n, Eigen::MatrixXd& sum) {
        const RowMatrix centred_block = samples.middleRows(first, n).rowwise() - pca.mean.transpose();
        sum.noalias() = centred_block.transpose() * centred_block;
      });
  covariance /= static_cast<double>(centred ? rows - 1 : rows);

  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(covariance);
  const double total = covariance.trace();
  pca.components.resize(components, dimensions);
  pca.variance.resize(components);
  for (Eigen::Index k = 0; k < components; ++k) {
    const Eigen::Index from = dimensions - 1 - k;  // Eigen's are in rising order
    pca.variance[k] = std::max(0.0, eigen.eigenvalues()[from]);
    Eigen::VectorXd component = eigen.eigenvectors().col(from);
    Eigen::Index largest = 0;
    component.cwiseAbs().maxCoeff(&largest);
    if (component[largest] < 0) component = -component;
    pca.components.row(k) = component.transpose();
  }
  pca.variance_share =
      total > 0 ? Eigen::VectorXd(pca.variance / total) : Eigen::VectorXd::Zero(components).eval();
  return pca;
}

}  // namespace facelex
