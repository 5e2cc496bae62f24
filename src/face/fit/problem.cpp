#include "problem.hpp"

#include <Eigen/Geometry>
#include <cmath>
#include <limits>

#include "facelex/face/model/mean_face.hpp"
#include "facelex/face/pose/head_pose.hpp"
#include "facelex/face/pose/rotation.hpp"
#include "facelex/face/schemes/landmark_scheme.hpp"

namespace facelex {
namespace {

/// c of Cauchy's loss, in parts of the noise.
constexpr double cauchy_width = 3;
/// Fewer common points do not tell how the model lies to the mean face.
constexpr std::size_t enough_rigid = 4;

bool is_rigid(int point) {
  return (point >= 27 && point <= 35) || point == 36 || point == 39 || point == 42 || point == 45;
}

/// What takes the person's neutral face to the mean face of estimate_head_pose: p ↦ scale·turn·p + shift.
struct FaceSimilarity {
  double scale;
  Eigen::Matrix3d turn;
  Eigen::Vector3d shift;
};

FaceSimilarity to_mean_face(const std::vector<int>& points, const std::vector<Eigen::Index>& rows,
                            const PersonalFace& face) {
  std::vector<std::size_t> common;
  for (std::size_t i = 0; i < points.size(); ++i)
    if (is_rigid(points[i])) common.push_back(i);
  if (common.size() < enough_rigid) {
    common.clear();
    for (std::size_t i = 0; i < points.size(); ++i) common.push_back(i);
  }
  const auto count = static_cast<Eigen::Index>(common.size());
  Eigen::Matrix3Xd from(3, count), to(3, count);
  for (Eigen::Index k = 0; k < count; ++k) {
    const std::size_t i = common[static_cast<std::size_t>(k)];
    from.col(k) = face.neutral.row(rows[i]).transpose();
    to.col(k) = mean_face_mm().row(points[i]).transpose();
  }
  const Eigen::Matrix4d map = Eigen::umeyama(from, to, true);
  const double scale = map.col(0).head<3>().norm();
  return {scale, map.topLeftCorner<3, 3>() / scale, map.col(3).head<3>()};
}

}  // namespace

ViewState moved(const ViewState& state, const Eigen::VectorXd& step) {
  ViewState next;
  next.rotation = rotation_from_vector(step.head<3>()) * state.rotation;
  next.translation = state.translation + Eigen::Vector3d(step[3], step[4], 0);
  next.translation.z() *= std::exp(step[5]);
  next.expression = state.expression;
  if (step.size() > pose_size) next.expression += step.segment(pose_size, state.expression.size());
  return next;
}

FitProblem::FitProblem(const FaceFitter& fitter, const FaceView& view, double noise_mm)
    : fitter_(fitter), view_(view), width2_(cauchy_width * noise_mm * cauchy_width * noise_mm) {
  for (std::size_t i = 0; i < fitter.points_.size(); ++i) {
    const int point = fitter.points_[i];
    const Eigen::Vector2d seen((view.points(point, 0) - view.camera.cx) / view.camera.fx,
                               (view.points(point, 1) - view.camera.cy) / view.camera.fy);
    if (seen.allFinite())
      given_.push_back({point, static_cast<Eigen::Index>(i), fitter.own_rows_[i], seen,
                        fitter.weights_[static_cast<std::size_t>(point)]});
  }
}

bool FitProblem::start(const PersonalFace& face, ViewState& state) {
  const auto head = estimate_head_pose(view_.points, view_.camera);
  if (!head) return false;
  const FaceSimilarity map = to_mean_face(fitter_.points_, fitter_.own_rows_, face);
  const Eigen::Matrix3d rotation = rotation_from_angles(head->rotation_rad);
  state.rotation = rotation * map.turn;
  state.translation = (rotation * map.shift + head->translation_mm) / map.scale;
  state.expression.setZero(fitter_.expression_.cols());
  depth_ = state.translation.z();
  if (!(depth_ > 0) || !std::isfinite(depth_)) return false;
  slide_contour(face, state);
  return true;
}

void FitProblem::resume(const PersonalFace& face, const ViewState& state) {
  depth_ = state.translation.z();
  slide_contour(face, state);
}

Eigen::Vector3d FitProblem::on_face(const PersonalFace& face, const Eigen::VectorXd& expression,
                                    Eigen::Index row) const {
  Eigen::Vector3d point = face.neutral.row(row).transpose();
  point.noalias() += fitter_.expression_.middleRows(3 * row, 3) * expression;
  return point;
}

bool FitProblem::slide_contour(const PersonalFace& face, const ViewState& state) {
  const Eigen::Vector3d middle = face.neutral.topRows(fitter_.inner_rows_).colwise().mean().transpose();
  bool changed = false;
  for (Given& given : given_) {
    const auto& line = fitter_.candidates_[static_cast<std::size_t>(given.point)];
    if (given.point >= jaw_points || line.size() < 2) continue;
    // Outwards on the face, not in the picture: behind the cheek of a turned head those differ.
    Eigen::Vector3d outwards = face.neutral.row(line.front()).transpose() - middle;
    outwards.z() = 0;
    const Eigen::Vector2d direction = (state.rotation * outwards).head<2>();
    double farthest = -std::numeric_limits<double>::infinity();
    Eigen::Index best = given.row;
    for (const Eigen::Index row : line) {
      const Eigen::Vector3d place = state.rotation * on_face(face, state.expression, row) + state.translation;
      const double reach = direction.dot(place.head<2>()) / place.z();
      if (place.z() > 0 && reach > farthest) {
        farthest = reach;
        best = row;
      }
    }
    changed = changed || best != given.row;
    given.row = best;
  }
  return changed;
}

FitProblem::Projected FitProblem::project(const PersonalFace& face, const ViewState& state,
                                          const Given& given) const {
  Projected projected;
  projected.turned = state.rotation * on_face(face, state.expression, given.row);
  projected.place = projected.turned + state.translation;
  projected.error = (given.seen - projected.place.head<2>() / projected.place.z()) * depth_;
  return projected;
}

double FitProblem::cost(const PersonalFace& face, const ViewState& state) const {
  double sum = 0;
  for (const Given& given : given_) {
    const Projected projected = project(face, state, given);
    if (!(projected.place.z() > 1)) return std::numeric_limits<double>::infinity();
    sum += given.weight * width2_ * std::log1p(projected.error.squaredNorm() / width2_);
  }
  return sum;
}

void FitProblem::linearise(const PersonalFace& face, const ViewState& state, Eigen::MatrixXd& derivatives,
                           Eigen::VectorXd& residuals, Eigen::Matrix3Xd& by_place) const {
  const Eigen::Index modes = derivatives.rows() > pose_size ? fitter_.expression_.cols() : 0;
  const Eigen::Index identity_modes = derivatives.rows() - pose_size - modes;
  for (Eigen::Index i = 0; i < given(); ++i) {
    const Given& one = given_[static_cast<std::size_t>(i)];
    const Projected projected = project(face, state, one);
    const double weight = std::sqrt(one.weight / (1 + projected.error.squaredNorm() / width2_));
    residuals.segment<2>(2 * i) = weight * projected.error;
    const double scale = weight * depth_ / projected.place.z();
    for (int axis = 0; axis < 2; ++axis) {
      const double along = projected.place[axis] / projected.place.z();
      // How the coordinate grows with the point's place before the camera, and on the face.
      const Eigen::Vector3d by_view = scale * Eigen::Vector3d(axis == 0, axis == 1, -along);
      const Eigen::Vector3d by_point = state.rotation.transpose() * by_view;
      if (by_place.cols() > 0) by_place.col(2 * i + axis) = by_point;
      auto column = derivatives.col(2 * i + axis);
      column.head<3>() = projected.turned.cross(by_view);
      column[3] = by_view.x();
      column[4] = by_view.y();
      column[5] = by_view.z() * state.translation.z();
      if (modes > 0)
        column.segment(pose_size, modes).noalias() =
            fitter_.expression_.middleRows(3 * one.row, 3).transpose() * by_point;
      if (identity_modes > 0)
        column.tail(identity_modes).noalias() =
            fitter_.identity_.middleRows(3 * one.row, 3).transpose() * by_point;
    }
  }
}

void FitProblem::inner_errors_mm(const PersonalFace& face, const ViewState& state,
                                 std::vector<double>& errors) const {
  for (const Given& given : given_) {
    if (given.point < jaw_points) continue;
    const Projected projected = project(face, state, given);
    errors.push_back(projected.error.x());
    errors.push_back(projected.error.y());
  }
}

double FitProblem::inner_error_px(const PersonalFace& face, const ViewState& state) const {
  double sum = 0;
  int count = 0;
  for (const Given& given : given_) {
    if (given.point < jaw_points) continue;
    const Projected projected = project(face, state, given);
    sum += (view_.camera.project(projected.place) - view_.points.row(given.point).transpose()).squaredNorm();
    ++count;
  }
  return std::sqrt(sum / count);
}

}  // namespace facelex
