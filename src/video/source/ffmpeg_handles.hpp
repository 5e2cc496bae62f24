#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswscale/swscale.h>
}

#include <atomic>
#include <memory>
#include <string>

namespace facelex {

/// FFmpeg's objects freed by the function that each of them needs.
struct FfmpegDeleter {
  void operator()(AVFormatContext* context) const { avformat_close_input(&context); }
  void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
  void operator()(SwsContext* context) const { sws_freeContext(context); }
};
using InputHandle = std::unique_ptr<AVFormatContext, FfmpegDeleter>;
using CodecHandle = std::unique_ptr<AVCodecContext, FfmpegDeleter>;
using FrameHandle = std::unique_ptr<AVFrame, FfmpegDeleter>;
using PacketHandle = std::unique_ptr<AVPacket, FfmpegDeleter>;
using ScalerHandle = std::unique_ptr<SwsContext, FfmpegDeleter>;

/// Throw std::bad_alloc instead of giving null.
FrameHandle new_frame();
PacketHandle new_packet();

/// FFmpeg's text for an error code that one of its functions gave.
std::string ffmpeg_error_text(int code);

/// How many errors or repairs a decoder, on whichever of its threads, has told of. With several threads the
/// flags of a frame may be set after it was given out; what is told of it never comes later than it.
using ComplaintCount = std::atomic<int>;

/// Keeps FFmpeg from writing to stderr: what it has to say of a file is kept for `last_ffmpeg_message`
/// instead, and counted in the ComplaintCount that a codec context's `opaque` points to (or null). May be
/// called any number of times.
void capture_ffmpeg_messages();
/// The last error that FFmpeg told on this thread since the last call ("moov atom not found"), or empty.
std::string last_ffmpeg_message();

}  // namespace facelex
