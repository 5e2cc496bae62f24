extern "C" {
#include <libavutil/display.h>
}

#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "facelex/core/error.hpp"
#include "ffmpeg_decoder.hpp"
#include "frame_reader.hpp"
#include "picture_converter.hpp"

namespace facelex {
namespace {

struct Orientation {
  int rotation = 0;  // clockwise degrees
  bool mirrored = false;
};

/// A display matrix as a clockwise turn by a multiple of 90° and, after it, an exchange of left and right.
/// FFmpeg (libavutil/display.h): x' = m0 x + m3 y, y' = m1 x + m4 y with x to the right and y down.
Orientation orientation_of(const std::int32_t* matrix) {
  Orientation result;
  const double m0 = matrix[0], m1 = matrix[1], m3 = matrix[3], m4 = matrix[4];
  result.mirrored = m0 * m4 - m1 * m3 < 0;
  const double clockwise = std::atan2(m1, result.mirrored ? -m0 : m0) * 180 / std::numbers::pi;
  result.rotation = ((static_cast<int>(std::lround(clockwise / 90)) + 4) % 4) * 90;
  return result;
}

Orientation stored_orientation(const AVStream& stream, const AVFrame& frame) {
#if LIBAVFORMAT_VERSION_MAJOR < 61
  const std::uint8_t* data = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr);
#else
  const AVPacketSideData* side = av_packet_side_data_get(
      stream.codecpar->coded_side_data, stream.codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
  const std::uint8_t* data = side ? side->data : nullptr;
#endif
  if (!data) {
    const AVFrameSideData* of_frame = av_frame_get_side_data(&frame, AV_FRAME_DATA_DISPLAYMATRIX);
    if (of_frame) data = of_frame->data;
  }
  return data ? orientation_of(reinterpret_cast<const std::int32_t*>(data)) : Orientation{};
}

class FfmpegReader : public FrameReader {
 public:
  FfmpegReader(const std::filesystem::path& file, const FrameSourceOptions& options, int threads,
               bool with_color)
      : decoder_(file, threads), frame_(new_frame()), with_color_(with_color), converter_(0, false) {
    if (!decoder_.next(*frame_)) {
      const VideoDamage& damage = decoder_.damage();
      throw data_error({file.string(), 0, {}},
                       "not one picture of its video stream can be decoded" +
                           (damage.any() ? ": " + damage.text(0, decoder_.stream().nb_frames) : ""),
                       "the file is damaged: copy it again from where it came");
    }
    has_frame_ = true;
    const AVStream& stream = decoder_.stream();
    Orientation orientation;
    if (options.rotate == FrameSourceOptions::Rotate::automatic) {
      orientation = stored_orientation(stream, *frame_);
    } else {
      orientation.rotation = degrees(options.rotate);
    }
    converter_ = PictureConverter(orientation.rotation, orientation.mirrored);
    const bool lying = orientation.rotation % 180 != 0;
    info_.width = lying ? frame_->height : frame_->width;
    info_.height = lying ? frame_->width : frame_->height;
    info_.rotation = orientation.rotation;
    info_.mirrored = orientation.mirrored;
    info_.codec = avcodec_get_name(stream.codecpar->codec_id);
    if (stream.avg_frame_rate.num > 0 && stream.avg_frame_rate.den > 0)
      info_.frame_rate = av_q2d(stream.avg_frame_rate);
    info_.frames = stream.nb_frames;
  }

  const VideoInfo& info() const override { return info_; }
  double tick() const override { return av_q2d(decoder_.stream().time_base); }

  bool read(VideoFrame& frame) override {
    if (!std::exchange(has_frame_, false) && !decoder_.next(*frame_)) return false;
    frame.number = decoder_.frames();
    frame.timestamp = timestamp();
    frame.file.clear();
    converter_.gray(*frame_, frame.gray);
    if (with_color_) {
      converter_.color(*frame_, frame.color);
    } else {
      frame.color.release();
    }
    return true;
  }

  std::string broken() const override {
    VideoDamage damage = decoder_.damage();
    damage.unordered = unordered_;
    damage.unordered_first = unordered_first_;
    return damage.text(decoder_.frames(), info_.frames);
  }

 private:
  /// Seconds; NaN when the container has none, or when it would lie before the last one. FFmpeg's best effort
  /// is second choice: after one wrong presentation time it goes over to decoding times, which are shifted.
  double timestamp() {
    const std::int64_t ticks = frame_->pts != AV_NOPTS_VALUE ? frame_->pts : frame_->best_effort_timestamp;
    if (ticks == AV_NOPTS_VALUE) return std::numeric_limits<double>::quiet_NaN();
    if (ticks < last_ticks_) {
      if (unordered_++ == 0) unordered_first_ = decoder_.frames();
      return std::numeric_limits<double>::quiet_NaN();
    }
    last_ticks_ = ticks;
    const AVRational unit = decoder_.stream().time_base;
    return static_cast<double>(ticks) * unit.num / unit.den;
  }

  FfmpegDecoder decoder_;
  FrameHandle frame_;
  bool has_frame_ = false;  // the first picture, decoded when the file was opened
  bool with_color_;
  PictureConverter converter_;
  VideoInfo info_;
  std::int64_t last_ticks_ = std::numeric_limits<std::int64_t>::min();
  std::int64_t unordered_ = 0, unordered_first_ = 0;
};

}  // namespace

std::unique_ptr<FrameReader> open_ffmpeg_reader(const std::filesystem::path& file,
                                                const FrameSourceOptions& options, int threads,
                                                bool with_color) {
  return std::make_unique<FfmpegReader>(file, options, threads, with_color);
}

}  // namespace facelex
