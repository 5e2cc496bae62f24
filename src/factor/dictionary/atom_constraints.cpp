#include "facelex/factor/dictionary/atom_constraints.hpp"

#include <cmath>
#include <string>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"

namespace facelex {
namespace {

bool is_own_inverse(const std::vector<Eigen::Index>& image) {
  const auto size = static_cast<Eigen::Index>(image.size());
  for (Eigen::Index i = 0; i < size; ++i) {
    const Eigen::Index other = image[static_cast<std::size_t>(i)];
    if (other < 0 || other >= size || image[static_cast<std::size_t>(other)] != i) return false;
  }
  return true;
}

}  // namespace

Eigen::RowVectorXd AtomConstraints::mirrored(const Eigen::RowVectorXd& atom) const {
  return atom(reflected).cwiseProduct(reflection_sign);
}

void AtomConstraints::tie(Eigen::Index k, RowMatrix& atoms) const {
  if (!tied()) return;
  const Eigen::Index other = twin[static_cast<std::size_t>(k)];
  const Eigen::RowVectorXd image = mirrored(atoms.row(k));
  if (other == k)
    atoms.row(k) = 0.5 * (atoms.row(k) + image);
  else
    atoms.row(other) = image;
}

void AtomConstraints::tie(RowMatrix& atoms) const {
  for (Eigen::Index k = 0; k < atoms.rows(); ++k) tie(k, atoms);
}

double AtomConstraints::penalty(const RowMatrix& atoms) const {
  if (coherence == 0) return 0;
  const Eigen::MatrixXd gram = atoms * atoms.transpose();
  return 0.5 * coherence * (gram.squaredNorm() - gram.diagonal().squaredNorm());
}

void AtomConstraints::check(Eigen::Index atoms, Eigen::Index dimensions) const {
  if (!(coherence >= 0) || !std::isfinite(coherence))
    throw option_error("coherence", number_text(coherence) + " is not a finite number ≥ 0");
  if (!tied()) return;
  if (static_cast<Eigen::Index>(twin.size()) != atoms)
    throw usage_error("twins: " + std::to_string(twin.size()) + " for " + std::to_string(atoms) + " atoms");
  if (static_cast<Eigen::Index>(reflected.size()) != dimensions || reflection_sign.size() != dimensions)
    throw usage_error("reflection: of " + std::to_string(reflected.size()) + " columns, the samples have " +
                      std::to_string(dimensions));
  bool agree = (reflection_sign.array().abs() == 1).all();
  for (std::size_t d = 0; agree && is_own_inverse(reflected) && d < reflected.size(); ++d)
    agree = reflection_sign[static_cast<Eigen::Index>(d)] == reflection_sign[reflected[d]];
  if (!agree || !is_own_inverse(reflected) || !is_own_inverse(twin))
    throw usage_error("a reflection or the twins of atoms are not their own inverse");
}

}  // namespace facelex
