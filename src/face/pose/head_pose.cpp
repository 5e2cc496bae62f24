#include "facelex/face/pose/head_pose.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/Geometry>
#include <array>
#include <cmath>
#include <limits>

#include "facelex/face/model/mean_face.hpp"
#include "facelex/face/pose/rotation.hpp"

namespace facelex {
namespace {

/// Residuals of this length on the face count half: about what faces differ from the mean face.
constexpr double cauchy_width_mm = 6;
constexpr int max_pose_iterations = 30;
/// Radians, and parts of the distance: far below what landmarks can tell.
constexpr double min_step = 1e-6;

/// wᵢ: expressions do not move the eye corners and the bridge of the nose; they move lips and brows; and the
/// jaw line is the outline that is seen, not a place on the skin.
std::array<double, 68> point_weights() {
  std::array<double, 68> weights{};
  const auto set = [&weights](std::size_t first, std::size_t last, double weight) {
    for (std::size_t i = first; i <= last; ++i) weights[i] = weight;
  };
  set(0, 16, 0.2);
  set(17, 26, 0.3);
  set(27, 30, 1);
  set(31, 35, 0.6);
  set(36, 47, 0.4);
  for (const std::size_t corner : {36, 39, 42, 45}) weights[corner] = 1;
  set(48, 67, 0.1);
  return weights;
}

bool is_rigid(Eigen::Index point) {
  return (point >= 27 && point <= 35) || point == 36 || point == 39 || point == 42 || point == 45;
}

struct Placement {
  Eigen::Matrix3d rotation;
  Eigen::Vector3d translation;
};

/// The points that are given: their places on the mean face and on the plane Z = 1 before the camera.
struct Correspondences {
  Eigen::Index size = 0;
  Eigen::Matrix<double, 3, 68> model;
  Eigen::Matrix<double, 2, 68> seen;
  std::array<double, 68> weight{};
  double total_weight = 0;
  int rigid = 0;
};

Correspondences correspondences(const Landmarks68& points_px, const Camera& camera) {
  static const std::array<double, 68> weights = point_weights();
  Correspondences given;
  for (Eigen::Index i = 0; i < 68; ++i) {
    const double x = (points_px(i, 0) - camera.cx) / camera.fx;
    const double y = (points_px(i, 1) - camera.cy) / camera.fy;
    if (!std::isfinite(x) || !std::isfinite(y)) continue;
    given.model.col(given.size) = mean_face_mm().row(i).transpose();
    given.seen.col(given.size) << x, y;
    given.weight[static_cast<std::size_t>(given.size)] = weights[static_cast<std::size_t>(i)];
    given.total_weight += weights[static_cast<std::size_t>(i)];
    given.rigid += is_rigid(i) ? 1 : 0;
    ++given.size;
  }
  return given;
}

/// The scaled-orthographic pose: the affine map from model to picture by weighted least squares, its two rows
/// made orthogonal and of equal length. Nothing when the points in the picture lie on a line.
std::optional<Placement> orthographic_placement(const Correspondences& given) {
  Eigen::Vector3d model_mean = Eigen::Vector3d::Zero();
  Eigen::Vector2d seen_mean = Eigen::Vector2d::Zero();
  for (Eigen::Index i = 0; i < given.size; ++i) {
    const double weight = given.weight[static_cast<std::size_t>(i)] / given.total_weight;
    model_mean += weight * given.model.col(i);
    seen_mean += weight * given.seen.col(i);
  }
  Eigen::Matrix3d model_scatter = Eigen::Matrix3d::Zero();
  Eigen::Matrix<double, 2, 3> cross_scatter = Eigen::Matrix<double, 2, 3>::Zero();
  Eigen::Matrix2d seen_scatter = Eigen::Matrix2d::Zero();
  for (Eigen::Index i = 0; i < given.size; ++i) {
    const double weight = given.weight[static_cast<std::size_t>(i)];
    const Eigen::Vector3d model = given.model.col(i) - model_mean;
    const Eigen::Vector2d seen = given.seen.col(i) - seen_mean;
    model_scatter += weight * model * model.transpose();
    cross_scatter += weight * seen * model.transpose();
    seen_scatter += weight * seen * seen.transpose();
  }
  const Eigen::Vector2d spread =
      Eigen::SelfAdjointEigenSolver<Eigen::Matrix2d>().computeDirect(seen_scatter).eigenvalues();
  if (!(spread(1) > 0) || !(spread(0) > 1e-6 * spread(1))) return std::nullopt;

  // The ridge holds the depth when the given points are nearly in a plane (eyes alone, say).
  model_scatter.diagonal().array() += 1e-3 * model_scatter.trace();
  const Eigen::Matrix<double, 2, 3> map = model_scatter.ldlt().solve(cross_scatter.transpose()).transpose();
  const double length_x = map.row(0).norm();
  const double length_y = map.row(1).norm();
  if (!(length_x > 0) || !(length_y > 0)) return std::nullopt;
  const Eigen::Vector3d unit_x = map.row(0).transpose() / length_x;
  const Eigen::Vector3d unit_y = map.row(1).transpose() / length_y;
  // Sum and difference of unit vectors are orthogonal: the nearest orthogonal pair lies at 45° to them.
  const Eigen::Vector3d sum = (unit_x + unit_y).normalized();
  const Eigen::Vector3d difference = (unit_x - unit_y).normalized();
  if (!(std::abs(sum.dot(difference)) < 1e-6)) return std::nullopt;

  Placement placement;
  placement.rotation.row(0) = (sum + difference).transpose() * std::sqrt(0.5);
  placement.rotation.row(1) = (sum - difference).transpose() * std::sqrt(0.5);
  placement.rotation.row(2) = placement.rotation.row(0).cross(placement.rotation.row(1));
  const double depth = 2 / (length_x + length_y);
  placement.translation =
      Eigen::Vector3d(seen_mean.x() * depth, seen_mean.y() * depth, depth) - placement.rotation * model_mean;
  return placement;
}

/// Σ wᵢ·c²·log(1 + rᵢ²/c²) and, where asked for, its Gauss–Newton system for (ω, δt): the rotation becomes
/// exp(ω)·R, the translation t + δt. Lengths are mm on a plane at `depth`. Infinite when a point would lie
/// behind the camera.
struct NormalEquations {
  Eigen::Matrix<double, 6, 6> matrix;
  Eigen::Matrix<double, 6, 1> right_side;
};

double robust_cost(const Correspondences& given, const Placement& placement, double depth,
                   NormalEquations* equations) {
  constexpr double width2 = cauchy_width_mm * cauchy_width_mm;
  if (equations) {
    equations->matrix.setZero();
    equations->right_side.setZero();
  }
  double cost = 0;
  for (Eigen::Index i = 0; i < given.size; ++i) {
    const Eigen::Vector3d turned = placement.rotation * given.model.col(i);
    const Eigen::Vector3d point = turned + placement.translation;
    if (!(point.z() > 1)) return std::numeric_limits<double>::infinity();
    const double inverse = 1 / point.z();
    const double u = point.x() * inverse;
    const double v = point.y() * inverse;
    const double error_x = (given.seen(0, i) - u) * depth;
    const double error_y = (given.seen(1, i) - v) * depth;
    const double error2 = error_x * error_x + error_y * error_y;
    const double base = given.weight[static_cast<std::size_t>(i)];
    cost += base * width2 * std::log(1 + error2 / width2);
    if (!equations) continue;

    const double scale = depth * inverse;
    Eigen::Matrix<double, 6, 1> along_x, along_y;
    along_x << -u * turned.y(), turned.z() + u * turned.x(), -turned.y(), 1, 0, -u;
    along_y << -turned.z() - v * turned.y(), v * turned.x(), turned.x(), 0, 1, -v;
    const double weight = base / (1 + error2 / width2);
    equations->matrix.noalias() +=
        (weight * scale * scale) * (along_x * along_x.transpose() + along_y * along_y.transpose());
    equations->right_side += (weight * scale) * (error_x * along_x + error_y * along_y);
  }
  return cost;
}

/// Levenberg–Marquardt with reweighting (Marquardt's scaling by the diagonal).
Placement refined(const Correspondences& given, Placement placement, double depth) {
  NormalEquations equations;
  double cost = robust_cost(given, placement, depth, &equations);
  double damping = 1e-4;
  for (int iteration = 0; iteration < max_pose_iterations && std::isfinite(cost); ++iteration) {
    Eigen::Matrix<double, 6, 6> damped = equations.matrix;
    damped.diagonal() *= 1 + damping;
    const Eigen::Matrix<double, 6, 1> step = damped.ldlt().solve(equations.right_side);
    Placement trial;
    trial.rotation = rotation_from_vector(step.head<3>()) * placement.rotation;
    trial.translation = placement.translation + step.tail<3>();
    NormalEquations trial_equations;
    const double trial_cost = robust_cost(given, trial, depth, &trial_equations);
    if (trial_cost <= cost) {
      placement = trial;
      cost = trial_cost;
      equations = trial_equations;
      damping = std::max(damping * 0.1, 1e-12);
    } else {
      damping *= 10;
    }
    // Also when the step was refused: near the minimum, costs differ by rounding only.
    if (step.head<3>().norm() < min_step && step.tail<3>().norm() < min_step * depth) break;
  }
  return placement;
}

double reprojection_error(const Landmarks68& points_px, const Camera& camera, const Placement& placement) {
  double sum = 0;
  int count = 0;
  for (Eigen::Index i = 0; i < 68; ++i) {
    const Eigen::Vector2d seen = points_px.row(i).transpose();
    if (!seen.allFinite()) continue;
    const Eigen::Vector3d point =
        placement.rotation * mean_face_mm().row(i).transpose() + placement.translation;
    sum += (camera.project(point) - seen).squaredNorm();
    ++count;
  }
  return std::sqrt(sum / count);
}

}  // namespace

std::optional<HeadPose> estimate_head_pose(const Landmarks68& points_px, const Camera& camera) {
  const Correspondences given = correspondences(points_px, camera);
  if (given.size < 6 || given.rigid < 3) return std::nullopt;
  const auto start = orthographic_placement(given);
  if (!start) return std::nullopt;
  const double depth = start->translation.z();
  if (!(depth > 0)) return std::nullopt;
  const Placement placement = refined(given, *start, depth);
  HeadPose pose{placement.translation, angles_from_rotation(placement.rotation),
                reprojection_error(points_px, camera, placement)};
  if (!(pose.translation_mm.z() > 0) || !pose.translation_mm.allFinite() || !pose.rotation_rad.allFinite() ||
      !std::isfinite(pose.reprojection_error_px))
    return std::nullopt;
  return pose;
}

}  // namespace facelex
