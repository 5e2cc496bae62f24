#pragma once

#include "facelex/core/options.hpp"
#include "facelex/features/feature_table.hpp"

namespace facelex {

/// Bag of words of tokens (paper 002, 5).
struct TokenFeatureOptions {
  int codes = 0;         ///< K: size of the codebook; ≥ 1 (the command takes 0 for that of the sidecars)
  bool bigrams = false;  ///< also the K² shares of successions in one stage, from a frame to the next
  bool dwell = false;    ///< also the mean duration of runs of a token in one stage
  /// Frame rate of recordings without time stamps, for dwell; 0: they are an error; ≥ 0, 0 without dwell.
  double fps = 0;
  /// A frame lasts 1/fps, whatever the time stamps say; needs fps.
  bool ignore_timestamps = false;

  void describe(OptionList& options);
  /// Throws Error (usage) naming the field, its value and the bound.
  void check() const;
};

/// A row for each face of a recording of tokens (columns q<n>, whole numbers 0 … K−1): "token-<k>", the
/// occurrences of k over all stages of all frames with tokens, divided by (frames · stages); "token-<a>><b>",
/// successions of a and b divided by all successions; "token-<k> dwell", seconds, missing for tokens that
/// never come. Successions and runs end where a frame or its token is missing. Details: "frames" (with
/// tokens), "stages". Throws Error (data): no tokens, a value that is not a token below K, no frame with
/// tokens, a recording without time stamps (dwell).
VideoFeatures token_features(const FeatureInput& input, const TokenFeatureOptions& options);

}  // namespace facelex
