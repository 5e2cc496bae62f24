#pragma once

#include <Eigen/Core>
#include <string>

#include "facelex/core/error.hpp"
#include "facelex/core/matrix.hpp"
#include "facelex/simd/aligned_buffer.hpp"
#include "factor/lasso/finite_samples.hpp"
#include "kernels.hpp"

namespace facelex {

/// Atoms made ready for the paths of many samples.
class PathAtoms {
 public:
  explicit PathAtoms(const RowMatrix& rows, const PathKernels& kernels = path_kernels())
      : kernels_(kernels),
        units_(rows.rows()),
        dimensions_(rows.cols()),
        stride_(path_stride(static_cast<int>(rows.rows()))),
        gram_(rows * rows.transpose()),
        columns_(static_cast<std::size_t>(stride_ * dimensions_)) {
    for (Eigen::Index d = 0; d < dimensions_; ++d)
      Eigen::Map<Eigen::VectorXd>(columns_.data() + d * stride_, units_) = rows.col(d);
  }

  Eigen::Index units() const { return units_; }
  Eigen::Index dimensions() const { return dimensions_; }
  const Eigen::MatrixXd& gram() const { return gram_; }  ///< K×K

  /// What project needs.
  AlignedBuffer<double> projection() const {
    return AlignedBuffer<double>(static_cast<std::size_t>(stride_));
  }
  /// q = Wx in the first K of `projection`. sample: D. Sums run over d in one fixed order, so that they
  /// depend on the sample alone.
  void project(const double* sample, AlignedBuffer<double>& projection) const {
    kernels_.project(columns_.data(), stride_, dimensions_, sample, projection.data());
  }

 private:
  const PathKernels& kernels_;
  Eigen::Index units_, dimensions_;
  int stride_;
  Eigen::MatrixXd gram_;
  AlignedBuffer<double> columns_;  ///< D columns: what one coordinate of a sample adds to all projections
};

/// Throws Error (data) when samples do not have as many columns as atoms.
inline void require_path_width(const RowMatrix& samples, Eigen::Index dimensions) {
  if (samples.cols() != dimensions)
    throw data_error({}, "samples have " + std::to_string(samples.cols()) + " columns, atoms " +
                             std::to_string(dimensions));
}

/// Throws Error (data) when the widths differ or a value is not finite.
inline void require_path_input(const RowMatrix& samples, const RowMatrix& atoms) {
  require_path_width(samples, atoms.cols());
  require_finite(samples, "sample");
  require_finite(atoms, "atom");
}

}  // namespace facelex
