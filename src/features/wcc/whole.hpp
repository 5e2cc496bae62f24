#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "facelex/features/wcc/options.hpp"
#include "facelex/simd/aligned_buffer.hpp"
#include "kernels.hpp"

namespace facelex {

class WccSignals;

/// All shifts of a window without missing values. The shifts of one lag share the products of the rows that
/// all of them have: the sum over these is computed once, and sums over the rows before and after them are
/// added, never taken off. Signals are centred at their mean over rows that all shifts have, a share c of a
/// window; what a shift's own mean then takes off is at most 1/c of what remains: no digits are lost.
class WccWhole {
 public:
  /// Of these shifts, in their order.
  WccWhole(const WccSignals& x, const WccSignals& y, const WccFrames& frames,
           const std::vector<WccShift>& shifts);

  /// False where the shifts have too few rows in common, or lie on no even grid.
  bool usable() const { return usable_; }
  /// Improves the choice, [signal of y × wcc_stride(P) + signal of x]. False, and nothing done, when the
  /// values of one signal differ too much in size.
  bool compute(Eigen::Index at_x, Eigen::Index at_y, const WccChoice& choice);

 private:
  /// One window of x or y, at all places that shifts have there.
  struct Side {
    const WccSignals* signals = nullptr;
    std::vector<Eigen::Index> places;
    Eigen::Index rows = 0, core_first = 0, core = 0;  ///< rows from the first place
    AlignedBuffer<double> values, scale, offset;

    void prepare(const WccSignals& from, Eigen::Index window, bool within);
    Eigen::Index place(Eigen::Index shift) const;
  };
  bool standardize(Side& side, Eigen::Index at);
  bool add_lag(const std::vector<WccShift>& shifts, std::size_t first, std::size_t end);

  const WccKernels& kernels_;
  const Eigen::Index window_;
  const bool within_, maximum_;
  bool usable_ = true, equal_ = false;
  Side x_, y_;
  std::vector<WccLag> lags_;
  AlignedBuffer<double> mean_, squares_, low_, high_, scratch_;
};

}  // namespace facelex
