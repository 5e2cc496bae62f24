#include "facelex/face/pose/registration.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace facelex {
namespace {

struct Target {
  Eigen::Index point;
  double x, y;
};

using Anchors = std::array<Target, 6>;

constexpr Anchors anchors_with_jaw = {
    {{0, 300, 900}, {16, 1100, 900}, {27, 700, 900}, {33, 700, 1300}, {39, 600, 1000}, {42, 800, 1000}}};
constexpr Anchors anchors_without_jaw = {
    {{27, 700, 900}, {33, 700, 1300}, {39, 600, 1000}, {42, 800, 1000}, {36, 400, 1000}, {45, 1000, 1000}}};

/// Anchors nearer to a line than this, relative to their extent, do not determine a map. Landmarks carry some
/// four digits, so real faces are far from it.
constexpr double min_relative_extent = 1e-9;

/// p ↦ target_mean + map·(p − mean).
struct AffineMap {
  Eigen::Vector2d mean;
  Eigen::Vector2d target_mean;
  Eigen::Matrix2d map;
};

/// Least squares by Gram–Schmidt on the design's three columns [1, x, y]: centring orthogonalises x and y to
/// the first, one more step y to x. Unlike the normal equations it does not square the condition number.
bool fit_affine(const Landmarks68& points, const Anchors& anchors, AffineMap& fit) {
  Eigen::Array<double, 6, 1> x, y, target_x, target_y;
  for (Eigen::Index i = 0; i < 6; ++i) {
    const Target& anchor = anchors[static_cast<std::size_t>(i)];
    x(i) = points(anchor.point, 0);
    y(i) = points(anchor.point, 1);
    target_x(i) = anchor.x;
    target_y(i) = anchor.y;
  }
  fit.mean = {x.mean(), y.mean()};
  fit.target_mean = {target_x.mean(), target_y.mean()};
  x -= fit.mean.x();
  y -= fit.mean.y();
  const double length_x = std::sqrt(x.square().sum());
  const double extent = std::max(length_x, std::sqrt(y.square().sum()));
  if (!(length_x > min_relative_extent * extent)) return false;
  x /= length_x;
  const double along_x = (x * y).sum();
  y -= along_x * x;
  const double length_y = std::sqrt(y.square().sum());
  if (!(length_y > min_relative_extent * extent)) return false;
  y /= length_y;
  // Back substitution in R = [length_x along_x; 0 length_y].
  const Eigen::Vector2d by_x((x * target_x).sum(), (x * target_y).sum());
  const Eigen::Vector2d by_y((y * target_x).sum(), (y * target_y).sum());
  fit.map.col(1) = by_y / length_y;
  fit.map.col(0) = (by_x - along_x * fit.map.col(1)) / length_x;
  return true;
}

/// Moves points [first, last] by the similarity that takes the point `from` to `from_target` and `to` to
/// `to_target`: with points as complex numbers, z ↦ t₁ + (t₂ − t₁)/(z₂ − z₁)·(z − z₁).
struct Similarity {
  Eigen::Vector2d origin;
  Eigen::Vector2d target;
  double a = 1, b = 0;

  void apply(Landmarks68& points, Eigen::Index first, Eigen::Index last) const {
    const Eigen::Index n = last - first + 1;
    const Eigen::Array<double, Eigen::Dynamic, 1, 0, 17, 1> x =
        points.col(0).segment(first, n).array() - origin.x();
    const Eigen::Array<double, Eigen::Dynamic, 1, 0, 17, 1> y =
        points.col(1).segment(first, n).array() - origin.y();
    points.col(0).segment(first, n) = target.x() + (a * x - b * y);
    points.col(1).segment(first, n) = target.y() + (b * x + a * y);
  }
};

bool fit_similarity(const Landmarks68& points, const Target& from, const Target& to, Similarity& fit) {
  fit.origin = points.row(from.point).transpose();
  fit.target = {from.x, from.y};
  const Eigen::Vector2d d = points.row(to.point).transpose() - fit.origin;
  const Eigen::Vector2d t(to.x - from.x, to.y - from.y);
  const double length2 = d.squaredNorm();
  const double target_length2 = t.squaredNorm();
  if (!(length2 > min_relative_extent * min_relative_extent * target_length2)) return false;
  fit.a = (t.x() * d.x() + t.y() * d.y()) / length2;
  fit.b = (t.y() * d.x() - t.x() * d.y()) / length2;
  return true;
}

/// The product with the inverse may miss the second target by a rounding; anchors are to be exactly still.
void pin(Landmarks68& points, const Target& target) {
  points.row(target.point) << target.x, target.y;
}

bool register_jaw_line(Landmarks68& points) {
  constexpr Target right{0, 300, 1000}, left{16, 1100, 1000};
  Similarity fit;
  if (!fit_similarity(points, right, left, fit)) return false;
  fit.apply(points, 0, 16);
  pin(points, right);
  pin(points, left);
  return true;
}

bool register_right_brow_and_eye(Landmarks68& points) {
  constexpr Target outer{36, 400, 1000}, inner{39, 600, 1000};
  Similarity fit;
  if (!fit_similarity(points, outer, inner, fit)) return false;
  fit.apply(points, 17, 21);
  fit.apply(points, 36, 41);
  pin(points, outer);
  pin(points, inner);
  return true;
}

bool register_left_brow_and_eye(Landmarks68& points) {
  constexpr Target inner{42, 800, 1000}, outer{45, 1000, 1000};
  Similarity fit;
  if (!fit_similarity(points, inner, outer, fit)) return false;
  fit.apply(points, 22, 26);
  fit.apply(points, 42, 47);
  pin(points, inner);
  pin(points, outer);
  return true;
}

void translate_nose(Landmarks68& points) {
  constexpr Target root{27, 700, 1000};
  const double x = root.x - points(27, 0);
  const double y = root.y - points(27, 1);
  points.col(0).segment<9>(27).array() += x;
  points.col(1).segment<9>(27).array() += y;
  pin(points, root);
}

void zero_missing(Landmarks68& points, LandmarkScheme scheme) {
  if (!has_jaw_line(scheme)) points.topRows<17>().setZero();
  if (scheme == LandmarkScheme::points_49 || scheme == LandmarkScheme::points_66) {
    points.row(60).setZero();
    points.row(64).setZero();
  }
}

const Anchors& anchors_of(LandmarkScheme scheme) {
  return has_jaw_line(scheme) ? anchors_with_jaw : anchors_without_jaw;
}

}  // namespace

std::array<int, 6> registration_anchors(LandmarkScheme scheme) {
  std::array<int, 6> points{};
  std::transform(anchors_of(scheme).begin(), anchors_of(scheme).end(), points.begin(),
                 [](const Target& anchor) { return static_cast<int>(anchor.point); });
  std::sort(points.begin(), points.end());
  return points;
}

RegistrationOutcome register_landmarks(const Landmarks68& points, LandmarkScheme scheme,
                                       Landmarks68& registered) {
  Landmarks68 known = points;
  zero_missing(known, scheme);
  if (!known.allFinite()) return RegistrationOutcome::incomplete;

  AffineMap affine;
  if (!fit_affine(known, anchors_of(scheme), affine)) return RegistrationOutcome::degenerate;
  known.rowwise() -= affine.mean.transpose();
  registered.col(0) =
      (known.col(0) * affine.map(0, 0) + known.col(1) * affine.map(0, 1)).array() + affine.target_mean.x();
  registered.col(1) =
      (known.col(0) * affine.map(1, 0) + known.col(1) * affine.map(1, 1)).array() + affine.target_mean.y();

  if (has_jaw_line(scheme) && !register_jaw_line(registered)) return RegistrationOutcome::degenerate;
  if (!register_right_brow_and_eye(registered)) return RegistrationOutcome::degenerate;
  if (!register_left_brow_and_eye(registered)) return RegistrationOutcome::degenerate;
  translate_nose(registered);
  zero_missing(registered, scheme);
  return registered.allFinite() ? RegistrationOutcome::ok : RegistrationOutcome::degenerate;
}

}  // namespace facelex
