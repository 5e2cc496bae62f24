#pragma once

#include <Eigen/Core>
#include <string>

#include "facelex/core/error.hpp"
#include "facelex/core/matrix.hpp"
#include "finite_samples.hpp"

namespace facelex {

/// Atoms made ready for the paths of many samples.
struct PathAtoms {
  Eigen::MatrixXd atoms;  ///< K×D, column-major: what one coordinate of a sample adds to all projections
  Eigen::MatrixXd gram;   ///< K×K

  explicit PathAtoms(const RowMatrix& rows) : atoms(rows), gram(atoms * atoms.transpose()) {}

  /// q = Wx; the sum runs over d in one fixed order, so that it depends on the sample alone.
  template <class Sample>
  void project(const Sample& sample, Eigen::VectorXd& projection) const {
    projection.setZero();
    for (Eigen::Index d = 0; d < atoms.cols(); ++d) projection += sample[d] * atoms.col(d);
  }
};

/// Throws Error (data) when the widths differ or a value is not finite.
inline void require_path_input(const RowMatrix& samples, const RowMatrix& atoms) {
  if (samples.cols() != atoms.cols())
    throw data_error({}, "samples have " + std::to_string(samples.cols()) + " columns, atoms " +
                             std::to_string(atoms.cols()));
  require_finite(samples, "sample");
  require_finite(atoms, "atom");
}

}  // namespace facelex
