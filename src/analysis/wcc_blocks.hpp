#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "../factor/lane_buffer.hpp"
#include "facelex/analysis/wcc_options.hpp"
#include "wcc_kernels.hpp"

namespace facelex {

class WccSignals;

/// All shifts of windows that overlap by whole steps. A window is blocks of one step; the products of a block
/// at a lag are summed up once, for all windows that have it, and windows are put together from blocks by
/// adding alone (Chan, Golub & LeVeque 1979): the sums of a block depend on its rows only, whichever windows
/// came before. One side of a product is centred at its mean over the block; the other at the mean over rows
/// that a few neighbouring lags share, most of the block. So no digits are lost beside a window's own
/// deviations.
class WccBlocks {
 public:
  /// Of these shifts, in their order.
  WccBlocks(const WccSignals& x, const WccSignals& y, const WccFrames& frames,
            const std::vector<WccShift>& shifts, const WccKernels& kernels = wcc_kernels());

  /// False where windows are not made of a few blocks, or both windows move at once.
  bool usable() const { return usable_; }
  /// Improves the choice, [signal of y × wcc_stride(P) + signal of x], by a window without missing values.
  /// Windows should come in their order: what the last one had is not summed up again. False, with the choice
  /// in no defined state, when values are so large or small that squares leave the range of a double.
  bool compute(Eigen::Index at_x, Eigen::Index at_y, const WccChoice& choice);

 private:
  /// Moments of a block at the places of a track, or of what was taken off (center, rest: of all places).
  struct Moments {
    LaneBuffer<double> center, rest, mean, squares, low, high;
  };
  /// A block of one side at neighbouring places.
  struct Track {
    const WccSignals* signals = nullptr;
    bool of_x = false, later = false;     ///< later: for lags > 0
    std::vector<Eigen::Index> places;     ///< frames from where the window stands, ascending
    LaneBuffer<double> values;            ///< from the first place to the end of the last
    std::vector<Moments> blocks;          ///< of the window's blocks, by their number modulo count_
    LaneBuffer<double> contrasts, scale;  ///< of the window at each place

    Eigen::Index reach() const { return places.back() - places.front(); }
  };
  /// Lags that are worked on together.
  struct Chunk {
    std::vector<Track> tracks;
    std::vector<WccShift> shifts;
    std::vector<WccBlockLag> lags;  ///< of these shifts, for the kernel
  };

  bool take(Chunk& chunk, const WccShift& shift) const;
  void reserve(Track& track) const;
  void describe(Chunk& chunk, std::ptrdiff_t first_number) const;
  bool add_block(Eigen::Index at_x, Eigen::Index at_y, const WccChoice* choice);
  void center(Track& track, Eigen::Index at, Eigen::Index number);
  bool join(Track& track, Eigen::Index number);

  const WccSignals &x_, &y_;
  const WccKernels& kernels_;
  const Eigen::Index rows_, count_;  ///< of a block; blocks of a window
  bool usable_ = false;
  Track still_x_, still_y_;
  std::vector<Chunk> chunks_;
  LaneBuffer<double> squares_, low_, high_, ring_;
  WccBlockRun run_{};
  Eigen::Index held_ = 0;                   ///< blocks without a gap before next_x_
  Eigen::Index next_x_ = -1, next_y_ = -1;  ///< where the block behind those held begins
};

}  // namespace facelex
