#pragma once

#include <Eigen/Core>
#include <vector>

#include "facelex/face/fit/face.hpp"

namespace facelex {

/// Pose and expression of a view while they are sought.
struct ViewState {
  Eigen::Matrix3d rotation;
  Eigen::Vector3d translation;
  Eigen::VectorXd expression;
};

/// Parameters of a view's pose in a step: ω (rotation exp(ω)·R, rad), the translation's x and y in mm, and
/// the logarithm of its z, so that all have the same size whatever the distance.
inline constexpr Eigen::Index pose_size = 6;
/// A step of the pose alone leaves the expression.
ViewState moved(const ViewState& state, const Eigen::VectorXd& step);

/// One view of a face against the model: the cost of its landmarks and their derivatives.
class FitProblem {
 public:
  FitProblem(const FaceFitter& fitter, const FaceView& view, double noise_mm);

  /// Sets pose and zero expression from the head pose of a rigid face (estimate_head_pose), and the jaw
  /// points' vertices for it. False when there is none.
  bool start(const PersonalFace& face, ViewState& state);
  /// Goes on from a pose that is known.
  void resume(const PersonalFace& face, const ViewState& state);
  /// Takes for each jaw point the vertex that lies farthest outwards. Returns whether any changed.
  bool slide_contour(const PersonalFace& face, const ViewState& state);
  /// Σ wᵢ·c²·log(1 + rᵢ²/c²) in mm²; infinite when a point would lie behind the camera.
  double cost(const PersonalFace& face, const ViewState& state) const;
  /// A column per coordinate of each given point, weighted by the square root of its weight over 1 + r²/c²:
  /// derivatives by the pose and, as far as `derivatives` has rows, the expression and the identity.
  /// `residuals`: what is seen minus what the state predicts, weighted alike, mm. `by_place`, unless it has no
  /// columns: 3 × a column per coordinate, how it grows with the place of its own point on the face.
  void linearise(const PersonalFace& face, const ViewState& state, Eigen::MatrixXd& derivatives,
                 Eigen::VectorXd& residuals, Eigen::Matrix3Xd& by_place) const;
  /// Of the inner points 17 … 67, what is seen minus what the state predicts in both directions, mm at the
  /// face's distance: appended to `errors`.
  void inner_errors_mm(const PersonalFace& face, const ViewState& state, std::vector<double>& errors) const;
  /// Root mean square distance over the points 17 … 67, px.
  double inner_error_px(const PersonalFace& face, const ViewState& state) const;

  Eigen::Index given() const { return static_cast<Eigen::Index>(given_.size()); }
  /// Of a given point, its place in FaceFitter::points().
  Eigen::Index place_of(Eigen::Index i) const { return given_[static_cast<std::size_t>(i)].place; }

 private:
  struct Given {
    int point;
    Eigen::Index place;    ///< in FaceFitter::points()
    Eigen::Index row;      ///< of the model's
    Eigen::Vector2d seen;  ///< on the plane Z = 1 before the camera
    double weight;
  };

  struct Projected {
    Eigen::Vector3d turned;  ///< the point after rotation, before translation
    Eigen::Vector3d place;   ///< before the camera
    Eigen::Vector2d error;   ///< seen minus predicted, mm at depth_
  };

  Projected project(const PersonalFace& face, const ViewState& state, const Given& given) const;
  Eigen::Vector3d on_face(const PersonalFace& face, const Eigen::VectorXd& expression,
                          Eigen::Index row) const;

  const FaceFitter& fitter_;
  const FaceView& view_;
  std::vector<Given> given_;
  double depth_ = 1;
  double width2_;  ///< c²
};

}  // namespace facelex
