#pragma once

#include <cstdint>
#include <string>

namespace facelex {

/// What went wrong while a video was decoded.
struct VideoDamage {
  std::int64_t undecodable = 0;      ///< packets that gave no picture
  double undecodable_at = 0;         ///< seconds, presentation of the first of them; NaN when not known
  std::int64_t repaired = 0;         ///< pictures in which the decoder filled damaged parts by guesses
  std::int64_t repaired_first = 0;   ///< number of the first of them
  std::int64_t unordered = 0;        ///< time stamps that went backwards
  std::int64_t unordered_first = 0;  ///< number of the first picture concerned
  std::string reason;                ///< FFmpeg's word on the first damage
  std::string cut_short;             ///< why there must have been more after the last picture; else empty

  bool any() const { return undecodable > 0 || repaired > 0 || unordered > 0 || !cut_short.empty(); }

  /// FrameSource::broken for a video that gave `frames` pictures and whose container promises `promised` (0:
  /// not known).
  std::string text(std::int64_t frames, std::int64_t promised) const;
};

}  // namespace facelex
