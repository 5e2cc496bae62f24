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

  /// q = Wx, in `projection`. Sums run over d in one fixed order, so that they depend on the sample alone.
  template <class Sample>
  void project(const Sample& sample, Eigen::VectorXd& projection) const {
    // Units in a register at a time, several sums side by side: one would wait for its own result.
    constexpr Eigen::Index units_at_once = 16, sums = 4;
    using Part = Eigen::Array<double, units_at_once, 1>;
    const Eigen::Index units = atoms.rows(), columns = atoms.cols();
    Eigen::Index first = 0;
    for (; first + units_at_once <= units; first += units_at_once) {
      Part part[sums] = {Part::Zero(), Part::Zero(), Part::Zero(), Part::Zero()};
      Eigen::Index d = 0;
      for (; d + sums <= columns; d += sums)
        for (Eigen::Index s = 0; s < sums; ++s)
          part[s] += sample[d + s] * Eigen::Map<const Part>(&atoms(first, d + s));
      for (; d < columns; ++d) part[0] += sample[d] * Eigen::Map<const Part>(&atoms(first, d));
      projection.segment<units_at_once>(first) = (part[0] + part[1]) + (part[2] + part[3]);
    }
    const Eigen::Index rest = units - first;
    if (rest == 0) return;
    projection.tail(rest).setZero();
    for (Eigen::Index d = 0; d < columns; ++d) projection.tail(rest) += sample[d] * atoms.col(d).tail(rest);
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
