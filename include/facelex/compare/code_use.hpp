#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "facelex/core/matrix.hpp"

namespace facelex {

/// How codes are used: sums over frames that add up with +=.
class CodeUse {
 public:
  CodeUse() = default;
  /// codes T×K, finite. size: K, what one unit of each code weighs (the norm of its movement; 1 where that is
  /// not known), so that units of any measure compare.
  CodeUse(const RowMatrix& codes, const Eigen::VectorXd& size);
  CodeUse& operator+=(const CodeUse& other);

  bool any_negative() const { return any_negative_; }
  /// Share of the T·K codes that are 0.
  double share_of_zeros() const;
  /// Mean number of codes ≠ 0 in a frame.
  double mean_active() const;
  /// Mean over the frames that have a code ≠ 0 of (√K − ‖c‖₁/‖c‖₂) / (√K − 1), c_k = size_k·z_k: 0 when all
  /// units are alike, 1 when one is alone (Hoyer 2004). NaN for one unit or no such frame.
  double hoyer() const;
  /// K: mean size_k·|z_k| over all frames.
  Eigen::VectorXd mean_magnitude() const;
  /// K: share of the frames with z_k ≠ 0.
  Eigen::VectorXd share_active() const;

 private:
  std::int64_t frames_ = 0, moving_ = 0;
  double hoyer_ = 0;                    // sum over moving frames
  Eigen::VectorXd magnitude_, active_;  // sums over frames
  bool any_negative_ = false;
};

/// Pearson's correlation of every one of K codes with every one of U other signals of the same frames: sums
/// that add up with +=.
class CodeCorrelation {
 public:
  CodeCorrelation() = default;
  /// T×K and T×U; finite.
  CodeCorrelation(const RowMatrix& codes, const RowMatrix& signals);
  CodeCorrelation& operator+=(const CodeCorrelation& other);

  std::int64_t frames() const { return frames_; }
  /// K×U; 0 where either does not change.
  Eigen::MatrixXd correlation() const;
  /// U: whether the signal changes (its standard deviation is above 1e-6 of its root mean square).
  Eigen::Array<bool, Eigen::Dynamic, 1> signals_move() const;

 private:
  std::int64_t frames_ = 0;
  Eigen::VectorXd codes_, signals_, codes_squared_, signals_squared_;
  Eigen::MatrixXd products_;
};

}  // namespace facelex
