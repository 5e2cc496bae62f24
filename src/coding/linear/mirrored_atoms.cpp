#include "mirrored_atoms.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <vector>

namespace facelex {
namespace {

/// Orthonormal rows that span the vectors with wP = w (parity 1) or wP = −w (parity −1).
RowMatrix rows_of_parity(const AtomConstraints& mirror, double parity) {
  const auto columns = static_cast<Eigen::Index>(mirror.reflected.size());
  RowMatrix rows = RowMatrix::Zero(columns, columns);
  Eigen::Index count = 0;
  for (Eigen::Index d = 0; d < columns; ++d) {
    const Eigen::Index other = mirror.reflected[static_cast<std::size_t>(d)];
    const double sign = parity * mirror.reflection_sign[d];
    if (other == d && sign > 0) {
      rows(count++, d) = 1;
    } else if (other > d) {
      rows(count, d) = std::sqrt(0.5);
      rows(count++, other) = sign * std::sqrt(0.5);
    }
  }
  return rows.topRows(count);
}

struct Components {
  RowMatrix rows;            ///< by decreasing energy
  Eigen::VectorXd energies;  ///< Σ over samples of the squared projection
};

/// The principal components of samples in the span of orthonormal rows.
Components components_within(const RowMatrix& gram, const RowMatrix& span) {
  if (span.rows() == 0) return {span, Eigen::VectorXd(0)};
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(span * gram * span.transpose());
  return {eigen.eigenvectors().rowwise().reverse().transpose() * span, eigen.eigenvalues().reverse()};
}

/// How many antisymmetric components are among the first `atoms` of both kinds.
Eigen::Index antisymmetric_among(const Components& even, const Components& odd, Eigen::Index atoms) {
  Eigen::Index e = 0, o = 0;
  while (e + o < atoms && (e < even.energies.size() || o < odd.energies.size())) {
    const bool takes_even =
        o == odd.energies.size() || (e < even.energies.size() && even.energies[e] >= odd.energies[o]);
    ++(takes_even ? e : o);
  }
  return o;
}

}  // namespace

RowMatrix mirrored_start(const RowMatrix& samples, Eigen::Index atoms, AtomConstraints& mirror) {
  const RowMatrix gram = samples.transpose() * samples;
  const Components even = components_within(gram, rows_of_parity(mirror, 1)),
                   odd = components_within(gram, rows_of_parity(mirror, -1));
  const Eigen::Index pairs = std::min({antisymmetric_among(even, odd, atoms), atoms / 2, even.rows.rows()});
  RowMatrix start = RowMatrix::Zero(atoms, samples.cols());
  mirror.twin.resize(static_cast<std::size_t>(atoms));
  std::vector<bool> taken(static_cast<std::size_t>(even.rows.rows()));
  for (Eigen::Index p = 0; p < pairs; ++p) {
    Eigen::Index partner = -1;
    double highest = -1;
    // Among the symmetric components that the atoms reach at all.
    for (Eigen::Index e = 0; e < std::min(even.rows.rows(), atoms - pairs); ++e) {
      const double overlap = even.rows.row(e).cwiseAbs().dot(odd.rows.row(p).cwiseAbs());
      if (taken[static_cast<std::size_t>(e)] || overlap <= highest) continue;
      highest = overlap;
      partner = e;
    }
    taken[static_cast<std::size_t>(partner)] = true;
    start.row(2 * p) = std::sqrt(0.5) * (even.rows.row(partner) + odd.rows.row(p));
    mirror.twin[static_cast<std::size_t>(2 * p)] = 2 * p + 1;
    mirror.twin[static_cast<std::size_t>(2 * p + 1)] = 2 * p;
  }
  Eigen::Index k = 2 * pairs;
  for (Eigen::Index e = 0; e < even.rows.rows() && k < atoms; ++e)
    if (!taken[static_cast<std::size_t>(e)]) start.row(k++) = even.rows.row(e);
  for (Eigen::Index single = 2 * pairs; single < atoms; ++single)
    mirror.twin[static_cast<std::size_t>(single)] = single;
  mirror.tie(start);
  return start;
}

void tie_by_likeness(RowMatrix& atoms, AtomConstraints& mirror) {
  const Eigen::Index count = atoms.rows();
  RowMatrix images(count, atoms.cols());
  for (Eigen::Index k = 0; k < count; ++k) images.row(k) = mirror.mirrored(atoms.row(k));
  const Eigen::MatrixXd products = images * atoms.transpose();
  const Eigen::VectorXd norms = atoms.rowwise().norm().cwiseMax(1e-300);
  const Eigen::MatrixXd likeness =
      norms.cwiseInverse().asDiagonal() * products * norms.cwiseInverse().asDiagonal();
  std::vector<Eigen::Index> nearest(static_cast<std::size_t>(count));
  for (Eigen::Index k = 0; k < count; ++k)
    likeness.row(k).cwiseAbs().maxCoeff(&nearest[static_cast<std::size_t>(k)]);
  mirror.twin.resize(static_cast<std::size_t>(count));
  for (Eigen::Index k = 0; k < count; ++k) {
    const Eigen::Index other = nearest[static_cast<std::size_t>(k)];
    const bool mutual = nearest[static_cast<std::size_t>(other)] == k;
    mirror.twin[static_cast<std::size_t>(k)] = mutual ? other : k;
    if (mutual && other > k && likeness(k, other) < 0) atoms.row(other) *= -1;
  }
  mirror.tie(atoms);
}

}  // namespace facelex
