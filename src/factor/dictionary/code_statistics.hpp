#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "facelex/core/matrix.hpp"
#include "factor/lasso/lanes/kernels.hpp"

namespace facelex {

/// What the codes of one iteration leave behind for the update of the atoms and the objective; each sample
/// with its weight.
struct CodeStatistics {
  Eigen::MatrixXd products;  ///< K×K, A = ZᵀZ
  RowMatrix samples;         ///< K×D, B = ZᵀX
  Eigen::VectorXd l1;        ///< K, ‖Z‖₁ of each atom
  std::int64_t unconverged = 0;

  CodeStatistics(Eigen::Index atoms, Eigen::Index dimensions)
      : products(Eigen::MatrixXd::Zero(atoms, atoms)),
        samples(RowMatrix::Zero(atoms, dimensions)),
        l1(Eigen::VectorXd::Zero(atoms)) {}

  /// A = Σ c·zᵀz, B = Σ c·zᵀx and Σ c|z| of tiles of samples and codes as the kernels have them; weighted:
  /// c·z, or the codes when all weights are 1.
  template <class Number>
  void set_tiles(const LaneKernelsFor<Number>& kernels, const Number* weighted, const Number* codes,
                 Eigen::Index units, const Number* values, Eigen::Index tiles);

  CodeStatistics& operator+=(const CodeStatistics& other) {
    products += other.products;
    samples += other.samples;
    l1 += other.l1;
    unconverged += other.unconverged;
    return *this;
  }

  /// As if every code had been multiplied with its atom's factor, > 0 or 0.
  void scale(const Eigen::VectorXd& factors) {
    products = factors.asDiagonal() * products * factors.asDiagonal();
    samples = factors.asDiagonal() * samples;
    l1.array() *= factors.array();
  }

  /// As if no sample had used the atom.
  void forget(Eigen::Index atom) {
    products.row(atom).setZero();
    products.col(atom).setZero();
    samples.row(atom).setZero();
    l1[atom] = 0;
  }

  /// ½‖X‖² − ⟨B, W⟩ + ½⟨A, WWᵀ⟩ + α‖Z‖₁
  double objective(double squared_norm, const RowMatrix& atoms, double alpha) const {
    const Eigen::MatrixXd gram = atoms * atoms.transpose();
    return 0.5 * squared_norm - samples.cwiseProduct(atoms).sum() + 0.5 * products.cwiseProduct(gram).sum() +
           alpha * l1.sum();
  }
};

}  // namespace facelex
