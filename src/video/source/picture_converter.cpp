#include "picture_converter.hpp"

extern "C" {
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "facelex/core/error.hpp"
#include "frame_reader.hpp"

namespace facelex {
namespace {

/// Whether the format's first component is luma in whole bytes, 8 to 16 bits of the machine's own byte order.
bool has_plain_luma(const AVPixFmtDescriptor& format) {
  constexpr std::uint64_t other = AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM |
                                  AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BAYER | AV_PIX_FMT_FLAG_FLOAT;
  if (format.flags & other) return false;
  const int depth = format.comp[0].depth;
  const bool big = format.flags & AV_PIX_FMT_FLAG_BE;
  return depth == 8 || (depth > 8 && depth <= 16 && big == (std::endian::native == std::endian::big));
}

/// The luma of a format with plain luma, as 8 bits.
void read_luma(const AVFrame& frame, const AVPixFmtDescriptor& format, cv::Mat& luma) {
  const AVComponentDescriptor& component = format.comp[0];
  luma.create(frame.height, frame.width, CV_8UC1);
  const int drop = component.depth - 8;
  const unsigned half = drop > 0 ? 1U << (drop - 1) : 0;
  for (int y = 0; y < frame.height; ++y) {
    const std::uint8_t* in = frame.data[component.plane] +
                             static_cast<std::ptrdiff_t>(y) * frame.linesize[component.plane] +
                             component.offset;
    std::uint8_t* out = luma.ptr(y);
    for (int x = 0; x < frame.width; ++x, in += component.step) {
      if (drop == 0) {
        out[x] = *in;
      } else {
        std::uint16_t sample;
        std::memcpy(&sample, in, sizeof sample);
        out[x] = static_cast<std::uint8_t>(
            std::min(255U, ((static_cast<unsigned>(sample) >> component.shift) + half) >> drop));
      }
    }
  }
}

int matrix_of(const AVFrame& frame) {
  switch (frame.colorspace) {
    case AVCOL_SPC_BT709:
      return SWS_CS_ITU709;
    case AVCOL_SPC_FCC:
      return SWS_CS_FCC;
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
      return SWS_CS_ITU601;
    case AVCOL_SPC_SMPTE240M:
      return SWS_CS_SMPTE240M;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
      return SWS_CS_BT2020;
    default:
      return frame.height >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601;
  }
}

/// yuvj formats are an old way to say "full range".
bool is_full_range(const AVFrame& frame) {
  switch (frame.format) {
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ444P:
    case AV_PIX_FMT_YUVJ440P:
    case AV_PIX_FMT_YUVJ411P:
      return true;
    default:
      return frame.color_range == AVCOL_RANGE_JPEG;
  }
}

cv::Mat view(const AVFrame& frame, int plane, int type) {
  // OpenCV has no read-only view; nothing writes through this one.
  return {frame.height, frame.width, type, frame.data[plane],
          static_cast<std::size_t>(frame.linesize[plane])};
}

}  // namespace

void PictureConverter::gray(const AVFrame& frame, cv::Mat& picture) {
  make_writable(picture);
  const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  if (!format || !has_plain_luma(*format)) {
    turn(view(scaled(frame, AV_PIX_FMT_GRAY8, gray_), 0, CV_8UC1), rotation_, mirrored_, picture);
    return;
  }
  const AVComponentDescriptor& component = format->comp[0];
  const bool is_plane = component.depth == 8 && component.step == 1 && frame.linesize[component.plane] > 0;
  if (is_plane) {
    turn(view(frame, component.plane, CV_8UC1), rotation_, mirrored_, picture);
  } else if (rotation_ == 0 && !mirrored_) {
    read_luma(frame, *format, picture);
  } else {
    read_luma(frame, *format, luma_);
    turn(luma_, rotation_, mirrored_, picture);
  }
}

void PictureConverter::color(const AVFrame& frame, cv::Mat& picture) {
  make_writable(picture);
  turn(view(scaled(frame, AV_PIX_FMT_BGR24, color_), 0, CV_8UC3), rotation_, mirrored_, picture);
}

const AVFrame& PictureConverter::scaled(const AVFrame& frame, AVPixelFormat format, Scaler& scaler) {
  const auto failed = [] {
    return Error(ErrorKind::data, "FFmpeg cannot convert this video's pixel format");
  };
  const auto source = static_cast<AVPixelFormat>(frame.format);
  // Gray is what landmarks are found in: exact rounding, whatever the processor's instructions. Colour is for
  // the eye: the exact way would take 24 ms for a picture of 1080 rows instead of 0.7.
  const int flags =
      SWS_BITEXACT | (format == AV_PIX_FMT_GRAY8 ? SWS_BILINEAR | SWS_ACCURATE_RND : SWS_BILINEAR);
  scaler.context.reset(sws_getCachedContext(scaler.context.release(), frame.width, frame.height, source,
                                            frame.width, frame.height, format, flags, nullptr, nullptr,
                                            nullptr));
  if (!scaler.context) throw failed();
  sws_setColorspaceDetails(scaler.context.get(), sws_getCoefficients(matrix_of(frame)), is_full_range(frame),
                           sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16);
  if (!scaler.output || scaler.output->width != frame.width || scaler.output->height != frame.height) {
    scaler.output = new_frame();
    scaler.output->format = format;
    scaler.output->width = frame.width;
    scaler.output->height = frame.height;
    // swscale may write past the end of a row that is not aligned.
    if (av_frame_get_buffer(scaler.output.get(), 0) < 0) throw failed();
  }
  if (sws_scale(scaler.context.get(), frame.data, frame.linesize, 0, frame.height, scaler.output->data,
                scaler.output->linesize) != frame.height)
    throw failed();
  return *scaler.output;
}

}  // namespace facelex
