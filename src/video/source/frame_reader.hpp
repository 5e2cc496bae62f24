#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "facelex/video/source/frame_source.hpp"

namespace facelex {

/// Pictures one after another in the caller's own thread: what a FrameSource runs ahead of its user.
class FrameReader {
 public:
  virtual ~FrameReader() = default;
  virtual const VideoInfo& info() const = 0;
  /// Seconds of the unit in which the container counts time; 0 when there is none.
  virtual double tick() const = 0;
  /// The next picture, into the buffers of `frame` where they fit; false at the end.
  virtual bool read(VideoFrame& frame) = 0;
  /// FrameSource::broken, once `read` has given false.
  virtual std::string broken() const = 0;
};

/// Throws what open_frames throws.
std::unique_ptr<FrameReader> open_ffmpeg_reader(const std::filesystem::path& file,
                                                const FrameSourceOptions& options, int threads,
                                                bool with_color);
/// `input` is an image or a folder of images.
std::unique_ptr<FrameReader> open_image_reader(const std::filesystem::path& input,
                                               const FrameSourceOptions& options, bool with_color);

/// A source that reads on a thread of its own, a few pictures ahead.
std::unique_ptr<FrameSource> read_ahead(std::unique_ptr<FrameReader> reader);

/// Degrees clockwise of a fixed choice; 0 for automatic.
int degrees(FrameSourceOptions::Rotate rotate);

/// Gives up a picture that somebody else still looks at, so that writing into `picture` disturbs nobody.
void make_writable(cv::Mat& picture);

/// Turns `picture` clockwise by 0, 90, 180 or 270 degrees, then exchanges left and right if `mirrored`,
/// into `upright`, which must be another buffer.
void turn(const cv::Mat& picture, int rotation, bool mirrored, cv::Mat& upright);

}  // namespace facelex
