#pragma once

#include <string>
#include <vector>

#include "facelex/core/options.hpp"
#include "facelex/core/work.hpp"
#include "facelex/features/feature_table.hpp"
#include "facelex/features/video_signals.hpp"

namespace facelex {

/// Which figures describe a video's codes and movements.
struct SummaryOptions {
  /// statistics, activations, kinematics, asymmetry, expressivity, diversity.
  std::vector<std::string> groups = {"statistics", "activations", "expressivity", "diversity"};
  std::vector<double> quantiles = {0.05, 0.25, 0.5, 0.75, 0.95};
  double active_above = 0;  ///< a unit is active where |z| is larger, in the unit of the codes; ≥ 0
  double shortest = 0;      ///< seconds that an activation lasts at least; ≥ 0
  std::vector<double> scales = {0.25, 0.5, 1, 2, 4};  ///< of peaks, seconds
  enum class Peaks { up, down, both };
  Peaks peaks = Peaks::up;  ///< maxima, minima, or both of signals that go both ways
  double least_peak = 0;    ///< by how much a peak stands out of its surroundings (signal_peaks.hpp); ≥ 0
  bool points = false;      ///< kinematics of each point instead of the mean over each facial feature
  double window = 4;        ///< seconds over which smoothness is taken; > 0

  void describe(OptionList& options);
  /// Throws Error (usage) naming the field, its value and the bound.
  void check() const;
  bool has(const std::string& group) const;
};

/// A row for each face. Groups come in one order, whatever that of the option; in each, the figures of
/// a unit stand together:
/// - statistics: "<unit> mean", "sd" (n − 1), "q<p>" (linear interpolation) over frames with a value.
/// - activations: "active", "rate", "duration", "peak" (signal_activity.hpp).
/// - kinematics of `input.head`, or of the codes' own file: "head …" (pose_T*), "head turn …" (pose_R*), and
///   for each facial feature the mean over its points (dX dY dZ, else dx dy, else x y): "range", "path",
///   "speed", "acceleration", "jerk", "smoothness" (kinematics.hpp).
/// - asymmetry: "laterality", "difference", "correlation" (signal_activity.hpp) of |z| of units called the
///   same but for _L and _R or Left and Right, and of Σ|z| of all units LB-* and RB-*, LE-* and RE-*.
/// - expressivity: for each scale "<unit> <s>s peaks" (per minute of the stretches long enough for it),
///   "height" and "height sd" (n − 1) of the signal at its peaks.
/// - diversity: "diversity", evenness of the units' mean |z|; "diversity frames", mean over frames with
///   activity of the evenness of |z|; "diversity <s>s" of the units' sums of |z| at peaks of a scale. 1: all
///   units alike, 0: one alone. In frames that have all units.
///
/// `fps`: the rate of most videos, to which others are resampled (even_signals). Fields are missing where a
/// figure is not defined; the note says which units never change and which scales are longer than every
/// stretch of frames. Details: "fps", "frames", "frames_with_codes", "never_change", "without_twin".
///
/// Throws Error (data): what reading throws; no or one frame with codes; no unit with a twin (asymmetry), one
/// unit (diversity), a scale shorter than two frames, no pose and no points, or no four frames in a row with
/// them (kinematics).
VideoFeatures summary_features(const FeatureInput& input, const SummaryOptions& options,
                               const CodeSignalOptions& signals, double fps, const Work& work);

}  // namespace facelex
