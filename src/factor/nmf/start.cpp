#include "start.hpp"

#include <Eigen/Eigenvalues>
#include <cmath>

#include "facelex/core/random.hpp"
#include "factor/block_sum.hpp"

namespace facelex {

namespace {

double mean_of(const RowMatrix& v) {
  return v.sum() / static_cast<double>(v.size());
}

NmfFactors random_factors(const RowMatrix& v, Eigen::Index components, std::uint64_t seed) {
  const double scale = std::sqrt(mean_of(v) / static_cast<double>(components));
  Random random(seed);
  NmfFactors start{Eigen::MatrixXd(v.rows(), components), Eigen::MatrixXd(v.cols(), components)};
  for (double& value : start.columns.reshaped()) value = scale * std::abs(random.normal());
  for (double& value : start.rows.reshaped()) value = scale * std::abs(random.normal());
  return start;
}

/// The positive or the negative parts of a pair of singular vectors, whichever weigh more, times √(σ·weight).
void take_heavier_sign(const Eigen::VectorXd& left, const Eigen::VectorXd& right, double sigma,
                       Eigen::Ref<Eigen::VectorXd> row_part, Eigen::Ref<Eigen::VectorXd> column_part) {
  const Eigen::VectorXd left_up = left.cwiseMax(0), right_up = right.cwiseMax(0);
  const Eigen::VectorXd left_down = (-left).cwiseMax(0), right_down = (-right).cwiseMax(0);
  const double up = left_up.norm() * right_up.norm(), down = left_down.norm() * right_down.norm();
  const double weight = std::max(up, down);
  if (!(weight > 0)) return;
  const double scale = std::sqrt(sigma * weight);
  row_part = up > down ? Eigen::VectorXd(scale / left_up.norm() * left_up)
                       : Eigen::VectorXd(scale / left_down.norm() * left_down);
  column_part = up > down ? Eigen::VectorXd(scale / right_up.norm() * right_up)
                          : Eigen::VectorXd(scale / right_down.norm() * right_down);
}

NmfFactors nndsvd(const RowMatrix& v, Eigen::Index components, ThreadPool& pool, const Work& work) {
  constexpr double min_singular = 1e-7;  // of the largest: what the eigenvalues of VᵀV can tell
  constexpr double min_entry = 1e-6;     // scikit-learn's eps
  const Eigen::Index columns = v.cols();
  const Eigen::MatrixXd gram = sum_over_blocks(
      pool, work, static_cast<std::size_t>(v.rows()), Eigen::MatrixXd::Zero(columns, columns).eval(),
      [&](Eigen::Index first, Eigen::Index rows, Eigen::MatrixXd& sum) {
        sum.noalias() = v.middleRows(first, rows).transpose() * v.middleRows(first, rows);
      });
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(gram);
  NmfFactors start{Eigen::MatrixXd::Zero(v.rows(), components), Eigen::MatrixXd::Zero(columns, components)};
  const double largest = std::sqrt(std::max(0.0, eigen.eigenvalues()[columns - 1]));
  for (Eigen::Index j = 0; j < components; ++j) {
    const Eigen::Index from = columns - 1 - j;  // Eigen's are in ascending order
    const double sigma = std::sqrt(std::max(0.0, eigen.eigenvalues()[from]));
    if (!(sigma > min_singular * largest)) break;
    const Eigen::VectorXd right = eigen.eigenvectors().col(from), left = v * right / sigma;
    if (j == 0) {
      start.rows.col(0) = std::sqrt(sigma) * left.cwiseAbs();
      start.columns.col(0) = std::sqrt(sigma) * right.cwiseAbs();
    } else {
      take_heavier_sign(left, right, sigma, start.rows.col(j), start.columns.col(j));
    }
  }
  const auto cut = [](double value) { return value < min_entry ? 0 : value; };
  start.rows = start.rows.unaryExpr(cut);
  start.columns = start.columns.unaryExpr(cut);
  return start;
}

}  // namespace

NmfFactors start_nmf(const RowMatrix& v, Eigen::Index components, const NmfOptions& options, ThreadPool& pool,
                     const Work& work) {
  if (options.start == NmfStart::random)
    return random_factors(v, components, static_cast<std::uint64_t>(options.seed));
  NmfFactors start = nndsvd(v, components, pool, work);
  if (options.start != NmfStart::nndsvd) {
    const auto fill = [mean = mean_of(v)](double value) { return value == 0 ? mean : value; };
    start.rows = start.rows.unaryExpr(fill);
    start.columns = start.columns.unaryExpr(fill);
  }
  return start;
}

}  // namespace facelex
