#include "sample.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace facelex {
namespace {

double soft_threshold(double value, double threshold, bool positive) {
  if (value > threshold) return value - threshold;
  if (value < -threshold && !positive) return value + threshold;
  return 0;
}

double sign(double value) {
  return value > 0 ? 1 : -1;
}

}  // namespace

LassoSample::LassoSample(const Eigen::MatrixXd& gram, const LassoOptions& options)
    : projection(gram.rows()),
      code(gram.rows()),
      gram_(gram),
      options_(options),
      gradient_(gram.rows()),
      factor_(gram.rows(), gram.rows()),
      direction_(gram.rows()) {
  support_.reserve(static_cast<std::size_t>(gram.rows()));
}

bool LassoSample::solve() {
  restart_gradient();
  return solve_exactly();
}

void LassoSample::restart_gradient() {
  gradient_ = projection;
  for (Eigen::Index k = 0; k < code.size(); ++k)
    if (code[k] != 0) gradient_ -= code[k] * gram_.col(k);
}

double LassoSample::sweep() {
  double max_step = 0;
  for (Eigen::Index k = 0; k < code.size(); ++k) {
    const double norm = gram_(k, k);
    if (norm == 0) continue;
    const double before = code[k];
    const double after =
        soft_threshold(gradient_[k] + norm * before, options_.alpha, options_.positive) / norm;
    if (after != before) {
      code[k] = after;
      gradient_ -= (after - before) * gram_.col(k);
    }
    max_step = std::max(max_step, std::abs(after - before));
  }
  return max_step;
}

// Coordinate descent finds which atoms are active and with which sign, but creeps where atoms are alike (the
// published mouth has condition number 684); with the signs known the optimum is one linear system. So sweeps
// and solutions alternate, and each lowers the objective: a support with its signs never comes back, and the
// search ends (Lee et al. 2007, "Efficient sparse coding algorithms", prove it for their feature-sign steps).
bool LassoSample::solve_exactly() {
  constexpr int sweeps_between = 4;
  for (Eigen::Index k = 0; k < code.size(); ++k)
    if (gram_(k, k) == 0) code[k] = 0;  // costs, and adds nothing
  const double tolerance =
      1e-10 * std::max(options_.alpha, projection.size() ? projection.cwiseAbs().maxCoeff() : 0.0);
  // Often the start has the right support and signs.
  minimise_on_support();
  restart_gradient();
  if (is_optimal(tolerance)) return true;
  for (int done = 0; done < options_.max_sweeps;) {
    for (int i = 0; i < sweeps_between && done < options_.max_sweeps; ++i, ++done)
      if (sweep() == 0) break;
    ++done;
    minimise_on_support();
    restart_gradient();
    if (is_optimal(tolerance)) return true;
  }
  return false;
}

// Moves the code to the minimum over its support with its signs. Where a coefficient would change its sign on
// the way, the move ends there and the atom leaves the support.
void LassoSample::minimise_on_support() {
  support_.clear();
  for (Eigen::Index k = 0; k < code.size(); ++k)
    if (code[k] != 0) support_.push_back(k);
  for (;;) {
    const auto size = static_cast<Eigen::Index>(support_.size());
    const Eigen::Index independent = factorise_support();
    if (independent < size) {
      find_null_direction(independent);
      move_on_support(std::numeric_limits<double>::infinity());
    } else {
      find_optimum_direction();
      move_on_support(1);
      if (static_cast<Eigen::Index>(support_.size()) == size) return;
    }
  }
}

// Adds to the code up to `max_step` times the direction, but only until the first coefficient is zero; drops
// from the support what is zero then.
void LassoSample::move_on_support(double max_step) {
  double step = max_step;
  const auto to_zero = [&](std::size_t i) {
    const double value = code[support_[i]], slope = direction_[static_cast<Eigen::Index>(i)];
    return (value > 0) != (slope > 0) && slope != 0 ? -value / slope
                                                    : std::numeric_limits<double>::infinity();
  };
  for (std::size_t i = 0; i < support_.size(); ++i) step = std::min(step, to_zero(i));
  if (std::isinf(step)) step = 0;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < support_.size(); ++i) {
    const Eigen::Index k = support_[i];
    const bool leaves = to_zero(i) <= step;
    code[k] = leaves ? 0 : code[k] + step * direction_[static_cast<Eigen::Index>(i)];
    if (code[k] != 0) support_[kept++] = k;
  }
  support_.resize(kept);
}

// RᵀR = G_SS by Cholesky decomposition, until an atom depends on those before it: returns how many do not.
Eigen::Index LassoSample::factorise_support() {
  const auto n = static_cast<Eigen::Index>(support_.size());
  for (Eigen::Index j = 0; j < n; ++j) {
    const double norm = gram_(atom(j), atom(j));
    for (Eigen::Index i = 0; i <= j; ++i) {
      double sum = gram_(atom(i), atom(j));
      for (Eigen::Index m = 0; m < i; ++m) sum -= factor_(m, i) * factor_(m, j);
      if (i == j && sum <= 1e-13 * norm) return j;
      factor_(i, j) = i == j ? std::sqrt(sum) : sum / factor_(i, i);
    }
  }
  return n;
}

// y − z with G_SS y = q_S − α·sign(z_S).
void LassoSample::find_optimum_direction() {
  const auto n = static_cast<Eigen::Index>(support_.size());
  for (Eigen::Index i = 0; i < n; ++i) {
    double sum = projection[atom(i)] - options_.alpha * sign(code[atom(i)]);
    for (Eigen::Index m = 0; m < i; ++m) sum -= factor_(m, i) * direction_[m];
    direction_[i] = sum / factor_(i, i);
  }
  solve_upper(n);
  for (Eigen::Index i = 0; i < n; ++i) direction_[i] -= code[atom(i)];
}

// A combination of atoms that moves nothing: along it only ‖z‖₁ changes, so the code may go the way that does
// not raise it until a coefficient is zero.
void LassoSample::find_null_direction(Eigen::Index dependent) {
  for (Eigen::Index i = 0; i < dependent; ++i) direction_[i] = -factor_(i, dependent);
  solve_upper(dependent);
  direction_[dependent] = 1;
  double slope = 0;
  for (Eigen::Index i = 0; i <= dependent; ++i) slope += sign(code[atom(i)]) * direction_[i];
  const double way = slope > 0 ? -1 : 1;
  for (Eigen::Index i = 0; i < static_cast<Eigen::Index>(support_.size()); ++i)
    direction_[i] = i <= dependent ? way * direction_[i] : 0;
}

// Rv = direction, in place, for the first n atoms of the support.
void LassoSample::solve_upper(Eigen::Index n) {
  for (Eigen::Index i = n - 1; i >= 0; --i) {
    double sum = direction_[i];
    for (Eigen::Index m = i + 1; m < n; ++m) sum -= factor_(i, m) * direction_[m];
    direction_[i] = sum / factor_(i, i);
  }
}

bool LassoSample::is_optimal(double tolerance) const {
  for (Eigen::Index k = 0; k < code.size(); ++k) {
    if (gram_(k, k) == 0) continue;
    const double violation =
        code[k] != 0 ? std::abs(gradient_[k] - options_.alpha * sign(code[k]))
                     : (options_.positive ? gradient_[k] : std::abs(gradient_[k])) - options_.alpha;
    if (!(violation <= tolerance)) return false;  // NaN is not an optimum
  }
  return true;
}

}  // namespace facelex
