#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <Eigen/SVD>
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
/// More than these do not make the identity better: they only make it dearer, as its prior counts each.
constexpr std::size_t identity_views = 24;
/// The standard deviation of a normal error in parts of its median modulus.
constexpr double deviations_in_median = 1.4826;

/// A view among those that share a face.
struct SharedView {
  FitProblem problem;
  ViewState state, trial;
  /// Of the view's own unknowns: Cholesky factor L of their matrix, L⁻¹ × their coupling to the shared ones,
  /// and L⁻¹ × their right side.
  Eigen::LLT<Eigen::MatrixXd> factor;
  Eigen::MatrixXd coupling;
  Eigen::VectorXd right_side;
  double cost = 0;  ///< of the state that was looked at last
};

/// What some views in a row add to the shared unknowns' reduced normal equations. Views come in groups of a
/// fixed size, so that sums have one order whatever the threads, and memory does not grow with every view by
/// a matrix of all shared unknowns.
struct ReducedEquations {
  NormalEquations equations;  ///< of one view after the other
  Eigen::MatrixXd matrix;     ///< the lower half
  Eigen::VectorXd right_side;
};
constexpr std::size_t views_of_group = 8;

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

/// Adds a view to `sums`.
void reduce(SharedView& view, const PersonalFace& face, const ExpressionPrior& prior, double damping,
            ReducedEquations& sums) {
  const Eigen::Index modes = prior.weight.size(), own = pose_size + modes, shared = sums.matrix.rows();
  NormalEquations& equations = sums.equations;
  equations.set_points(view.problem.given());
  equations.build(view.problem, face, view.state);
  // The resting face's derivatives are the expression's, without its prior.
  sums.matrix.triangularView<Eigen::Lower>() += equations.matrix.bottomRightCorner(shared, shared);
  sums.right_side += equations.right_side.tail(shared);
  Eigen::MatrixXd matrix = equations.matrix.topLeftCorner(own, own).selfadjointView<Eigen::Lower>();
  view.coupling.resize(own, shared);
  view.coupling.leftCols(modes) = matrix.rightCols(modes);
  view.coupling.rightCols(shared - modes) =
      equations.matrix.bottomLeftCorner(shared - modes, own).transpose();
  equations.add(prior, view.state.expression);
  matrix.diagonal() = equations.matrix.diagonal().head(own);
  view.right_side = equations.right_side.head(own);
  hold_bounds(prior, view.state.expression, matrix, view.coupling, view.right_side);
  matrix.diagonal() *= 1 + damping;
  view.factor.compute(matrix);
  view.factor.matrixL().solveInPlace(view.coupling);
  view.factor.matrixL().solveInPlace(view.right_side);
  sums.matrix.selfadjointView<Eigen::Lower>().rankUpdate(view.coupling.transpose(), -1);
  sums.right_side.noalias() -= view.coupling.transpose() * view.right_side;
}

void try_step(SharedView& view, const ExpressionPrior& prior, const Eigen::VectorXd& shared_step) {
  Eigen::VectorXd step = view.right_side - view.coupling * shared_step;
  view.factor.matrixU().solveInPlace(step);
  view.trial = moved(view.state, step);
  view.trial.expression = view.trial.expression.cwiseMax(prior.lower).cwiseMin(prior.upper);
}

/// The upper median; changes the order. Requires a value.
double middle_of(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// The rotation in the middle of those whose sum it is; none of it without any.
Eigen::Matrix3d nearest_rotation(const Eigen::Matrix3d& sum) {
  if (sum.norm() == 0) return Eigen::Matrix3d::Identity();
  const Eigen::JacobiSVD<Eigen::Matrix3d> parts(sum, Eigen::ComputeFullU | Eigen::ComputeFullV);
  Eigen::Matrix3d flip = Eigen::Matrix3d::Identity();
  flip(2, 2) = (parts.matrixU() * parts.matrixV().transpose()).determinant() < 0 ? -1 : 1;
  return parts.matrixU() * flip * parts.matrixV().transpose();
}

}  // namespace

PersonalFace FaceFitter::personal_face(const std::vector<FaceView>& views, const Work& work) const {
  PersonalFace face = mean_face();
  const std::size_t stride = (views.size() + identity_views - 1) / identity_views;
  std::vector<FaceView> few;
  for (std::size_t i = 0; i < views.size(); i += stride) few.push_back(views[i]);
  const Rotations by_identity = improve(face, few, Sought::identity, work);
  if (offset_precision_.size() == 0) return face;
  const Rotations with_offsets = improve(face, views, Sought::offsets, work);
  Eigen::Matrix3d between = Eigen::Matrix3d::Zero();
  for (std::size_t i = 0; i < few.size(); ++i)
    if (by_identity[i] && with_offsets[i * stride])
      between += by_identity[i]->transpose() * *with_offsets[i * stride];
  face.turn = nearest_rotation(between);
  return with_coefficients(face, face.identity, face.resting, face.offsets);
}

FaceFitter::Rotations FaceFitter::improve(PersonalFace& face, const std::vector<FaceView>& views,
                                          Sought sought, const Work& work) const {
  const bool identity = sought == Sought::identity;
  const ExpressionPrior prior = expression_prior(true, face.noise_mm);
  std::vector<SharedView> shared;
  std::vector<std::size_t> numbers;  // of the views that some pose explains
  Rotations rotations(views.size());
  for (std::size_t i = 0; i < views.size(); ++i) {
    SharedView one{FitProblem(*this, views[i], face.noise_mm), {}, {}, {}, {}, {}, 0};
    if (!one.problem.start(face, one.state)) continue;
    shared.push_back(std::move(one));
    numbers.push_back(i);
  }
  if (shared.empty()) return rotations;

  const Eigen::Index modes = expression_.cols(), identities = identity ? identity_.cols() : 0;
  const Eigen::Index places = identity ? 0 : offset_precision_.rows() / 3;
  const double prior_mm2 = priors_.regularization * face.noise_mm * face.noise_mm;
  // Of m and α on the diagonal, of δ between all points.
  Eigen::MatrixXd weight =
      Eigen::MatrixXd::Zero(modes + identities + 3 * places, modes + identities + 3 * places);
  weight.diagonal().head(modes) = prior.weight;
  if (identity)
    weight.diagonal().tail(identities) =
        static_cast<double>(shared.size()) * prior_mm2 * model_.identity.scale.cwiseAbs2().cwiseInverse();
  if (places > 0) weight.bottomRightCorner(3 * places, 3 * places) = prior_mm2 * offset_precision_;
  const auto values_of = [&](const PersonalFace& at) {
    Eigen::VectorXd values(weight.rows());
    values << at.resting, at.identity.head(identities), at.offsets.topRows(places).transpose().reshaped();
    return values;
  };
  ThreadPool pool(work.threads);
  std::vector<ReducedEquations> groups(
      (shared.size() + views_of_group - 1) / views_of_group,
      {NormalEquations(pose_size + modes + identities, 0, places), weight, Eigen::VectorXd(weight.rows())});
  const auto total = [&](const PersonalFace& at, bool of_trials) {
    pool.for_each(shared.size(), [&](std::size_t i) {
      const ViewState& state = of_trials ? shared[i].trial : shared[i].state;
      shared[i].cost = shared[i].problem.cost(at, state) + prior.cost(state.expression);
    });
    const Eigen::VectorXd values = values_of(at);
    double sum = values.dot(weight * values);
    for (const SharedView& view : shared) sum += view.cost;
    return sum;
  };

  double cost = total(face, false);
  double damping = first_damping;
  for (int iteration = 0; iteration < max_identity_iterations; ++iteration) {
    work.check_stop();
    pool.for_each(groups.size(), [&](std::size_t g) {
      groups[g].matrix.setZero();
      groups[g].right_side.setZero();
      const std::size_t end = std::min(shared.size(), (g + 1) * views_of_group);
      for (std::size_t i = g * views_of_group; i < end; ++i)
        reduce(shared[i], face, prior, damping, groups[g]);
    });
    Eigen::VectorXd values = values_of(face);
    Eigen::MatrixXd matrix = weight;
    Eigen::VectorXd right_side = -(weight * values);
    for (const ReducedEquations& group : groups) {
      matrix += group.matrix;
      right_side += group.right_side;
    }
    matrix.diagonal() *= 1 + damping;
    const Eigen::VectorXd step = matrix.selfadjointView<Eigen::Lower>().llt().solve(right_side);
    values += step;
    Offsets offsets = face.offsets;
    offsets.topRows(places) = values.tail(3 * places).reshaped(3, places).transpose();
    const Eigen::VectorXd coefficients =
        identity
            ? Eigen::VectorXd(
                  values.tail(identities).cwiseMax(model_.identity.lower).cwiseMin(model_.identity.upper))
            : face.identity;
    const PersonalFace trial =
        with_coefficients(face, coefficients, values.head(modes).cwiseMax(prior.lower).cwiseMin(prior.upper),
                          std::move(offsets));
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
  for (std::size_t i = 0; i < shared.size(); ++i) rotations[numbers[i]] = shared[i].state.rotation;
  return rotations;
}

FaceFitter::RestingViews FaceFitter::resting_views(const PersonalFace& face,
                                                   const std::vector<FaceView>& views,
                                                   const Work& work) const {
  const ExpressionPrior prior = expression_prior(true, face.noise_mm);
  std::vector<std::optional<FaceFit>> fits(views.size());
  std::vector<std::vector<double>> errors(views.size());
  ThreadPool pool(work.threads);
  pool.for_each(views.size(), [&](std::size_t i) {
    work.check_stop();
    fits[i] = fit_with(prior, views[i], face, &errors[i]);
  });
  RestingViews result;
  for (const auto& fit : fits)
    if (fit) result.resting.push_back(face.resting + fit->expression);
  std::vector<double> values;
  for (const auto& of_view : errors)
    for (const double error : of_view) values.push_back(std::abs(error));
  if (!values.empty()) result.noise_mm = deviations_in_median * middle_of(values);
  return result;
}

Eigen::VectorXd middle_resting(const std::vector<Eigen::VectorXd>& resting) {
  Eigen::VectorXd middle(resting.front().size());
  std::vector<double> values;
  for (Eigen::Index k = 0; k < middle.size(); ++k) {
    values.clear();
    for (const Eigen::VectorXd& one : resting) values.push_back(one[k]);
    middle[k] = middle_of(values);
  }
  return middle;
}

double FaceFitter::centre(PersonalFace& face, const std::vector<FaceView>& views, const Work& work) const {
  const RestingViews seen = resting_views(face, views, work);
  if (seen.resting.empty()) return 0;
  face.resting = middle_resting(seen.resting);
  face = with_neutral(face);
  return seen.noise_mm;
}

PersonalFace FaceFitter::with_neutral(const PersonalFace& face) const {
  return with_coefficients(face, face.identity, face.resting, face.offsets);
}

}  // namespace facelex
