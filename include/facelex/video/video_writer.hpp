#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <opencv2/core/mat.hpp>
#include <string>

#include "facelex/core/options.hpp"

namespace facelex {

/// How a video is written.
struct VideoWriterOptions {
  int quality = 20;       ///< constant rate factor of H.264: 0 (without loss) … 51 (coarse)
  int key_interval = 48;  ///< frames from one key frame to the next, ≥ 1
  int b_frames = 0;       ///< frames between others that refer to both sides, 0 … 16: smaller files
  int rotation = 0;       ///< clockwise degrees (0, 90, 180, 270) by which players turn the pictures
  /// Frames per second by which a frame follows the last one when its time stamp is missing or not later; 0:
  /// such a time stamp is an error.
  double default_rate = 0;

  void describe(OptionList& options);
  /// Throws Error (usage) when rotation is not a multiple of 90 below 360.
  void check() const;
};

/// Writes pictures with their own time stamps to an MP4 file: H.264 through libx264 where the FFmpeg build
/// has it, MPEG-4 part 2 elsewhere. The file has its final name only after `finish`. The same pictures give
/// the same bytes on every machine with the same FFmpeg.
///
/// Time stamps are kept to 1/120000 s (1/60000 s for MPEG-4 part 2), which holds the usual rates exactly.
/// Colour is written in studio range by BT.709 from 720 rows on and by BT.601 below, and tagged so. Gray is
/// written as the luma plane as it is, tagged as full range. An odd width or height gets a last column or row
/// repeated, because the chroma planes have half the size.
class VideoWriter {
 public:
  /// Creates missing folders. Throws Error that names the file.
  explicit VideoWriter(std::filesystem::path file, const VideoWriterOptions& options = {});
  /// Without `finish` nothing of the file remains.
  ~VideoWriter();
  VideoWriter(VideoWriter&&) noexcept;
  VideoWriter& operator=(VideoWriter&&) noexcept;

  /// The next picture: CV_8UC3 BGR or CV_8UC1 gray, all of one size and type. `timestamp` is its presentation
  /// in seconds, ≥ 0 and later than the one before. Throws Error (usage) when it is not (see default_rate),
  /// or for another size or type; Error (data or environment) when encoding or writing fails.
  void add(const cv::Mat& picture, double timestamp);
  /// Completes the file and returns the SHA-256 of its bytes. Throws Error (usage) when no picture was added.
  std::string finish();
  std::int64_t frames() const;  ///< added so far

 private:
  class Encoder;
  std::unique_ptr<Encoder> encoder_;
};

}  // namespace facelex
