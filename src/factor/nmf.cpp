#include "facelex/factor/nmf.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/core/text.hpp"
#include "finite_samples.hpp"
#include "nmf_rows.hpp"
#include "nmf_start.hpp"

namespace facelex {

void NmfOptions::describe(OptionList& options) {
  options.number("alpha-a", alpha_a, Bounds::at_least(0), "penalty of A, as penalty-scaling says")
      .number("alpha-b", alpha_b, Bounds::at_least(0), "penalty of B, as penalty-scaling says")
      .choice("penalty-scaling", penalty, {{"paper", NmfPenalty::paper}, {"sklearn", NmfPenalty::sklearn}},
              "‖V−AB‖² + alpha-a‖A‖₁ + alpha-b‖B‖₁ as paper 001 prints it, or scikit-learn's "
              "½‖V−AB‖² + alpha-a·columns·‖A‖₁ + alpha-b·rows·‖B‖₁")
      .choice("nmf-start", start,
              {{"nndsvd", NmfStart::nndsvd}, {"nndsvda", NmfStart::nndsvda}, {"random", NmfStart::random}},
              "from the singular vectors (nndsvda: zeros filled with the mean), or at random")
      .choice("nmf-solver", solver, {{"fast", NmfSolver::fast}, {"sklearn", NmfSolver::sklearn}},
              "fast, or scikit-learn 1.2.1's iterations")
      .number("nmf-tolerance", tolerance, Bounds::at_least(0),
              "ends when an iteration lowers the objective by less than this share (sklearn: its tol)")
      .integer("nmf-max-iterations", max_iterations, Bounds::at_least(1), "most iterations")
      .integer("nmf-seed", seed, Bounds::at_least(0), "of a random start");
}

void NmfOptions::check() const {
  const auto check_penalty = [](const char* name, double value) {
    if (!(value >= 0) || !std::isfinite(value))
      throw usage_error(std::string(name) + ": " + number_text(value) + " is not a finite number ≥ 0");
  };
  check_penalty("alpha-a", alpha_a);
  check_penalty("alpha-b", alpha_b);
  if (solver == NmfSolver::fast && (alpha_a > 0) != (alpha_b > 0))
    throw usage_error(
        "alpha-a " + number_text(alpha_a) + " with alpha-b " + number_text(alpha_b) +
            ": the penalty of one factor alone vanishes when the other grows, so there is no minimum",
        "give both, or neither");
  if (!(tolerance >= 0) || !std::isfinite(tolerance))
    throw usage_error("nmf-tolerance: " + number_text(tolerance) + " is not a finite number ≥ 0");
  if (max_iterations < 1)
    throw usage_error("nmf-max-iterations: " + std::to_string(max_iterations) + " is not ≥ 1");
  if (seed < 0) throw usage_error("nmf-seed: " + std::to_string(seed) + " is not ≥ 0");
}

namespace {

/// A factorisation under way.
class Factorization {
 public:
  /// v: T×n, T ≥ n; when `turned`, the transpose of what is to be factorised.
  Factorization(const RowMatrix& v, bool turned, Eigen::Index components, const NmfOptions& options,
                const Work& work)
      : options_(options),
        work_(work),
        turned_(turned),
        pool_(work.threads),
        rows_(v, take_start(v, components), pool_, work) {
    const bool paper = options.penalty == NmfPenalty::paper;
    // Squares are halved here, as scikit-learn's are; scikit-learn multiplies the penalty of one factor with
    // the length of the other's rows.
    scale_ = paper ? 2 : 1;
    const auto columns = static_cast<double>(v.cols()), rows = static_cast<double>(v.rows());
    row_penalty_ = (turned ? options.alpha_b : options.alpha_a) * (paper ? 0.5 : columns);
    column_penalty_ = (turned ? options.alpha_a : options.alpha_b) * (paper ? 0.5 : rows);
  }

  NmfResult run() {
    if (options_.solver == NmfSolver::fast)
      run_fast();
    else
      run_as_sklearn();
    const Eigen::MatrixXd rows = rows_.factor();
    result_.a = turned_ ? columns_.transpose() : rows;
    result_.b = turned_ ? rows.transpose() : columns_;
    return std::move(result_);
  }

 private:
  Eigen::MatrixXd take_start(const RowMatrix& v, Eigen::Index components) {
    NmfFactors start = start_nmf(v, components, options_, pool_, work_);
    columns_ = start.columns.transpose();
    return std::move(start.rows);
  }

  /// Sweeps over the columns' factor; returns scikit-learn's violation.
  double update_columns(int sweeps) {
    const CodeStatistics& of_rows = rows_.statistics();
    double violation = 0;
    for (int i = 0; i < sweeps; ++i)
      for (Eigen::Index j = 0; j < columns_.rows(); ++j) {
        auto row = columns_.row(j);
        const Eigen::RowVectorXd slope =
            (of_rows.products.row(j) * columns_ - of_rows.samples.row(j)).array() + column_penalty_;
        for (Eigen::Index d = 0; d < row.size(); ++d)
          violation += std::abs(row[d] == 0 ? std::min(0.0, slope[d]) : slope[d]);
        if (of_rows.products(j, j) > 0) row = (row - slope / of_rows.products(j, j)).cwiseMax(0);
      }
    return violation;
  }

  bool goes_on() const { return result_.iterations < options_.max_iterations && !result_.converged; }

  void record(double objective) {
    result_.objective.push_back(objective);
    ++result_.iterations;
    work_.report(result_.iterations, options_.max_iterations);
  }

  /// A, then B, once each.
  void run_as_sklearn() {
    double first_violation = 0;
    while (goes_on()) {
      double violation = 0;
      if (turned_) violation += update_columns(1);
      violation += rows_.update_as_sklearn(columns_, row_penalty_);
      if (!turned_) violation += update_columns(1);
      record(objective());
      if (result_.iterations == 1) first_violation = violation;
      result_.converged = violation <= options_.tolerance * first_violation;
    }
  }

  // Alternating least squares crawls along narrow valleys, over flat stretches that look like the end;
  // Nesterov's momentum on the short factor crosses them (with the restart of O'Donoghue & Candès 2015 where
  // the objective rises). The first iterations decide which components live, and go without.
  void run_fast() {
    constexpr int careful_iterations = 3, row_sweeps = 3, column_sweeps = 5, still_iterations = 3;
    RowMatrix before = columns_;
    double momentum = 1;
    int still = 0;
    while (goes_on()) {
      rows_.update(columns_, row_penalty_, row_sweeps);
      update_columns(column_sweeps);
      balance();
      const double now = objective(), last = result_.objective.empty() ? now : result_.objective.back();
      record(now);
      const bool careful = result_.iterations <= careful_iterations;
      still = !careful && std::abs(last - now) <= options_.tolerance * now ? still + 1 : 0;
      result_.converged = still == still_iterations;
      if (result_.converged || !goes_on()) break;
      const RowMatrix reached = columns_;
      if (careful || now > last) {
        momentum = 1;
      } else {
        const double grown = (1 + std::sqrt(1 + 4 * momentum * momentum)) / 2;
        columns_ = (reached + (momentum - 1) / grown * (reached - before)).cwiseMax(0);
        momentum = grown;
      }
      before = reached;
    }
    remove_dead();
  }

  /// Multiplies each component of one factor and divides that of the other, so that the penalties are least:
  /// p·d + c/d with p and c the penalties of the two is least for d = √(c/p). HALS alone only creeps there.
  void balance() {
    const Eigen::VectorXd of_rows = row_penalty_ * rows_.statistics().l1;
    const Eigen::VectorXd of_columns = column_penalty_ * columns_.rowwise().sum();
    Eigen::VectorXd factors = Eigen::VectorXd::Ones(columns_.rows());
    for (Eigen::Index j = 0; j < factors.size(); ++j) {
      if (!(of_rows[j] > 0) || !(of_columns[j] > 0)) continue;
      factors[j] = std::sqrt(of_columns[j] / of_rows[j]);
      columns_.row(j) /= factors[j];
    }
    rows_.scale(factors);
  }

  /// A component with nothing in one factor explains nothing: none of it in the other either.
  void remove_dead() {
    Eigen::VectorXd factors = Eigen::VectorXd::Ones(columns_.rows());
    for (Eigen::Index j = 0; j < factors.size(); ++j) {
      if (rows_.statistics().l1[j] > 0 && columns_.row(j).sum() > 0) continue;
      factors[j] = 0;
      columns_.row(j).setZero();
    }
    rows_.scale(factors);
    result_.objective.back() = objective();
  }

  double objective() const {
    return scale_ * (rows_.statistics().objective(rows_.squares(), columns_, row_penalty_) +
                     column_penalty_ * columns_.sum());
  }

  const NmfOptions& options_;
  const Work& work_;
  const bool turned_;
  ThreadPool pool_;
  RowMatrix columns_;  ///< q×n
  NmfRows rows_;
  double scale_ = 1;  ///< of the objective that is told
  double row_penalty_ = 0, column_penalty_ = 0;
  NmfResult result_;
};

void require_non_negative(const RowMatrix& v) {
  require_finite(v, "row");
  if (v.size() > 0 && v.minCoeff() < 0)
    for (Eigen::Index i = 0; i < v.rows(); ++i)
      for (Eigen::Index j = 0; j < v.cols(); ++j)
        if (v(i, j) < 0)
          throw data_error({},
                           "row " + std::to_string(i + 1) + ", column " + std::to_string(j + 1) + ": " +
                               number_text(v(i, j)) + " is negative",
                           "a non-negative factorisation takes values ≥ 0");
  if (v.size() == 0 || v.maxCoeff() == 0) throw data_error({}, "a matrix of zeros has no factors");
}

}  // namespace

NmfResult factorize_nmf(const RowMatrix& v, Eigen::Index components, const NmfOptions& options,
                        const Work& work) {
  options.check();
  const Eigen::Index most = std::min(v.rows(), v.cols());
  if (components < 1) throw usage_error("components: " + std::to_string(components) + " is not ≥ 1");
  require_non_negative(v);
  if (options.start != NmfStart::random && components > most)
    throw usage_error("components: " + std::to_string(components) + " is not 1 … " + std::to_string(most),
                      "a matrix of " + std::to_string(v.rows()) + "×" + std::to_string(v.cols()) +
                          " has no more singular vectors; start at random for more");
  if (v.rows() < v.cols()) {
    const RowMatrix turned = v.transpose();
    return Factorization(turned, true, components, options, work).run();
  }
  return Factorization(v, false, components, options, work).run();
}

}  // namespace facelex
