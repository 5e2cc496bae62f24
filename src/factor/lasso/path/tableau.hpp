#pragma once

#include <Eigen/Core>

#include "facelex/simd/aligned_buffer.hpp"
#include "kernels.hpp"

namespace facelex {

/// The lasso path of a sample, segment after segment, as a parametric linear complementarity problem: between
/// two breakpoints the codes of the active units and the correlations of the others are a − αb. A breakpoint
/// is one principal pivot (the symmetric sweep of Goodnight 1979) of a K×K tableau, which starts as the Gram
/// matrix, and of the columns a and b.
///
///   for (tableau.start(projection);; tableau.pivot()) {
///     … the segment from tableau.alpha() down to tableau.end() …
///     if (tableau.end() == 0) break;
///   }
///
/// Where several units come or go at one α, segments of length 0 follow each other, the unit of the least
/// number first, which ends (Murty 1974). One object serves many samples; the arithmetic on a sample depends
/// on that sample and the Gram matrix alone.
class PathTableau {
 public:
  /// gram: K×K, WWᵀ.
  PathTableau(const Eigen::MatrixXd& gram, bool positive, const PathKernels& kernels = path_kernels());

  Eigen::Index units() const { return state_.units; }

  /// projection: K, q = Wx. The first segment is the point where all codes are zero: alpha() = end() = the
  /// largest |q| (the largest q > 0 when positive), or 0.
  void start(const double* projection) { kernels_->start(state_, projection); }
  /// To the next segment. Requires end() > 0.
  void pivot() { kernels_->pivot(state_); }

  double alpha() const { return state_.alpha; }          ///< where the segment begins
  double end() const { return state_.end; }              ///< where it ends; 0: the path ends there
  Eigen::Index active() const { return state_.active; }  ///< units whose codes may differ from zero
  /// How many codes are not zero at the end of the segment, but for several that reach zero at once.
  Eigen::Index active_at_end() const {
    return state_.active - (state_.end > 0 && state_.sign[state_.next] != 0 ? 1 : 0);
  }

  /// At an α of this segment: ‖z‖₁, and ‖x‖² − ‖x − Wᵀz‖².
  double l1(double alpha) const { return state_.projected_signs - alpha * state_.signs; }
  double explained(double alpha) const { return state_.projected - alpha * alpha * state_.signs; }
  /// The α of this segment where ‖z‖₁ is `l1`, which must lie between those of its ends.
  double alpha_at_l1(double l1) const { return (state_.projected_signs - l1) / state_.signs; }
  /// K codes at an α of this segment below its beginning; exactly zero where a unit is not active or leaves.
  void codes(double alpha, Eigen::Ref<Eigen::VectorXd> codes) const;

 private:
  const PathKernels* kernels_;
  AlignedBuffer<double> memory_;  ///< all arrays of the state
  PathState state_;
};

}  // namespace facelex
