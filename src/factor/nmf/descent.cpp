#include "descent.hpp"

#include <algorithm>
#include <cmath>

namespace facelex {

// scikit-learn multiplies the penalty of one factor with the length of the other's rows or columns.
NmfPenalties::NmfPenalties(const NmfOptions& options, Eigen::Index rows_of_v, Eigen::Index columns_of_v,
                           bool transposed) {
  const bool paper = options.penalty == NmfPenalty::paper;
  rows = (transposed ? options.alpha_b : options.alpha_a) * (paper ? 0.5 : static_cast<double>(columns_of_v));
  columns = (transposed ? options.alpha_a : options.alpha_b) * (paper ? 0.5 : static_cast<double>(rows_of_v));
  scale = paper ? 2 : 1;
}

double NmfDescent::update_columns(int sweeps) {
  const CodeStatistics& of_rows = rows_.statistics();
  double violation = 0;
  for (int i = 0; i < sweeps; ++i)
    for (Eigen::Index j = 0; j < columns_.rows(); ++j) {
      auto row = columns_.row(j);
      const Eigen::RowVectorXd slope =
          (of_rows.products.row(j) * columns_ - of_rows.samples.row(j)).array() + penalties_.columns;
      for (Eigen::Index d = 0; d < row.size(); ++d)
        violation += std::abs(row[d] == 0 ? std::min(0.0, slope[d]) : slope[d]);
      if (of_rows.products(j, j) > 0) row = (row - slope / of_rows.products(j, j)).cwiseMax(0);
    }
  return violation;
}

void NmfDescent::record() {
  result_.objective.push_back(objective());
  ++result_.iterations;
  work_.report(result_.iterations, options_.max_iterations);
}

// Alternating least squares crawls along narrow valleys, over flat stretches that look like the end;
// Nesterov's momentum on the short factor crosses them (with the restart of O'Donoghue & Candès 2015 where
// the objective rises). The first iterations decide which components live, and go without.
void NmfDescent::run_fast() {
  constexpr int careful_iterations = 3, column_sweeps = 5, still_iterations = 3;
  RowMatrix before = columns_;
  double momentum = 1;
  int still = 0;
  while (goes_on()) {
    rows_.update(columns_, penalties_.rows);
    update_columns(column_sweeps);
    balance();
    record();
    const double now = result_.objective.back();
    const bool careful = result_.iterations <= careful_iterations;
    const double last = result_.iterations > 1 ? result_.objective[result_.objective.size() - 2] : now;
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

// Multiplies each component of one factor and divides that of the other, so that the penalties are minimal:
// p·d + c/d with p and c the penalties of the two is minimal for d = √(c/p). HALS alone only creeps there.
void NmfDescent::balance() {
  const Eigen::VectorXd of_rows = penalties_.rows * rows_.statistics().l1;
  const Eigen::VectorXd of_columns = penalties_.columns * columns_.rowwise().sum();
  Eigen::VectorXd factors = Eigen::VectorXd::Ones(columns_.rows());
  for (Eigen::Index j = 0; j < factors.size(); ++j) {
    if (!(of_rows[j] > 0) || !(of_columns[j] > 0)) continue;
    factors[j] = std::sqrt(of_columns[j] / of_rows[j]);
    columns_.row(j) /= factors[j];
  }
  rows_.scale(factors);
}

// A component with nothing in one factor explains nothing: none of it in the other either.
void NmfDescent::remove_dead() {
  Eigen::VectorXd factors = Eigen::VectorXd::Ones(columns_.rows());
  for (Eigen::Index j = 0; j < factors.size(); ++j) {
    if (rows_.statistics().l1[j] > 0 && columns_.row(j).sum() > 0) continue;
    factors[j] = 0;
    columns_.row(j).setZero();
  }
  rows_.scale(factors);
  result_.objective.back() = objective();
}

double NmfDescent::objective() const {
  return penalties_.scale * (rows_.statistics().objective(rows_.squares(), columns_, penalties_.rows) +
                             penalties_.columns * columns_.sum());
}

}  // namespace facelex
