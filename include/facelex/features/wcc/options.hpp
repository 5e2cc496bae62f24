#pragma once

#include <Eigen/Core>
#include <vector>

#include "facelex/core/options.hpp"

namespace facelex {

/// Definitions of windowed cross-correlation that are in use (docs/methods.md). Each fills what WccOptions
/// leaves open.
enum class WccPreset {
  boker,        ///< Boker et al. 2002: 4 s, step 1 s, lags ±1 s; the leader's window lies earlier
  bitbox_2024,  ///< 0.5 s, step W/2, lags −(W/4−1) … 0 frames (y leads), biased, signed maximum
  bitbox_2025,  ///< 1.1 s, step W/2, both windows shifted by ±W/4, largest modulus
  rmea          ///< window, step and lag as given; mean Fisher z of moduli
};

/// Which window moves when the second signal is compared at a lag.
enum class WccMoving {
  as_preset,
  second,   ///< that of the second signal
  earlier,  ///< that of the signal that leads moves back: r(x, y, lag) = r(y, x, −lag)
  both,     ///< both, each by itself over ±lag: (2L+1)² correlations
  within    ///< none: products of the parts of one window that overlap (biased correlation)
};

enum class WccSides {
  as_preset,
  both,
  x_leads,  ///< lags ≥ 0: the second signal follows the first
  y_leads   ///< lags ≤ 0
};

enum class WccOverLags {
  as_preset,
  largest,  ///< the r with the largest modulus, with its sign
  maximum,  ///< the largest r
  mean_z    ///< mean over lags of atanh|r|, each at most 10
};

/// How windows of all pairs of signals are laid and compared. Lags are those of the second signal: > 0 means
/// that it follows the first.
struct WccOptions {
  WccPreset preset = WccPreset::boker;
  double window = 0;    ///< seconds; 0: as the preset says; ≥ 0
  double step = 0;      ///< seconds from window to window; 0: as the preset says; ≥ 0
  double lag = -1;      ///< max lag in seconds; −1: as the preset says
  double lag_step = 0;  ///< seconds from lag to lag; 0: every frame; ≥ 0
  WccMoving moving = WccMoving::as_preset;
  WccSides sides = WccSides::as_preset;
  WccOverLags over_lags = WccOverLags::as_preset;
  double valid = 0.5;  ///< share of a window's pairs of values that must be there; 0 … 1
  /// Windows with a correlation of exactly 0 count as missing; also with bitbox-2025.
  bool leave_out_zeros = false;

  void describe(OptionList& options);
  /// Throws Error (usage) naming the field, its value and the bound: also rmea without window, step or lag.
  void check() const;
};

/// A pair of places of both windows, in frames from where the window stands.
struct WccShift {
  Eigen::Index x = 0, y = 0;
  Eigen::Index lag = 0;  ///< y − x
};

/// The options at one frame rate.
struct WccFrames {
  Eigen::Index window = 0, step = 0;  ///< ≥ 3, ≥ 1
  std::vector<WccShift> shifts;       ///< by |lag|, then lag, then x
  WccMoving moving = WccMoving::earlier;
  WccOverLags over_lags = WccOverLags::largest;
  double valid = 0.5;
  bool leave_out_zeros = false;
  bool zero_diagonal = false;          ///< a signal with itself is 0 (bitbox-2024)
  bool mirrored = false;               ///< for each shift the one with x and y exchanged is there too
  Eigen::Index before = 0, after = 0;  ///< frames that the shifts reach beyond the window

  /// The number of windows all of whose shifts lie within a recording of this many frames.
  Eigen::Index windows(Eigen::Index frames) const;
  /// Frames from the first window's start to the end of the last shift of one window.
  Eigen::Index reach() const { return before + window + after; }
};

/// Seconds as frames at fps > 0, rounded; the presets' half and quarter of a window are rounded down to whole
/// frames. Throws Error (usage): what check throws, and a window of fewer than three frames.
WccFrames wcc_frames(const WccOptions& options, double fps);

}  // namespace facelex
