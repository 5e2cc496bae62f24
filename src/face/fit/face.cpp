#include "facelex/face/fit/face.hpp"
#include "facelex/face/schemes/landmark_scheme.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Geometry>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>

#include "box.hpp"
#include "descent.hpp"
#include "facelex/core/error.hpp"

namespace facelex {
namespace {

constexpr double contour_weight = 0.3;
constexpr double bare_jaw_weight = 0.1;
constexpr double distance_in_faces = 1e4;
/// Mean of a coefficient that is never negative, in parts of its upper bound.
constexpr double usual_intensity = 0.2;
/// How far offsets are alike, and how much each point has of its own in parts of what it shares.
constexpr double offset_reach_mm = 15;
constexpr double own_offset = 3.0 / 7;
/// So much, 1/mm², that offsets neither move, turn nor scale the inner face as a whole. The jaw line is an
/// outline whose offsets would turn the rest against it.
constexpr double rigid_weight = 1e3;
/// Correlation of the two sides of a unit: then the side that rests moves by at most .05 with the other.
constexpr double between_sides = 0.85;
/// τ of FaceFitter::decoded.
constexpr double cost_of_movement = 0.5;

std::optional<FaceFit> finite_fit(const FitProblem& problem, const PersonalFace& face,
                                  const ViewState& state) {
  FaceFit fit{state.rotation, state.translation, state.expression, problem.inner_error_px(face, state)};
  if (!(fit.translation_mm.z() > 0) || !fit.translation_mm.allFinite() || !fit.rotation.allFinite() ||
      !fit.expression.allFinite() || !std::isfinite(fit.reprojection_error_px))
    return std::nullopt;
  return fit;
}

/// C⁻¹ of FaceFitter::decoded.
Eigen::MatrixXd precision_of(const ShapeBasis& modes) {
  Eigen::MatrixXd precision = modes.scale.cwiseAbs2().cwiseInverse().asDiagonal();
  for (Eigen::Index left = 0; left < modes.size(); ++left) {
    const std::string& name = modes.names[static_cast<std::size_t>(left)];
    if (!name.ends_with("_L")) continue;
    const auto other =
        std::find(modes.names.begin(), modes.names.end(), name.substr(0, name.size() - 1) + "R");
    if (other == modes.names.end()) continue;
    const Eigen::Index right = other - modes.names.begin();
    const double rest = 1 - between_sides * between_sides;
    precision(left, left) /= rest;
    precision(right, right) /= rest;
    precision(left, right) = precision(right, left) =
        -between_sides / (rest * modes.scale[left] * modes.scale[right]);
  }
  return precision;
}

}  // namespace

Camera distant_camera(const Landmarks68& points) {
  Eigen::Vector2d low, high;
  for (Eigen::Index axis = 0; axis < 2; ++axis) {
    low[axis] = std::numeric_limits<double>::infinity();
    high[axis] = -low[axis];
    for (const double value : points.col(axis)) {
      if (!std::isfinite(value)) continue;
      low[axis] = std::min(low[axis], value);
      high[axis] = std::max(high[axis], value);
    }
  }
  const Eigen::Vector2d middle = (low + high) / 2;
  const double focal = distance_in_faces * (high - low).norm();
  return {focal, focal, middle.x(), middle.y()};
}

FaceFitter::FaceFitter(const MorphableModel& model, const FitPriors& priors)
    : model_(model),
      priors_(priors),
      rows_(landmark_rows(model)),
      identity_(rows_.identity),
      expression_(rows_.expression) {
  for (std::size_t r = 0; r < rows_.point.size(); ++r) {
    const auto point = static_cast<std::size_t>(rows_.point[r]);
    if (model.landmarks[point] < 0) continue;
    auto& line = candidates_[point];
    line.push_back(static_cast<Eigen::Index>(r));
    // The point's own vertex comes first.
    if (rows_.vertex[r] == model.landmarks[point]) std::rotate(line.begin(), line.end() - 1, line.end());
    if (rows_.point[r] >= jaw_points) ++inner_rows_;
  }
  if (inner_rows_ == 0)
    throw data_error({model.name, 0, ""}, "the mesh has none of the landmarks 17 to 67",
                     "give them at facelex model import " + field("landmarks"));
  for (std::size_t point = 0; point < candidates_.size(); ++point) {
    const auto& line = candidates_[point];
    if (line.empty()) continue;
    points_.push_back(static_cast<int>(point));
    own_rows_.push_back(line.front());
    weights_[point] = point >= jaw_points ? 1 : line.size() > 1 ? contour_weight : bare_jaw_weight;
  }
  if (priors.offset_mm > 0) offset_precision_ = offset_precision();
  expression_precision_ = precision_of(model.expression);
}

Eigen::MatrixXd FaceFitter::offset_precision() const {
  const auto count = static_cast<Eigen::Index>(points_.size());
  Eigen::MatrixXd covariance(count, count);
  for (Eigen::Index i = 0; i < count; ++i)
    for (Eigen::Index j = 0; j < count; ++j) {
      const double distance = (rows_.mean.row(own_rows_[static_cast<std::size_t>(i)]) -
                               rows_.mean.row(own_rows_[static_cast<std::size_t>(j)]))
                                  .norm() /
                              offset_reach_mm;
      covariance(i, j) = std::exp(-distance * distance / 2) + (i == j ? own_offset * own_offset : 0);
    }
  covariance *= priors_.offset_mm * priors_.offset_mm;
  const Eigen::MatrixXd between = covariance.llt().solve(Eigen::MatrixXd::Identity(count, count));
  Eigen::MatrixXd precision = Eigen::MatrixXd::Zero(3 * count, 3 * count);
  for (Eigen::Index i = 0; i < count; ++i)
    for (Eigen::Index j = 0; j < count; ++j)
      precision.block<3, 3>(3 * i, 3 * j).diagonal().setConstant(between(i, j));
  const Eigen::MatrixXd rigid = rigid_offsets();
  precision += rigid_weight * rigid * rigid.transpose();
  return precision;
}

Eigen::MatrixXd FaceFitter::rigid_offsets() const {
  const Eigen::MatrixXd points = rows_.mean(own_rows_, Eigen::all);
  const auto jaw = std::lower_bound(points_.begin(), points_.end(), jaw_points) - points_.begin();
  const Eigen::RowVector3d middle = points.bottomRows(points.rows() - jaw).colwise().mean();
  Eigen::MatrixXd fields = Eigen::MatrixXd::Zero(3 * points.rows(), 7);
  for (Eigen::Index i = jaw; i < points.rows(); ++i) {
    const Eigen::Vector3d at = (points.row(i) - middle).transpose();
    fields.block<3, 3>(3 * i, 0).setIdentity();
    for (Eigen::Index axis = 0; axis < 3; ++axis)
      fields.block<3, 1>(3 * i, 3 + axis) = Eigen::Vector3d::Unit(axis).cross(at);
    fields.block<3, 1>(3 * i, 6) = at;
  }
  return Eigen::HouseholderQR<Eigen::MatrixXd>(fields).householderQ() *
         Eigen::MatrixXd::Identity(fields.rows(), fields.cols());
}

PersonalFace FaceFitter::with_coefficients(const PersonalFace& like, Eigen::VectorXd identity,
                                           Eigen::VectorXd resting, Offsets offsets) const {
  const Eigen::VectorXd moved = identity_ * identity + expression_ * resting;
  PersonalFace face{std::move(identity), std::move(offsets), std::move(resting),
                    rows_.mean,          like.turn,          like.noise_mm};
  face.neutral += Eigen::Map<const RowMajor>(moved.data(), rows_.mean.rows(), 3);
  for (std::size_t i = 0; i < points_.size(); ++i)
    for (const Eigen::Index row : candidates_[static_cast<std::size_t>(points_[i])])
      face.neutral.row(row) += face.offsets.row(static_cast<Eigen::Index>(i));
  face.neutral *= face.turn.transpose();
  return face;
}

PersonalFace FaceFitter::mean_face() const {
  PersonalFace plain;
  plain.noise_mm = priors_.noise_mm;
  return with_coefficients(plain, Eigen::VectorXd::Zero(identity_.cols()),
                           Eigen::VectorXd::Zero(expression_.cols()),
                           Offsets::Zero(static_cast<Eigen::Index>(points_.size()), 3));
}

ExpressionPrior FaceFitter::expression_prior(bool about_rest, double noise_mm) const {
  const ShapeBasis& modes = model_.expression;
  const double prior_mm2 = priors_.regularization * noise_mm * noise_mm;
  ExpressionPrior prior;
  prior.weight = prior_mm2 * modes.scale.cwiseAbs2().cwiseInverse();
  prior.slope.setZero(modes.size());
  prior.scale = modes.scale;
  prior.upper = modes.upper;
  prior.lower = about_rest ? modes.lower.cwiseMin(-modes.upper) : modes.lower;
  if (!about_rest)
    for (Eigen::Index k = 0; k < modes.size(); ++k)
      if (modes.lower[k] == 0) prior.slope[k] = 2 * prior_mm2 / (usual_intensity * modes.upper[k]);
  return prior;
}

std::optional<FaceFit> FaceFitter::fit(const FaceView& view, const PersonalFace& face,
                                       ExpressionEvidence* evidence) const {
  return fit_with(expression_prior(false, face.noise_mm), view, face, nullptr, evidence);
}

std::optional<FaceFit> FaceFitter::fit_with(const ExpressionPrior& prior, const FaceView& view,
                                            const PersonalFace& face, std::vector<double>* errors,
                                            ExpressionEvidence* evidence) const {
  FitProblem problem(*this, view, face.noise_mm);
  ViewState state;
  if (!problem.start(face, state)) return std::nullopt;
  descend(problem, face, prior, state);
  auto fit = finite_fit(problem, face, state);
  if (fit && errors) problem.inner_errors_mm(face, state, *errors);
  if (fit && evidence) *evidence = evidence_at(problem, face, state);
  return fit;
}

std::optional<FaceFit> FaceFitter::posed(const FaceView& view, const PersonalFace& face, const FaceFit& start,
                                         Eigen::VectorXd expression) const {
  FitProblem problem(*this, view, face.noise_mm);
  ViewState state{start.rotation, start.translation_mm, std::move(expression)};
  problem.resume(face, state);
  descend_pose(problem, face, state);
  return finite_fit(problem, face, state);
}

Eigen::VectorXd FaceFitter::decoded(const ExpressionEvidence& evidence, double variance,
                                    const PersonalFace& face) const {
  const ShapeBasis& modes = model_.expression;
  const double noise2 = face.noise_mm * face.noise_mm * variance;
  const Eigen::MatrixXd matrix = evidence.matrix + priors_.regularization * noise2 * expression_precision_;
  Eigen::VectorXd right_side = evidence.right_side;
  const double cost = priors_.regularization * cost_of_movement * std::sqrt(noise2);
  for (Eigen::Index k = 0; k < modes.size(); ++k)
    if (modes.lower[k] == 0) right_side[k] -= cost * std::sqrt(std::max(0.0, evidence.matrix(k, k)));
  return minimum_in_box(matrix, right_side, modes.lower, modes.upper);
}

Eigen::VectorXd FaceFitter::measured(const ExpressionEvidence& evidence, double variance,
                                     const PersonalFace& face) const {
  const double noise2 = face.noise_mm * face.noise_mm * variance;
  return (evidence.matrix + priors_.regularization * noise2 * expression_precision_)
      .ldlt()
      .solve(evidence.right_side);
}

Eigen::Matrix<double, Eigen::Dynamic, 3> FaceFitter::displacement(const Eigen::VectorXd& expression) const {
  Eigen::Matrix<double, Eigen::Dynamic, 3> moved(static_cast<Eigen::Index>(points_.size()), 3);
  for (std::size_t i = 0; i < points_.size(); ++i)
    moved.row(static_cast<Eigen::Index>(i)) =
        (expression_.middleRows(3 * own_rows_[i], 3) * expression).transpose();
  return moved;
}

Eigen::Matrix<double, Eigen::Dynamic, 3> FaceFitter::neutral(const PersonalFace& face) const {
  return face.neutral(own_rows_, Eigen::all);
}

}  // namespace facelex
