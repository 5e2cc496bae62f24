#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "facelex/core/matrix.hpp"
#include "facelex/core/options.hpp"
#include "facelex/core/work.hpp"
#include "facelex/factor/lasso/sparse_coding.hpp"

namespace facelex {

/// How systems with sparse codes code a frame.
struct SparseCodeOptions {
  LassoSolver solver = LassoSolver::exact;
  double alpha = 0;  ///< penalty in the unit of the codes; 0: that of the model; ≥ 0
  /// At most this many units of a frame: the last point of its lasso path (factor/lasso/path.hpp) that has no
  /// more, and whose penalty is not below alpha; 0: any number. Exact solver only.
  int most_units = 0;
  /// The point of a frame's lasso path where Σ|z| reaches this, if it does before alpha; 0: any; ≥ 0.
  double l1_budget = 0;

  void describe(OptionList& options);
  /// Throws Error (usage) naming the field, its value and the bound.
  void check() const;
  bool operator==(const SparseCodeOptions&) const = default;
};

/// How systems of tokens code a frame.
struct TokenCodeOptions {
  int beam = 1;            ///< sums of codes kept after each stage; ≥ 1
  bool residuals = false;  ///< EncodedFrames::residuals too

  void describe(OptionList& options);
  /// Throws Error (usage) naming the field, its value and the bound.
  void check() const;
};

/// How frames are coded, whatever the system: the part of its form of codes (CodeForm) acts.
struct EncodeOptions {
  SparseCodeOptions sparse;
  TokenCodeOptions tokens;
  bool reconstruct = false;  ///< the stage writes the decoded signals beside the codes (encode.hpp)

  void describe(OptionList& options);
  /// Throws what the parts throw.
  void check() const;
};

/// What a coding system makes of T frames.
struct EncodedFrames {
  RowMatrix codes;  ///< T×K; a row is NaN where a value of its signals is missing
  /// T: √(Σ_d (x_d − x̂_d)² / D), the root mean square over the D input columns of present signal minus
  /// decoded code, in the unit of the signals; NaN where the codes are.
  Eigen::VectorXd reconstruction_error;
  /// T×L, only where TokenCodeOptions::residuals asks for it: the norm of what is left of the latent vector
  /// after each stage, NaN where the codes are. A system of tokens has as many units as stages.
  RowMatrix residuals;
  std::int64_t coded = 0;  ///< rows with codes
  /// Problems (one for each row and group of units) whose solver reached its limit before it converged.
  std::int64_t unconverged = 0;
};

/// A coding system made ready to code many frames with the same options: what they ask for is checked and
/// prepared once, not for every block of rows. CodingSystem::encoder makes it. Safe to use from several
/// threads.
class Encoder {
 public:
  virtual ~Encoder() = default;
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  /// Codes T×D·(N+1) signals: of each row the frame in the order of CodingSystem::input_columns(), then the N
  /// frames before it (CodingSystem::history), backwards. A row's codes depend on that row alone, to the last
  /// bit. Throws Error (data) when the width is not D·(N+1), and Error (interrupted).
  virtual EncodedFrames encode(const RowMatrix& signals, const Work& work = {}) const = 0;

 protected:
  Encoder() = default;
};

}  // namespace facelex
