#include "facelex/compare/variance_explained.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <limits>

#include "facelex/core/random.hpp"
#include "facelex/factor/lasso/path.hpp"

namespace facelex {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Between the two nearest of the sorted values (as NumPy's default does).
double percentile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

/// What the units of `support` leave of a sample by least squares.
double refitted_residual(const Eigen::MatrixXd& gram, const Eigen::VectorXd& projection, double squares,
                         const std::vector<Eigen::Index>& support, bool positive) {
  const Eigen::MatrixXd own = gram(support, support);
  const Eigen::VectorXd wanted = projection(support);
  if (positive) return lasso_path(own, wanted, squares, true).squared_residual.back();
  return squares - wanted.dot(own.ldlt().solve(wanted));
}

/// Of one sample, by number of units; never rises.
Eigen::VectorXd residuals_of(const Eigen::MatrixXd& gram, const Eigen::VectorXd& projection, double squares,
                             Eigen::Index max_units, bool positive) {
  Eigen::VectorXd residual = Eigen::VectorXd::Constant(max_units + 1, squares);
  PathStop stop;
  stop.most_units = max_units;
  const LassoPath path = lasso_path(gram, projection, squares, positive, stop);
  std::vector<std::vector<Eigen::Index>> support(static_cast<std::size_t>(max_units) + 1);
  for (const auto& codes : path.codes.rowwise()) {
    std::vector<Eigen::Index> active;
    for (Eigen::Index k = 0; k < codes.size(); ++k)
      if (codes[k] != 0) active.push_back(k);
    if (active.size() < support.size()) support[active.size()] = active;
  }
  for (Eigen::Index k = 1; k <= max_units; ++k) {
    const auto& active = support[static_cast<std::size_t>(k)];
    residual[k] = residual[k - 1];
    if (active.empty()) continue;
    residual[k] =
        std::clamp(refitted_residual(gram, projection, squares, active, positive), 0.0, residual[k - 1]);
  }
  return residual;
}

}  // namespace

PartDraws::PartDraws(std::size_t parts, int draws, std::uint64_t seed) {
  if (parts < 2) return;
  Random random(seed);
  counts_.assign(static_cast<std::size_t>(draws), std::vector<std::uint32_t>(parts, 0));
  for (auto& count : counts_)
    for (std::size_t i = 0; i < parts; ++i) ++count[random.below(parts)];
}

Estimate PartDraws::variance_explained(const std::vector<PartError>& parts) const {
  double error = 0, squares = 0;
  for (const PartError& part : parts) {
    error += part.error;
    squares += part.squares;
  }
  Estimate estimate{squares > 0 ? 1 - error / squares : unknown, unknown, unknown};
  std::vector<double> drawn;
  for (const auto& count : counts_) {
    error = squares = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      error += count[i] * parts[i].error;
      squares += count[i] * parts[i].squares;
    }
    if (squares > 0) drawn.push_back(1 - error / squares);
  }
  if (drawn.empty()) return estimate;
  std::sort(drawn.begin(), drawn.end());
  estimate.low = percentile(drawn, 0.025);
  estimate.high = percentile(drawn, 0.975);
  return estimate;
}

Eigen::VectorXd residual_by_active_units(const RowMatrix& samples, const RowMatrix& movements,
                                         Eigen::Index max_units, bool positive, const Work& work) {
  std::vector<Eigen::Index> moving;
  for (Eigen::Index k = 0; k < movements.rows(); ++k)
    if (movements.row(k).squaredNorm() > 0) moving.push_back(k);
  const RowMatrix units = movements(moving, Eigen::all).rowwise().normalized();
  const Eigen::MatrixXd gram = units * units.transpose();
  const RowMatrix projections = samples * units.transpose();
  const Eigen::Index within = std::min(max_units, units.rows());
  Eigen::VectorXd residual = Eigen::VectorXd::Zero(max_units + 1);
  for (Eigen::Index t = 0; t < samples.rows(); ++t) {
    if (t % 256 == 0) work.check_stop();
    const double squares = samples.row(t).squaredNorm();
    if (within == 0 || squares == 0) {
      residual.array() += squares;
      continue;
    }
    const Eigen::VectorXd one = residuals_of(gram, projections.row(t), squares, within, positive);
    residual.head(within + 1) += one;
    residual.tail(max_units - within).array() += one[within];
  }
  return residual;
}

}  // namespace facelex
