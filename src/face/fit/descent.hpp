#pragma once

#include "problem.hpp"

namespace facelex {

/// What holds a view's expression besides its landmarks.
struct ExpressionPrior {
  Eigen::VectorXd weight;  ///< of each coefficient's square, mm²
  Eigen::VectorXd slope;   ///< of what each coefficient costs besides, mm²: an exponential prior
  Eigen::VectorXd scale, lower, upper;

  double cost(const Eigen::VectorXd& expression) const {
    return (weight.array() * expression.array().square()).sum() + slope.dot(expression);
  }
  /// Whether a step (pose, expression) is below what landmarks can tell.
  bool is_small(const Eigen::VectorXd& step) const;
};

/// JᵀJ and Jᵀr of a view; the unknowns are pose, expression and perhaps identity and the points' offsets. The
/// matrix's lower half.
struct NormalEquations {
  Eigen::MatrixXd derivatives;
  Eigen::VectorXd residuals;
  Eigen::Matrix3Xd by_place;  ///< derivatives by the offset of the coordinate's own point; no columns without
  Eigen::MatrixXd matrix;
  Eigen::VectorXd right_side;
  bool has_offsets;

  /// `unknowns` without the offsets, of which there are three for each of `places` points.
  NormalEquations(Eigen::Index unknowns, Eigen::Index points, Eigen::Index places = 0)
      : derivatives(unknowns, 2 * points),
        residuals(2 * points),
        by_place(3, places > 0 ? 2 * points : 0),
        matrix(unknowns + 3 * places, unknowns + 3 * places),
        has_offsets(places > 0) {}

  /// For a view with so many points.
  void set_points(Eigen::Index points) {
    derivatives.resize(Eigen::NoChange, 2 * points);
    residuals.resize(2 * points);
    if (has_offsets) by_place.resize(Eigen::NoChange, 2 * points);
  }
  void build(const FitProblem& problem, const PersonalFace& face, const ViewState& state);
  void add(const ExpressionPrior& prior, const Eigen::VectorXd& expression);
};

/// Damped Gauss–Newton over pose and expression from `state`.
void descend(FitProblem& problem, const PersonalFace& face, const ExpressionPrior& prior, ViewState& state);

/// Over the pose alone.
void descend_pose(FitProblem& problem, const PersonalFace& face, ViewState& state);

/// What the view says of the expression about `state` when its pose is free.
ExpressionEvidence evidence_at(const FitProblem& problem, const PersonalFace& face, const ViewState& state);

/// Rule of Levenberg and Marquardt: less after steps that went down, more after others.
inline constexpr double first_damping = 1e-3;
inline constexpr double less_damping = 0.1;
inline constexpr double more_damping = 10;

}  // namespace facelex
