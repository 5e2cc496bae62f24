#include "facelex/analysis/variance_explained.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "facelex/analysis/unit_geometry.hpp"
#include "facelex/core/random.hpp"
#include "facelex/factor/lasso_path.hpp"

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

bool orthogonal(const RowMatrix& movements) {
  constexpr double rounding = 1e-8;
  const auto found = coherence(movements);
  return !found || found->largest < rounding;
}

/// units: orthonormal rows.
Eigen::VectorXd residual_of_orthogonal(const RowMatrix& samples, const RowMatrix& units, bool positive) {
  RowMatrix gains = samples * units.transpose();
  if (positive) gains = gains.cwiseMax(0);
  gains = gains.array().square();
  Eigen::VectorXd residual = Eigen::VectorXd::Zero(units.rows() + 1);
  for (auto gain : gains.rowwise()) {
    std::sort(gain.begin(), gain.end(), std::greater<>());
    residual.tail(gain.size()) -= gain.transpose();
  }
  residual[0] = samples.squaredNorm();
  for (Eigen::Index k = 1; k < residual.size(); ++k) residual[k] += residual[k - 1];
  return residual.cwiseMax(0);
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

Eigen::VectorXd residual_by_active_units(const RowMatrix& samples, const RowMatrix& movements, bool positive,
                                         const Work& work) {
  std::vector<Eigen::Index> moving;
  for (Eigen::Index k = 0; k < movements.rows(); ++k)
    if (movements.row(k).squaredNorm() > 0) moving.push_back(k);
  RowMatrix atoms = movements(moving, Eigen::all);
  atoms.rowwise().normalize();  // so that a penalty means the same for units of any measure
  const Eigen::VectorXd found = orthogonal(atoms)
                                    ? residual_of_orthogonal(samples, atoms, positive)
                                    : lasso_path_curves(samples, atoms, positive, {}, work).residual_by_units;
  Eigen::VectorXd residual = Eigen::VectorXd::Constant(movements.rows() + 1, found[found.size() - 1]);
  residual.head(found.size()) = found;
  return residual;
}

}  // namespace facelex
