#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

#include "facelex/core/matrix.hpp"

namespace facelex {

/// Sums over frames of K codes z and D signals x from which the squared error of every decoder
/// x̂ = b + Σ_k z_k·w_k follows without the frames. Sums of parts of the frames add up with +=.
class CodeMoments {
 public:
  CodeMoments() = default;
  /// codes T×K, signals T×D; finite.
  CodeMoments(const RowMatrix& codes, const RowMatrix& signals);
  CodeMoments& operator+=(const CodeMoments& other);

  double frames() const;
  Eigen::Index units() const { return gram_.rows() == 0 ? 0 : gram_.rows() - 1; }
  /// Σ‖x‖²: about zero, the neutral face.
  double squares() const { return squares_; }
  /// Σ‖x − x̂‖² of a decoder (K+1)×D: a row w_k for each unit, b last.
  double squared_error(const RowMatrix& decoder) const;

  /// The least-squares decoder that uses these units alone; rows of the others are 0. Codes that depend
  /// linearly on one another share their weight.
  RowMatrix best_decoder(const std::vector<Eigen::Index>& units) const;

 private:
  Eigen::MatrixXd gram_;  // (K+1)×(K+1): Σ (z, 1)(z, 1)ᵀ
  RowMatrix cross_;       // (K+1)×D: Σ (z, 1) xᵀ
  double squares_ = 0;
};

/// Σ‖x − x̂‖² of one part of the frames.
struct PartError {
  double error = 0;
  double squares = 0;  ///< Σ‖x‖²
};

/// Decodes each part by the affine least-squares decoder of the parts of the other half, so that no part is
/// decoded by what was fitted to it; parts 0, 2, 4 … are one half, 1, 3, 5 … the other. It tells how much of
/// the signal a system's codes hold when the system itself cannot decode. Nothing when there are fewer than
/// two parts.
std::optional<std::vector<PartError>> cross_decoded(const std::vector<CodeMoments>& parts,
                                                    const std::vector<Eigen::Index>& units);

}  // namespace facelex
