#pragma once

#include <Eigen/Core>

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
  PathTableau(const Eigen::MatrixXd& gram, bool positive);

  Eigen::Index units() const { return size_; }

  /// projection: K, q = Wx. The first segment is the point where all codes are zero: alpha() = end() = the
  /// largest |q| (the largest q > 0 when positive), or 0.
  void start(const double* projection);
  /// To the next segment. Requires end() > 0.
  void pivot();

  double alpha() const { return alpha_; }          ///< where the segment begins
  double end() const { return end_; }              ///< where it ends; 0: the path ends there
  Eigen::Index active() const { return active_; }  ///< units whose codes may differ from zero
  /// How many codes are not zero at the end of the segment, but for several that reach zero at once.
  Eigen::Index active_at_end() const { return active_ - (end_ > 0 && sign_[next_] != 0 ? 1 : 0); }

  /// At an α of this segment: ‖z‖₁, and ‖x‖² − ‖x − Wᵀz‖².
  double l1(double alpha) const { return projected_signs_ - alpha * signs_; }
  double explained(double alpha) const { return projected_ - alpha * alpha * signs_; }
  /// The α of this segment where ‖z‖₁ is `l1`, which must lie between those of its ends.
  double alpha_at_l1(double l1) const { return (projected_signs_ - l1) / signs_; }
  /// K codes at an α of this segment below its beginning; exactly zero where a unit is not active or leaves.
  void codes(double alpha, Eigen::Ref<Eigen::VectorXd> codes) const;

 private:
  void find_end();
  template <int Stride>
  void find_events();
  template <int Stride>
  void sweep(Eigen::Index unit);

  Eigen::Index size_, stride_;  ///< K, and K in whole registers; what lies beyond K stays zero
  bool positive_;
  Eigen::MatrixXd gram_;   ///< stride × K
  Eigen::VectorXd least_;  ///< K: with a pivot below this the unit depends on the active ones
  Eigen::VectorXd projection_;
  Eigen::MatrixXd table_;   ///< stride × K: −G⁻¹ of the active units, Schur complements of the others
  Eigen::VectorXd a_, b_;   ///< stride
  Eigen::VectorXd sign_;    ///< stride: of the code; 0: not active
  Eigen::VectorXd open_;    ///< stride: 0: depends on the active units and cannot enter; else 1
  Eigen::VectorXd events_;  ///< stride: the α at which a unit comes or goes next; 0: none
  Eigen::VectorXd before_, multipliers_;  ///< stride
  double alpha_ = 0, end_ = 0, floor_ = 0;
  Eigen::Index active_ = 0, next_ = 0, pivots_here_ = 0;
  double projected_ = 0, projected_signs_ = 0, signs_ = 0;  ///< qᵀG⁻¹q, qᵀG⁻¹s, sᵀG⁻¹s of the active units
};

}  // namespace facelex
