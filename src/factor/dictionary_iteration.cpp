#include "dictionary_iteration.hpp"

#include <algorithm>
#include <cmath>

#include "block_sum.hpp"
#include "dictionary_update.hpp"
#include "facelex/factor/sparse_coding.hpp"

namespace facelex {
namespace {

void shrink_to_unit_ball(RowMatrix& atoms) {
  for (auto atom : atoms.rowwise()) atom /= std::max(atom.norm(), 1.0);
}

}  // namespace

DictionaryIteration::DictionaryIteration(const DictionarySamples& samples, Eigen::Index atoms,
                                         const DictionaryOptions& options, const AtomConstraints& constraints,
                                         const Work& work)
    : samples_(samples),
      options_(options),
      constraints_(constraints),
      work_(work),
      pool_(work.threads),
      random_(static_cast<std::uint64_t>(options.seed)) {
  result_.atoms = RowMatrix::Zero(atoms, samples.dimensions());
  result_.codes = RowMatrix::Zero(samples.count(), atoms);
}

DictionaryResult DictionaryIteration::run(const RowMatrix& start_atoms) {
  if (start_atoms.rows() > 0) {
    result_.atoms = start_atoms;
    shrink_to_unit_ball(result_.atoms);
  } else if (options_.start == DictionaryStart::svd) {
    start_at_singular_vectors();
  } else {
    start_at_samples();
  }
  constraints_.tie(result_.atoms);
  if (options_.method == DictionaryMethod::sklearn)
    run_as_sklearn();
  else
    run_fast();
  return std::move(result_);
}

// W = S·Vᵀ, and the codes start at U. Of each column of U the entry of largest |value|, the first of equals,
// is made positive, as svd_flip does. Atoms beyond the rank start at zero. Coordinate descent with positive
// codes never meets a negative one but in this start; scikit-learn leaves it to the first sweep, and so do
// we.
void DictionaryIteration::start_at_singular_vectors() {
  const Eigen::Index known = std::min(result_.atoms.rows(), samples_.rank());
  for (Eigen::Index k = 0; k < known; ++k) {
    const double singular = samples_.singular_value(k);
    const Eigen::VectorXd direction = samples_.direction(k);
    Eigen::VectorXd u(samples_.count());
    for (Eigen::Index t = 0; t < u.size(); ++t) u[t] = samples_.values().row(t).dot(direction) / singular;
    Eigen::Index peak = 0;
    u.cwiseAbs().maxCoeff(&peak);
    const double sign = u[peak] < 0 ? -1 : 1;
    result_.codes.col(k) = sign * u;
    result_.atoms.row(k) = sign * singular * direction.transpose();
  }
}

// Samples without movement make no atom: after a hundred of them in a row an atom stays at zero, and the
// first update finds it unused.
void DictionaryIteration::start_at_samples() {
  for (auto atom : result_.atoms.rowwise()) {
    for (int tries = 0; tries < 100 && atom.norm() == 0; ++tries)
      atom = samples_.values().row(samples_.draw(random_));
    if (atom.norm() > 0) atom /= atom.norm();
  }
}

double DictionaryIteration::objective(const CodeStatistics& statistics) const {
  return statistics.objective(samples_.squared_norm(), result_.atoms, options_.alpha) +
         constraints_.penalty(result_.atoms);
}

void DictionaryIteration::record(double objective) {
  result_.objective.push_back(objective);
  ++result_.iterations;
  work_.report(result_.iterations, options_.max_iterations);
}

void DictionaryIteration::run_as_sklearn() {
  while (result_.iterations < options_.max_iterations && !result_.converged) {
    work_.check_stop();
    CodeStatistics statistics = code(result_.atoms, options_.max_sweeps);
    update(statistics, result_.atoms, 1);
    record(objective(statistics));
    if (result_.iterations == 1) continue;
    const double now = result_.objective.back(), before = result_.objective[result_.objective.size() - 2];
    result_.converged = before - now < options_.tolerance * now;
  }
}

// Alternating minimisation crawls along narrow valleys; Nesterov's momentum on the atoms crosses them (with
// the restart of O'Donoghue & Candès 2015 where the objective rises). Codes need not be optimal on the way:
// they start where the last iteration left them. Only the first iterations decide which valley it is, and
// code to the end.
void DictionaryIteration::run_fast() {
  constexpr int careful_iterations = 3, sweeps = 2, passes = 5, still_iterations = 5;
  RowMatrix ahead = result_.atoms;  // where the codes are taken
  RowMatrix before = result_.atoms;
  double momentum = 1;
  int still = 0;
  while (result_.iterations < options_.max_iterations && !result_.converged) {
    work_.check_stop();
    const bool careful = result_.iterations < careful_iterations;
    CodeStatistics statistics =
        code(ahead, careful ? options_.max_sweeps : std::min(sweeps, options_.max_sweeps));
    result_.atoms = ahead;
    const bool resampled = update(statistics, result_.atoms, passes);
    const double now = objective(statistics);
    const double last = result_.objective.empty() ? now : result_.objective.back();
    record(now);

    ahead = result_.atoms;
    if (resampled || now > last) {
      momentum = 1;
    } else {
      const double grown = (1 + std::sqrt(1 + 4 * momentum * momentum)) / 2;
      ahead += (momentum - 1) / grown * (result_.atoms - before);
      shrink_to_unit_ball(ahead);
      constraints_.tie(ahead);
      momentum = grown;
    }
    before = result_.atoms;
    still = careful || resampled || std::abs(last - now) >= options_.tolerance * now ? 0 : still + 1;
    result_.converged = still == still_iterations;
  }
  const CodeStatistics statistics = code(result_.atoms, options_.max_sweeps);
  result_.objective.back() = objective(statistics);
}

CodeStatistics DictionaryIteration::code(const RowMatrix& atoms, int max_sweeps) {
  const SparseCoder coder(atoms, {options_.alpha, LassoSolver::sklearn, options_.positive_codes, max_sweeps});
  CodeStatistics statistics = sum_over_blocks(pool_, work_, static_cast<std::size_t>(samples_.count()),
                                              CodeStatistics(atoms.rows(), samples_.dimensions()),
                                              [&](Eigen::Index first, Eigen::Index n, CodeStatistics& sum) {
                                                const auto block = samples_.values().middleRows(first, n);
                                                auto codes = result_.codes.middleRows(first, n);
                                                sum.unconverged = coder.encode(block, codes);
                                                for (Eigen::Index t = 0; t < n; ++t) {
                                                  const double weight = samples_.weight(first + t);
                                                  for (Eigen::Index k = 0; k < codes.cols(); ++k) {
                                                    const double z = weight * codes(t, k);
                                                    if (z == 0) continue;
                                                    sum.products.col(k) += z * codes.row(t).transpose();
                                                    sum.samples.row(k) += z * block.row(t);
                                                    sum.l1[k] += std::abs(z);
                                                  }
                                                }
                                              });
  result_.unconverged = statistics.unconverged;
  return statistics;
}

bool DictionaryIteration::update(CodeStatistics& statistics, RowMatrix& atoms, int passes) {
  const auto unused = update_atoms(statistics.products, statistics.samples, atoms, constraints_);
  for (const Eigen::Index k : unused) {
    auto atom = atoms.row(k);
    atom = noisy_sample();
    atom /= std::max(atom.norm(), 1.0);
    constraints_.tie(k, atoms);
    result_.codes.col(k).setZero();
    statistics.forget(k);
    ++result_.resampled;
  }
  for (int pass = 1; pass < passes; ++pass)
    update_atoms(statistics.products, statistics.samples, atoms, constraints_);
  return !unused.empty();
}

Eigen::RowVectorXd DictionaryIteration::noisy_sample() {
  Eigen::RowVectorXd sample = samples_.values().row(samples_.draw(random_));
  const double deviation =
      std::sqrt((sample.array() - sample.mean()).square().sum() / static_cast<double>(sample.size()));
  const double noise = 0.01 * (deviation > 0 ? deviation : 1);
  for (double& value : sample) value += noise * random_.normal();
  return sample;
}

}  // namespace facelex
