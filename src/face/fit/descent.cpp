#include "descent.hpp"

#include <Eigen/Cholesky>
#include <limits>

#include "box.hpp"

namespace facelex {
namespace {

constexpr int max_descent_iterations = 20;
/// Later the jaw points keep their vertices, so that the cost is one function and the descent ends.
constexpr int sliding_iterations = 4;
/// Radians and parts of the distance; and scales of coefficients.
constexpr double min_pose_step = 1e-5;
constexpr double min_coefficient_step = 1e-3;
/// A millimetre sideways counts as a hundredth of a radian: about what it looks like.
constexpr double radians_per_mm = 0.01;

bool is_small_motion(const Eigen::VectorXd& step) {
  Eigen::Matrix<double, pose_size, 1> pose = step.head<pose_size>();
  pose.segment<2>(3) *= radians_per_mm;
  return pose.cwiseAbs().maxCoeff() < min_pose_step;
}

}  // namespace

bool ExpressionPrior::is_small(const Eigen::VectorXd& step) const {
  return is_small_motion(step) &&
         (step.segment(pose_size, scale.size()).array().abs() < min_coefficient_step * scale.array()).all();
}

void NormalEquations::build(const FitProblem& problem, const PersonalFace& face, const ViewState& state) {
  problem.linearise(face, state, derivatives, residuals, by_place);
  const Eigen::Index dense = derivatives.rows();
  matrix.setZero();
  matrix.topLeftCorner(dense, dense).selfadjointView<Eigen::Lower>().rankUpdate(derivatives);
  right_side.setZero(matrix.rows());
  right_side.head(dense).noalias() = derivatives * residuals;
  // A point's offset moves its own two coordinates and no other.
  for (Eigen::Index c = 0; c < by_place.cols(); ++c) {
    const Eigen::Index at = dense + 3 * problem.place_of(c / 2);
    matrix.block(at, 0, 3, dense).noalias() += by_place.col(c) * derivatives.col(c).transpose();
    matrix.block<3, 3>(at, at).noalias() += by_place.col(c) * by_place.col(c).transpose();
    right_side.segment<3>(at) += residuals[c] * by_place.col(c);
  }
}

void NormalEquations::add(const ExpressionPrior& prior, const Eigen::VectorXd& expression) {
  const Eigen::Index modes = prior.weight.size();
  matrix.diagonal().segment(pose_size, modes) += prior.weight;
  right_side.segment(pose_size, modes) -= prior.weight.cwiseProduct(expression) + 0.5 * prior.slope;
}

void descend(FitProblem& problem, const PersonalFace& face, const ExpressionPrior& prior, ViewState& state) {
  const Eigen::Index modes = prior.weight.size();
  const auto total = [&](const ViewState& at) { return problem.cost(face, at) + prior.cost(at.expression); };
  NormalEquations equations(pose_size + modes, problem.given());
  Eigen::VectorXd upper =
      Eigen::VectorXd::Constant(pose_size + modes, std::numeric_limits<double>::infinity());
  Eigen::VectorXd lower = -upper;
  Eigen::MatrixXd damped;
  double cost = total(state);
  double damping = first_damping;
  bool has_moved = true;
  for (int iteration = 0; iteration < max_descent_iterations; ++iteration) {
    if (has_moved) {
      equations.build(problem, face, state);
      equations.add(prior, state.expression);
    }
    damped = equations.matrix;
    damped.diagonal() *= 1 + damping;
    lower.tail(modes) = prior.lower - state.expression;
    upper.tail(modes) = prior.upper - state.expression;
    const Eigen::VectorXd step = minimum_in_box(damped, equations.right_side, lower, upper);
    ViewState trial = moved(state, step);
    const double trial_cost = total(trial);
    has_moved = trial_cost <= cost;
    damping *= has_moved ? less_damping : more_damping;
    if (has_moved) {
      state = std::move(trial);
      cost = trial_cost;
      if (iteration < sliding_iterations && problem.slide_contour(face, state)) {
        cost = total(state);
        continue;
      }
    }
    // Also when the step was refused: near the minimum, costs differ by rounding only.
    if (prior.is_small(step)) break;
  }
}

void descend_pose(FitProblem& problem, const PersonalFace& face, ViewState& state) {
  NormalEquations equations(pose_size, problem.given());
  Eigen::MatrixXd damped;
  double cost = problem.cost(face, state);
  double damping = first_damping;
  bool has_moved = true;
  for (int iteration = 0; iteration < max_descent_iterations; ++iteration) {
    if (has_moved) equations.build(problem, face, state);
    damped = equations.matrix;
    damped.diagonal() *= 1 + damping;
    const Eigen::VectorXd step = damped.selfadjointView<Eigen::Lower>().ldlt().solve(equations.right_side);
    ViewState trial = moved(state, step);
    const double trial_cost = problem.cost(face, trial);
    has_moved = trial_cost <= cost;
    damping *= has_moved ? less_damping : more_damping;
    if (has_moved) {
      state = std::move(trial);
      cost = trial_cost;
    }
    if (is_small_motion(step)) break;
  }
}

ExpressionEvidence evidence_at(const FitProblem& problem, const PersonalFace& face, const ViewState& state) {
  const Eigen::Index modes = state.expression.size();
  NormalEquations equations(pose_size + modes, problem.given());
  equations.build(problem, face, state);
  const Eigen::MatrixXd pose =
      equations.matrix.topLeftCorner(pose_size, pose_size).selfadjointView<Eigen::Lower>();
  const Eigen::MatrixXd both = equations.matrix.bottomLeftCorner(modes, pose_size);
  const Eigen::LDLT<Eigen::MatrixXd> decomposed(pose);
  const Eigen::MatrixXd share = decomposed.solve(both.transpose());  // pose_size × modes
  ExpressionEvidence evidence;
  evidence.matrix = equations.matrix.bottomRightCorner(modes, modes).selfadjointView<Eigen::Lower>();
  evidence.matrix.noalias() -= both * share;
  evidence.right_side = equations.right_side.tail(modes) -
                        share.transpose() * equations.right_side.head(pose_size) +
                        evidence.matrix * state.expression;
  return evidence;
}

}  // namespace facelex
