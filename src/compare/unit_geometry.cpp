#include "facelex/compare/unit_geometry.hpp"

#include <algorithm>
#include <cmath>

#include "facelex/compare/assignment.hpp"
#include "facelex/core/random.hpp"
#include "facelex/face/schemes/features.hpp"

namespace facelex {
namespace {

/// Rows of norm 1, or of zeros.
RowMatrix directions(const RowMatrix& rows) {
  RowMatrix unit = rows;
  for (Eigen::Index k = 0; k < unit.rows(); ++k) {
    const double norm = unit.row(k).norm();
    if (norm > 0) unit.row(k) /= norm;
  }
  return unit;
}

Eigen::MatrixXd likeness(const RowMatrix& a, const RowMatrix& b, bool either_sign) {
  Eigen::MatrixXd cos = cosines(a, b);
  if (either_sign) cos = cos.cwiseAbs();
  return cos;
}

}  // namespace

std::optional<UnitMovements> unit_movements(const CodingSystem& system) {
  if (system.code_kind() != SignalKind::coefficients) return std::nullopt;
  const auto units = static_cast<Eigen::Index>(system.units().size());
  UnitMovements made;
  made.rest = system.rest();
  made.movements = system.templates();
  constexpr Eigen::Index tries = 8;
  Random random(1);
  RowMatrix codes(tries, units);
  for (double& code : codes.reshaped()) code = 3 * random.uniform();
  const RowMatrix linear = (codes * made.movements).rowwise() + made.rest;
  const RowMatrix decoded = system.decode(codes);
  if ((decoded - linear).norm() > 1e-9 * (linear.norm() + made.movements.norm())) return std::nullopt;
  return made;
}

bool has_signed_codes(const CodingSystem& system, const UnitMovements& units) {
  constexpr double far_beyond_any_penalty = 1e4;
  const RowMatrix opposite = (-far_beyond_any_penalty * units.movements).rowwise() + units.rest;
  return system.encode(opposite).codes.minCoeff() < 0;
}

Eigen::MatrixXd cosines(const RowMatrix& a, const RowMatrix& b) {
  return directions(a) * directions(b).transpose();
}

std::optional<Coherence> coherence(const RowMatrix& movements) {
  std::vector<Eigen::Index> moving;
  for (Eigen::Index k = 0; k < movements.rows(); ++k)
    if (movements.row(k).squaredNorm() > 0) moving.push_back(k);
  if (moving.size() < 2) return std::nullopt;
  const RowMatrix rows = movements(moving, Eigen::all);
  const Eigen::MatrixXd cos = cosines(rows, rows).cwiseAbs();
  Coherence found;
  for (Eigen::Index i = 1; i < cos.rows(); ++i)
    for (Eigen::Index j = 0; j < i; ++j) {
      found.largest = std::max(found.largest, cos(i, j));
      found.mean += cos(i, j);
    }
  found.mean /= static_cast<double>(cos.rows() * (cos.rows() - 1)) / 2;
  return found;
}

std::optional<std::vector<UnitPlace>> unit_places(const RowMatrix& movements,
                                                  const std::vector<Column>& columns) {
  const auto features = facial_features(FeatureDivision::dfecs);
  const Eigen::MatrixXd energy = movements.array().square().matrix();
  Eigen::MatrixXd of_feature(movements.rows(), static_cast<Eigen::Index>(features.size()));
  std::vector<std::size_t> twin(features.size());
  bool any = false;
  for (std::size_t f = 0; f < features.size(); ++f) {
    const auto own = feature_columns(features[f], columns);
    any = any || !own.empty();
    of_feature.col(static_cast<Eigen::Index>(f)) = energy(Eigen::all, own).rowwise().sum();
    const int image = mirrored_points[static_cast<std::size_t>(features[f].points.front())];
    for (std::size_t g = 0; g < features.size(); ++g)
      if (std::binary_search(features[g].points.begin(), features[g].points.end(), image)) twin[f] = g;
  }
  if (!any) return std::nullopt;
  std::vector<UnitPlace> places;
  for (Eigen::Index k = 0; k < movements.rows(); ++k) {
    const double all = energy.row(k).sum();
    if (all == 0) {
      places.push_back({});
      continue;
    }
    Eigen::Index strongest = 0;
    of_feature.row(k).maxCoeff(&strongest);
    const auto feature = static_cast<std::size_t>(strongest);
    double held = of_feature(k, strongest);
    if (twin[feature] != feature) held += of_feature(k, static_cast<Eigen::Index>(twin[feature]));
    places.push_back({features[feature].name, std::min(held / all, 1.0)});
  }
  return places;
}

Eigen::VectorXd mirror_likeness(const RowMatrix& movements, const ColumnMirror& mirror, bool either_sign) {
  if (movements.rows() == 0) return {};
  return likeness(mirror.mirrored(movements), movements, either_sign).rowwise().maxCoeff();
}

Eigen::VectorXd matched_likeness(const RowMatrix& movements, const RowMatrix& others, bool either_sign) {
  const Eigen::MatrixXd like = likeness(movements, others, either_sign);
  const auto partner = best_assignment(like);
  Eigen::VectorXd matched = Eigen::VectorXd::Zero(movements.rows());
  for (std::size_t k = 0; k < partner.size(); ++k)
    if (partner[k] >= 0)
      matched[static_cast<Eigen::Index>(k)] = like(static_cast<Eigen::Index>(k), partner[k]);
  return matched;
}

}  // namespace facelex
