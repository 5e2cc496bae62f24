#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "facelex/features/wcc/options.hpp"
#include "facelex/simd/aligned_buffer.hpp"
#include "kernels.hpp"

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
  WccBlocks(const WccBlocks&) = delete;
  WccBlocks& operator=(const WccBlocks&) = delete;

  /// False where windows are not made of a few blocks, or both windows move at once.
  bool usable() const { return usable_; }
  /// Improves the choice, [signal of y × wcc_stride(P) + signal of x], by a window without missing values.
  /// Windows should come in their order: what the last one had is not summed up again. False, with the choice
  /// in no defined state, when values are so large or small that squares leave the range of a double.
  bool compute(Eigen::Index at_x, Eigen::Index at_y, const WccChoice& choice);

 private:
  /// Moments of a block at the places of a track, or of what was taken off (center, rest: of all places).
  struct Moments {
    AlignedBuffer<double> center, rest, mean, squares, low, high;
  };
  /// A block of one side at neighbouring places.
  struct Track {
    const WccSignals* signals = nullptr;
    bool of_x = false, later = false;             ///< later: for lags that are not < 0
    std::vector<Eigen::Index> places;             ///< frames from where the window stands, ascending
    std::vector<Eigen::Index> pairs;              ///< the lower of two neighbouring places, at even distances
    AlignedBuffer<double> values;                 ///< from the first place to the end of the last
    AlignedBuffer<double> shared, first, second;  ///< split values, from the lowest pair on
    std::vector<Moments> blocks;                  ///< of the window's blocks, by their number modulo count_
    AlignedBuffer<double> contrasts, scale;       ///< of the window at each place

    Eigen::Index reach() const { return places.back() - places.front(); }
    Eigen::Index lowest_pair() const;
    WccSplit split() { return {shared.data(), first.data(), second.data()}; }
  };
  /// One lag, or two whose places lie side by side, the lower first; numbers of a bundle's shifts.
  struct Lags {
    std::vector<std::size_t> numbers;
  };
  /// Lags that are worked on together.
  struct Chunk {
    std::vector<Track> tracks;
    std::vector<std::vector<WccShift>> shifts;  ///< of each bundle
    std::vector<std::vector<Lags>> products;    ///< of each bundle
    std::vector<WccBundle> bundles;             ///< the same for the kernel
  };

  bool x_moves(const WccShift& shift) const;
  Eigen::Index place_of(const WccShift& shift) const;
  Track* track_of(Chunk& chunk, const WccShift& shift) const;
  bool take(Chunk& chunk, const WccShift& shift) const;
  void pair_up(Chunk& chunk) const;
  void reserve(Track& track) const;
  void describe(Chunk& chunk);
  WccBlockLag described_lag(Chunk& chunk, const WccShift& shift);
  WccBlockProducts described_products(Chunk& chunk, const std::vector<WccShift>& shifts, const Lags& lags);
  bool add_block(Eigen::Index at_x, Eigen::Index at_y, const WccChoice* choice);
  void center(Track& track, Eigen::Index at, Eigen::Index number);
  bool join(Track& track, Eigen::Index number);

  const WccSignals &x_, &y_;
  const WccKernels& kernels_;
  const Eigen::Index rows_, count_;  ///< of a block; blocks of a window
  bool usable_ = false;
  bool some_x_move_ = false, some_later_ = false;
  Track still_x_, still_y_;
  std::vector<Track*> stills_;  ///< those of them that something moves beside
  std::vector<Chunk> chunks_;
  AlignedBuffer<double> squares_, low_, high_, ring_;
  WccBlockRun run_{};
  Eigen::Index lags_ = 0;                   ///< described so far
  Eigen::Index held_ = 0;                   ///< blocks without a gap before next_x_
  Eigen::Index next_x_ = -1, next_y_ = -1;  ///< where the block after those held begins
};

}  // namespace facelex
