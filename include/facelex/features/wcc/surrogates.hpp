#pragma once

#include <vector>

#include "facelex/features/wcc/windowed_correlation.hpp"

namespace facelex {

/// What a windowed cross-correlation is compared with.
struct SurrogateOptions {
  enum class Kind {
    /// All windows of the second signal moved later by the same time, wrapping at the end; none overlaps its
    /// own.
    shifted,
    shuffled  ///< the windows of the second signal in random order
  };
  int surrogates = 0;  ///< how many; 0: no test
  Kind kind = Kind::shifted;
  long long seed = 1907;

  void describe(OptionList& options);
  /// Throws Error (usage) naming the field, its value and the bound.
  void check() const;
};

/// P×Q: for each pair the two-sided p-value of its mean windowed cross-correlation, (1 + #{s : |c_s − c̄| ≥
/// |c − c̄|}) / (S + 1), c̄ the mean of the observed and all S surrogate values; NaN where either has no value.
/// Surrogates keep each signal's own course and break the timing between signals; all signals of y move
/// together. Shifts are drawn without repetition: at most as many surrogates as there are shifts.
/// `used`: how many there were. Throws Error (data) when fewer than 19 shifts are possible (p could not reach
/// 0.05), Error (interrupted).
RowMatrix surrogate_p_values(const RowMatrix& x, const RowMatrix& y, const WccFrames& frames,
                             const WindowedCorrelation& observed, const SurrogateOptions& options,
                             const Work& work, int& used);

}  // namespace facelex
