#pragma once

#include <string>
#include <vector>

#include "facelex/features/feature_table.hpp"
#include "facelex/features/video_signals.hpp"
#include "facelex/features/wcc/options.hpp"
#include "facelex/features/wcc/surrogates.hpp"

namespace facelex {

/// Which figures of windowed cross-correlation stand in the table.
struct WccFeatureOptions {
  std::vector<std::string> values = {"mean"};  ///< mean, sd, lag, windows
  /// Only pairs of different signals, each once, in the order of the columns; one person.
  bool triangle = false;

  void describe(OptionList& options);
  /// Throws Error (usage) for no or an unknown figure.
  void check() const;
};

/// Features "LB-1~MO-3" (mean over windows), "… sd", "… lag" (seconds), "… windows", and with surrogates
/// "… p" and "… q" (Benjamini–Hochberg over the pairs of the row, without those of a signal with itself).
/// With `other`: the first person's signals with the second's, at the times that both videos have. `fps`: the
/// rate of most videos (common_frame_rate). Details: "fps", "frames", "windows", "surrogates" (as many as
/// were possible; the note says when they are fewer than asked for), "never_change" (signals that therefore
/// have no correlation; with `other` also "never_change_other"). Throws Error (data): what reading throws, no
/// code columns, a video shorter than a window, several faces in one of a pair, no pair of signals with a
/// window (why: no face, signals that never change, too few values).
VideoFeatures wcc_features(const FeatureInput& input, const WccOptions& wcc,
                           const WccFeatureOptions& features, const SurrogateOptions& surrogates,
                           const CodeSignalOptions& signals, double fps, const Work& work);

}  // namespace facelex
