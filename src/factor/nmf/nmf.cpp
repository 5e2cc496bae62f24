#include "facelex/factor/nmf/nmf.hpp"

#include <cmath>
#include <string>

#include "descent.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/core/text.hpp"
#include "factor/lasso/finite_samples.hpp"
#include "rows.hpp"
#include "start.hpp"

namespace facelex {

void NmfOptions::describe(OptionList& options) {
  options.number("alpha-a", alpha_a, Bounds::at_least(0), "penalty of A, as penalty-scaling says")
      .number("alpha-b", alpha_b, Bounds::at_least(0), "penalty of B, as penalty-scaling says")
      .choice("penalty-scaling", penalty, {{"paper", NmfPenalty::paper}, {"sklearn", NmfPenalty::sklearn}},
              "‖V−AB‖² + alpha-a‖A‖₁ + alpha-b‖B‖₁ as paper 001 prints it, or scikit-learn's "
              "½‖V−AB‖² + alpha-a·columns·‖A‖₁ + alpha-b·rows·‖B‖₁")
      .choice(
          "nmf-start", start,
          {{"best", NmfStart::best},
           {"nndsvd", NmfStart::nndsvd},
           {"nndsvda", NmfStart::nndsvda},
           {"random", NmfStart::random}},
          "from the singular vectors (nndsvda: zeros filled with the mean; best: both, and the lower end), "
          "or at random")
      .choice("nmf-solver", solver, {{"fast", NmfSolver::fast}, {"sklearn", NmfSolver::sklearn}},
              "fast, or scikit-learn 1.2.1's iterations")
      .number("nmf-tolerance", tolerance, Bounds::at_least(0),
              "ends when an iteration lowers the objective by less than this share (sklearn: its tol)")
      .integer("nmf-max-iterations", max_iterations, Bounds::at_least(1), "max iterations")
      .integer("nmf-seed", seed, Bounds::at_least(0), "of a random start");
}

void NmfOptions::check() const {
  check_bounds(*this);
  if (solver == NmfSolver::fast && (alpha_a > 0) != (alpha_b > 0))
    throw usage_error(
        field("alpha-a") + " " + number_text(alpha_a) + " with " + field("alpha-b") + " " +
            number_text(alpha_b) +
            ": the penalty of one factor alone vanishes when the other grows, so there is no minimum",
        "give both, or neither");
}

namespace {

/// A, then B, once each.
void run_as_sklearn(NmfRows& rows, const RowMatrix& columns, const NmfPenalties& penalties, bool transposed,
                    NmfDescent& descent, const NmfOptions& options, NmfResult& result) {
  double first_violation = 0;
  while (descent.goes_on()) {
    double violation = transposed ? descent.update_columns(1) : 0;
    violation += rows.update_as_sklearn(columns, penalties.rows);
    if (!transposed) violation += descent.update_columns(1);
    descent.record();
    if (result.iterations == 1) first_violation = violation;
    result.converged = violation <= options.tolerance * first_violation;
  }
}

/// v: T×n, T ≥ n; when `transposed`, the transpose of what is to be factorised.
NmfResult factorize(const RowMatrix& v, bool transposed, Eigen::Index components, const NmfOptions& options,
                    const Work& work) {
  ThreadPool pool(work.threads);
  const NmfFactors start = start_nmf(v, components, options, pool, work);
  RowMatrix columns = start.columns.transpose();
  NmfRows rows(v, start.rows, pool, work);
  const NmfPenalties penalties(options, v.rows(), v.cols(), transposed);
  NmfResult result;
  NmfDescent descent(rows, columns, penalties, options, work, result);
  if (options.solver == NmfSolver::fast)
    descent.run_fast();
  else
    run_as_sklearn(rows, columns, penalties, transposed, descent, options, result);
  const Eigen::MatrixXd row_factor = rows.factor();
  result.a = transposed ? RowMatrix(columns.transpose()) : RowMatrix(row_factor);
  result.b = transposed ? RowMatrix(row_factor.transpose()) : columns;
  return result;
}

}  // namespace

NmfResult factorize_nmf(const RowMatrix& v, Eigen::Index components, const NmfOptions& options,
                        const Work& work) {
  options.check();
  const Eigen::Index max_components = std::min(v.rows(), v.cols());
  if (components < 1) throw option_error("components", std::to_string(components) + " is not ≥ 1");
  require_non_negative(v, "row");
  if (v.size() == 0 || v.maxCoeff() == 0) throw data_error({}, "a matrix of zeros has no factors");
  if (options.start != NmfStart::random && components > max_components)
    throw option_error("components",
                       std::to_string(components) + " is not 1 … " + std::to_string(max_components),
                       "a matrix of " + std::to_string(v.rows()) + "×" + std::to_string(v.cols()) +
                           " has no more singular vectors; start at random for more");
  const bool transposed = v.rows() < v.cols();
  const RowMatrix transposed_v = transposed ? RowMatrix(v.transpose()) : RowMatrix();
  const RowMatrix& tall = transposed ? transposed_v : v;
  if (options.start != NmfStart::best || options.solver == NmfSolver::sklearn)
    return factorize(tall, transposed, components, options, work);
  NmfOptions from = options;
  from.start = NmfStart::nndsvda;
  NmfResult filled = factorize(tall, transposed, components, from, work);
  from.start = NmfStart::nndsvd;
  NmfResult sparse = factorize(tall, transposed, components, from, work);
  return sparse.objective.back() < filled.objective.back() ? std::move(sparse) : std::move(filled);
}

}  // namespace facelex
