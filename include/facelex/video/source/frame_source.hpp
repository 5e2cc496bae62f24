#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <opencv2/core/mat.hpp>
#include <string>

#include "facelex/core/options.hpp"

namespace facelex {

/// How a video or a folder of images is read.
struct FrameSourceOptions {
  /// Clockwise turn in degrees that makes the picture upright: auto (the container's display matrix, the
  /// image's EXIF orientation), 0, 90, 180 or 270.
  enum class Rotate { automatic, none, quarter, half, three_quarters };
  Rotate rotate = Rotate::automatic;
  /// Frames per second of an image folder; 0: its time stamps are empty. Not used for videos.
  double fps = 0;

  void describe(OptionList& options);
};

/// What is known of a video when it is opened.
struct VideoInfo {
  int width = 0, height = 0;  ///< pixels, upright (after rotation)
  int rotation = 0;           ///< clockwise degrees that were applied
  bool mirrored = false;      ///< left and right were exchanged after it, as the file's orientation asks
  std::string codec;          ///< "h264", "hevc", "images" …
  double frame_rate = 0;      ///< average frames per second as the container says; 0 when unknown
  std::int64_t frames = 0;    ///< as the container says; 0 when unknown
};

/// One picture, upright. A video that changes its size in the middle gives pictures of its new size.
struct VideoFrame {
  std::int64_t number = 0;  ///< 1-based
  /// Presentation time in seconds as the container says (ffprobe's pts_time); NaN when there is none or it
  /// lies before the last one; it may equal the last one.
  double timestamp = 0;
  /// CV_8UC1: the luma plane as decoded in its own range (full or studio), unconverted; empty for an image of
  /// a folder that cannot be read, which stays a frame.
  cv::Mat gray;
  cv::Mat color;     ///< CV_8UC3 BGR; empty unless asked for
  std::string file;  ///< name of the image in an image folder
};

/// Pictures one after another. Decoding runs ahead on threads of its own with a bounded queue, so `next`
/// costs the caller little.
class FrameSource {
 public:
  virtual ~FrameSource() = default;
  virtual const VideoInfo& info() const = 0;
  /// The next picture; false at the end. A file that breaks off ends early, and `broken` then says why.
  /// Buffers of `frame` may be reused: a picture is valid until the frame is passed to `next` again.
  virtual bool next(VideoFrame& frame) = 0;
  /// Once `next` has given false: what makes the frames less than the whole recording, else empty.
  /// - "cannot decode after frame 311 of 900: …": the end came too early.
  /// - "2 damaged frames skipped, the first at 12.050 s: …": packets that gave no picture. They have no
  ///   frame, so numbers go on without a gap; time stamps show it.
  /// - "1 damaged frame filled in by the decoder, the first is frame 57": a frame like others.
  /// - "1 time stamp goes backwards and is left empty, the first at frame 6".
  /// - "2 of 90 images cannot be read: a.png, b.png".
  virtual std::string broken() const = 0;
  /// Whether the distances of the time stamps seen so far differ by more than the container's tick (and 1
  /// ms).
  virtual bool variable_frame_rate() const = 0;
};

/// Opens a video, an image or a folder of images (natural order). `threads` ≥ 1 for the decoder; the pictures
/// are the same for any number, those of damaged files too.
/// Throws Error (data) that names the file when it cannot be opened, has no video stream, or not one picture
/// in it can be decoded.
std::unique_ptr<FrameSource> open_frames(const std::filesystem::path& input,
                                         const FrameSourceOptions& options, int threads,
                                         bool with_color = false);

/// Whether the path looks like something open_frames reads, by its extension (videos, images).
bool is_video_file(const std::filesystem::path& file);
bool is_image_file(const std::filesystem::path& file);
/// A folder that directly holds images and no videos is one recording.
bool is_image_folder(const std::filesystem::path& folder);

}  // namespace facelex
