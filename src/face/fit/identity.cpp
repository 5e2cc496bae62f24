#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>

#include "descent.hpp"
#include "facelex/core/parallel.hpp"

namespace facelex {
namespace {

constexpr int max_identity_iterations = 25;
constexpr int identity_sliding_iterations = 6;
/// The part of the cost that an iteration must save to go on.
constexpr double min_gain = 1e-5;

/// A view among those that share a face.
struct SharedView {
  FitProblem problem;
  ViewState state, trial;
  /// Of the view's own unknowns: Cholesky factor L of their matrix, L⁻¹ × their coupling to the shared ones,
  /// and L⁻¹ × their right side.
  Eigen::LLT<Eigen::MatrixXd> factor;
  Eigen::MatrixXd coupling;
  Eigen::VectorXd right_side;
  /// What the view adds to the shared unknowns' reduced normal equations.
  Eigen::MatrixXd reduced;
  Eigen::VectorXd reduced_right_side;
};

/// Leaves coefficients that lie on a bound and would go beyond it out of the step.
void hold_bounds(const ExpressionPrior& prior, const Eigen::VectorXd& expression, Eigen::MatrixXd& matrix,
                 Eigen::MatrixXd& coupling, Eigen::VectorXd& right_side) {
  for (Eigen::Index k = 0; k < expression.size(); ++k) {
    const Eigen::Index i = pose_size + k;
    const bool held = (expression[k] <= prior.lower[k] && right_side[i] < 0) ||
                      (expression[k] >= prior.upper[k] && right_side[i] > 0);
    if (!held) continue;
    matrix.row(i).setZero();
    matrix.col(i).setZero();
    matrix(i, i) = 1;
    coupling.row(i).setZero();
    right_side[i] = 0;
  }
}

void reduce(SharedView& view, const PersonalFace& face, const ExpressionPrior& prior, double damping) {
  const Eigen::Index own = pose_size + prior.weight.size();
  const Eigen::Index all = own + face.identity.size();
  const Eigen::Index shared = all - pose_size;
  NormalEquations equations(all, view.problem.given());
  equations.build(view.problem, face, view.state);
  const Eigen::MatrixXd full = equations.matrix.selfadjointView<Eigen::Lower>();
  equations.add(prior, view.state.expression);
  Eigen::MatrixXd matrix = equations.matrix.topLeftCorner(own, own).selfadjointView<Eigen::Lower>();
  view.coupling = full.topRightCorner(own, shared);
  view.right_side = equations.right_side.head(own);
  // The resting face's derivatives are the expression's, without its prior.
  view.reduced_right_side = equations.derivatives.bottomRows(shared) * equations.residuals;
  hold_bounds(prior, view.state.expression, matrix, view.coupling, view.right_side);
  matrix.diagonal() *= 1 + damping;
  view.factor.compute(matrix);
  view.factor.matrixL().solveInPlace(view.coupling);
  view.factor.matrixL().solveInPlace(view.right_side);
  view.reduced = full.bottomRightCorner(shared, shared);
  view.reduced.noalias() -= view.coupling.transpose() * view.coupling;
  view.reduced_right_side.noalias() -= view.coupling.transpose() * view.right_side;
}

void try_step(SharedView& view, const ExpressionPrior& prior, const Eigen::VectorXd& shared_step) {
  Eigen::VectorXd step = view.right_side - view.coupling * shared_step;
  view.factor.matrixU().solveInPlace(step);
  view.trial = moved(view.state, step);
  view.trial.expression = view.trial.expression.cwiseMax(prior.lower).cwiseMin(prior.upper);
}

}  // namespace

PersonalFace FaceFitter::personal_face(const std::vector<FaceView>& views, const Work& work) const {
  PersonalFace face = mean_face();
  const ExpressionPrior prior = expression_prior(true);
  std::vector<SharedView> shared;
  for (const FaceView& view : views) {
    SharedView one{FitProblem(*this, view), {}, {}, {}, {}, {}, {}, {}};
    if (one.problem.start(face, one.state)) shared.push_back(std::move(one));
  }
  if (shared.empty()) return face;

  const Eigen::Index modes = expression_.cols();
  Eigen::VectorXd weight(modes + identity_.cols());
  weight << prior.weight,
      static_cast<double>(shared.size()) * prior_mm2_ * model_.identity.scale.cwiseAbs2().cwiseInverse();
  ThreadPool pool(work.threads);
  const auto total = [&](const PersonalFace& at, bool of_trials) {
    double sum = at.resting.cwiseAbs2().dot(weight.head(modes)) +
                 at.identity.cwiseAbs2().dot(weight.tail(identity_.cols()));
    for (const SharedView& view : shared) {
      const ViewState& state = of_trials ? view.trial : view.state;
      sum += view.problem.cost(at, state) + prior.cost(state.expression);
    }
    return sum;
  };

  double cost = total(face, false);
  double damping = first_damping;
  for (int iteration = 0; iteration < max_identity_iterations; ++iteration) {
    work.check_stop();
    pool.for_each(shared.size(), [&](std::size_t i) { reduce(shared[i], face, prior, damping); });
    Eigen::VectorXd values(weight.size());
    values << face.resting, face.identity;
    Eigen::MatrixXd matrix = weight.asDiagonal();
    Eigen::VectorXd right_side = -weight.cwiseProduct(values);
    for (const SharedView& view : shared) {
      matrix += view.reduced;
      right_side += view.reduced_right_side;
    }
    matrix.diagonal() *= 1 + damping;
    const Eigen::VectorXd step = matrix.selfadjointView<Eigen::Lower>().llt().solve(right_side);
    values += step;
    const PersonalFace trial = with_coefficients(
        values.tail(identity_.cols()).cwiseMax(model_.identity.lower).cwiseMin(model_.identity.upper),
        values.head(modes).cwiseMax(prior.lower).cwiseMin(prior.upper));
    for (SharedView& view : shared) try_step(view, prior, step);
    const double trial_cost = total(trial, true);
    const bool better = trial_cost <= cost;
    damping *= better ? less_damping : more_damping;
    if (!better) continue;
    const bool gain_is_small = cost - trial_cost < min_gain * cost;
    face = trial;
    cost = trial_cost;
    bool slid = false;
    for (SharedView& view : shared) {
      view.state = view.trial;
      if (iteration < identity_sliding_iterations && view.problem.slide_contour(face, view.state))
        slid = true;
    }
    if (slid) cost = total(face, false);
    if (gain_is_small && !slid) break;
  }
  return face;
}

void FaceFitter::centre(PersonalFace& face, const std::vector<FaceView>& views, const Work& work) const {
  const ExpressionPrior prior = expression_prior(true);
  std::vector<std::optional<FaceFit>> fits(views.size());
  ThreadPool pool(work.threads);
  pool.for_each(views.size(), [&](std::size_t i) {
    work.check_stop();
    fits[i] = fit_with(prior, views[i], face);
  });
  Eigen::VectorXd resting = face.resting;
  std::vector<double> values;
  for (Eigen::Index k = 0; k < resting.size(); ++k) {
    values.clear();
    for (const auto& fit : fits)
      if (fit) values.push_back(fit->expression[k]);
    if (values.empty()) return;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    resting[k] += *middle;
  }
  face = with_coefficients(face.identity, std::move(resting));
}

}  // namespace facelex
