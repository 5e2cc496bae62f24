#include "update.hpp"

#include <algorithm>
#include <cmath>

namespace facelex {
namespace {

constexpr double unused_square = 1e-6;  // scikit-learn's

void project_to_unit_ball(Eigen::RowVectorXd& atom) {
  atom /= std::max(atom.norm(), 1.0);
}

/// An atom, or an atom w and its twin wP, as the one unknown w of
///   ½·own‖w‖² + ½·crossed·wPwᵀ − ⟨pull, w⟩ + penalty, ‖w‖ ≤ 1.
class AtomProblem {
 public:
  AtomProblem(const Eigen::MatrixXd& products, const RowMatrix& samples, const RowMatrix& atoms,
              const AtomConstraints& constraints, Eigen::Index k)
      : atoms_(atoms), constraints_(constraints), atom_(k) {
    twin_ = constraints.tied() ? constraints.twin[static_cast<std::size_t>(k)] : k;
    own_ = products(k, k);
    pull_ = pull_of(products, samples, k);
    if (is_pair()) {
      own_ += products(twin_, twin_);
      crossed_ = 2 * products(k, twin_);
      pull_ += constraints.mirrored(pull_of(products, samples, twin_));
    } else if (constraints.tied()) {
      pull_ = 0.5 * (pull_ + constraints.mirrored(pull_));
    }
  }

  /// The atom's better value.
  Eigen::RowVectorXd solved() const {
    if (constraints_.coherence > 0) return descended();
    if (is_pair()) return minimiser_of_pair();
    Eigen::RowVectorXd atom = pull_ / own_;
    project_to_unit_ball(atom);
    return atom;
  }

 private:
  bool is_pair() const { return twin_ != atom_; }

  /// What the samples ask of atom j beyond what all but the unknown atoms explain.
  Eigen::RowVectorXd pull_of(const Eigen::MatrixXd& products, const RowMatrix& samples,
                             Eigen::Index j) const {
    Eigen::RowVectorXd pull = samples.row(j) - products.row(j) * atoms_;
    pull += products(j, atom_) * atoms_.row(atom_);
    if (is_pair()) pull += products(j, twin_) * atoms_.row(twin_);
    return pull;
  }

  // With w = s + a, s = sP, a = −aP: the curvatures are own ± crossed, sums of (z_k ± z_l)² and so ≥ 0. Where
  // one vanishes (twins that are always equally active), the part stays near its old value.
  Eigen::RowVectorXd minimiser_of_pair() const {
    const Eigen::RowVectorXd before = atoms_.row(atom_), image = constraints_.mirrored(pull_),
                             image_before = constraints_.mirrored(before);
    const double min_curvature = unused_square * own_;
    const double even = std::max(own_ + crossed_, min_curvature),
                 odd = std::max(own_ - crossed_, min_curvature);
    const Eigen::RowVectorXd even_pull =
        0.5 * (pull_ + image) + 0.5 * (even - own_ - crossed_) * (before + image_before);
    const Eigen::RowVectorXd odd_pull =
        0.5 * (pull_ - image) + 0.5 * (odd - own_ + crossed_) * (before - image_before);
    const double even_square = even_pull.squaredNorm(), odd_square = odd_pull.squaredNorm();
    double multiplier = 0;
    // Newton on 1/‖w‖, which is concave in the multiplier: from 0 it rises to the solution without crossing.
    for (int i = 0; i < 60; ++i) {
      const double p = even + multiplier, q = odd + multiplier;
      const double square = even_square / (p * p) + odd_square / (q * q), norm = std::sqrt(square);
      if (norm <= 1 + 1e-14) break;
      multiplier += (norm - 1) * square / (even_square / (p * p * p) + odd_square / (q * q * q));
    }
    Eigen::RowVectorXd atom = even_pull / (even + multiplier) + odd_pull / (odd + multiplier);
    project_to_unit_ball(atom);
    return atom;
  }

  // The penalty of an atom is quadratic, γΣ_j(w·w_j)²; of a pair it counts twice, and γ(wPwᵀ)² comes to it,
  // whose curvature in the unit ball is at most 12γ. The other atoms are closed under P: so is the gradient.
  Eigen::RowVectorXd descended() const {
    constexpr int steps = 4;
    std::vector<Eigen::Index> others;
    for (Eigen::Index j = 0; j < atoms_.rows(); ++j)
      if (j != atom_ && j != twin_) others.push_back(j);
    const RowMatrix other_atoms = atoms_(others, Eigen::all);
    const Eigen::MatrixXd gram = other_atoms * other_atoms.transpose();
    const double largest = others.empty() ? 0 : gram.cwiseAbs().rowwise().sum().maxCoeff();  // ≥ eigenvalues
    const double weight = 2 * constraints_.coherence * (is_pair() ? 2 : 1);
    const double curvature =
        own_ + std::abs(crossed_) + weight * largest + (is_pair() ? 12 * constraints_.coherence : 0);
    if (curvature <= 0) return atoms_.row(atom_);  // an unused atom, and no other to keep away from
    Eigen::RowVectorXd atom = atoms_.row(atom_);
    for (int i = 0; i < steps; ++i) {
      Eigen::RowVectorXd gradient = own_ * atom - pull_;
      gradient += weight * ((atom * other_atoms.transpose()) * other_atoms);
      if (is_pair()) {
        const Eigen::RowVectorXd image = constraints_.mirrored(atom);
        gradient += (crossed_ + 4 * constraints_.coherence * atom.dot(image)) * image;
      }
      atom -= gradient / curvature;
      project_to_unit_ball(atom);
    }
    return atom;
  }

  const RowMatrix& atoms_;
  const AtomConstraints& constraints_;
  Eigen::Index atom_, twin_ = 0;
  double own_ = 0, crossed_ = 0;
  Eigen::RowVectorXd pull_;
};

std::vector<Eigen::Index> update_constrained(const Eigen::MatrixXd& products, const RowMatrix& samples,
                                             RowMatrix& atoms, const AtomConstraints& constraints) {
  std::vector<Eigen::Index> unused;
  for (Eigen::Index k = 0; k < atoms.rows(); ++k) {
    const Eigen::Index twin = constraints.tied() ? constraints.twin[static_cast<std::size_t>(k)] : k;
    const bool is_unused = std::max(products(k, k), products(twin, twin)) <= unused_square;
    if (is_unused && constraints.coherence == 0) {
      unused.push_back(k);
    } else if (twin >= k) {
      atoms.row(k) = AtomProblem(products, samples, atoms, constraints, k).solved();
      constraints.tie(k, atoms);
    }
  }
  return unused;
}

}  // namespace

std::vector<Eigen::Index> update_atoms(const Eigen::MatrixXd& products, const RowMatrix& samples,
                                       RowMatrix& atoms, const AtomConstraints& constraints) {
  if (constraints.any()) return update_constrained(products, samples, atoms, constraints);
  std::vector<Eigen::Index> unused;
  for (Eigen::Index k = 0; k < atoms.rows(); ++k) {
    if (products(k, k) <= unused_square) {
      unused.push_back(k);
      continue;
    }
    auto atom = atoms.row(k);
    const Eigen::RowVectorXd explained = products.row(k) * atoms;
    atom += (samples.row(k) - explained) / products(k, k);
    atom /= std::max(atom.norm(), 1.0);
  }
  return unused;
}

}  // namespace facelex
