#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <opencv2/core.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "facelex/core/random.hpp"
#include "facelex/video/source/frame_source.hpp"
#include "facelex/video/video_writer.hpp"
#include "support/temporary_folder.hpp"

namespace facelex::test {

/// A gray picture that differs from every other number's, from its own turns and from its mirror image.
inline cv::Mat numbered_picture(int number, int width = 64, int height = 48) {
  cv::Mat picture(height, width, CV_8UC1);
  Random random(static_cast<std::uint64_t>(number) + 1);
  const int step = 8;
  for (int y = 0; y < height; y += step)
    for (int x = 0; x < width; x += step)
      picture(cv::Rect(x, y, std::min(step, width - x), std::min(step, height - y))).setTo(random.below(256));
  return picture;
}

inline std::vector<cv::Mat> numbered_pictures(int count, int width = 64, int height = 48) {
  std::vector<cv::Mat> pictures;
  for (int i = 0; i < count; ++i) pictures.push_back(numbered_picture(i, width, height));
  return pictures;
}

inline std::vector<double> constant_times(int count, double rate) {
  std::vector<double> times;
  for (int i = 0; i < count; ++i) times.push_back(i / rate);
  return times;
}

/// Nothing of a gray picture is lost.
inline VideoWriterOptions lossless() {
  VideoWriterOptions options;
  options.quality = 0;
  return options;
}

inline std::filesystem::path write_video(const std::filesystem::path& file,
                                         const std::vector<cv::Mat>& pictures,
                                         const std::vector<double>& times,
                                         const VideoWriterOptions& options = lossless()) {
  VideoWriter writer(file, options);
  for (std::size_t i = 0; i < pictures.size(); ++i) writer.add(pictures[i], times[i]);
  writer.finish();
  return file;
}

/// All that a source gives, as copies.
struct Reading {
  VideoInfo info;
  std::vector<VideoFrame> frames;
  std::string broken;
  bool variable = false;
};

inline Reading read_all(const std::filesystem::path& file, const FrameSourceOptions& options = {},
                        int threads = 2, bool with_color = false) {
  const auto source = open_frames(file, options, threads, with_color);
  Reading reading;
  reading.info = source->info();
  VideoFrame frame;
  while (source->next(frame)) {
    reading.frames.push_back(frame);
    reading.frames.back().gray = frame.gray.clone();
    reading.frames.back().color = frame.color.clone();
  }
  reading.broken = source->broken();
  reading.variable = source->variable_frame_rate();
  return reading;
}

inline bool same_picture(const cv::Mat& a, const cv::Mat& b) {
  return a.size() == b.size() && a.type() == b.type() && (a.empty() || cv::norm(a, b, cv::NORM_INF) == 0);
}

inline int ok(int code) {
  if (code < 0) throw std::runtime_error("FFmpeg failed with " + std::to_string(code));
  return code;
}

/// The packets of a file's first stream, in the order of the file.
struct Packets {
  struct Free {
    void operator()(AVPacket* packet) const { av_packet_free(&packet); }
    void operator()(AVFormatContext* context) const { avformat_close_input(&context); }
  };
  std::unique_ptr<AVFormatContext, Free> input;
  std::vector<std::unique_ptr<AVPacket, Free>> packets;

  explicit Packets(const std::filesystem::path& file) {
    AVFormatContext* context = nullptr;
    ok(avformat_open_input(&context, ("file:" + file.string()).c_str(), nullptr, nullptr));
    input.reset(context);
    ok(avformat_find_stream_info(context, nullptr));
    for (;;) {
      std::unique_ptr<AVPacket, Free> packet(av_packet_alloc());
      if (av_read_frame(context, packet.get()) < 0) break;
      packets.push_back(std::move(packet));
    }
  }
};

/// Copies the packets of `from` to `to` (its format by its extension), each after `change` of it.
inline void remux(const std::filesystem::path& from, const std::filesystem::path& to,
                  const std::function<void(std::size_t index, AVPacket&)>& change = {}) {
  Packets source(from);
  AVFormatContext* output = nullptr;
  const std::string url = "file:" + to.string();
  ok(avformat_alloc_output_context2(&output, nullptr, nullptr, url.c_str()));
  AVStream* stream = avformat_new_stream(output, nullptr);
  ok(avcodec_parameters_copy(stream->codecpar, source.input->streams[0]->codecpar));
  stream->codecpar->codec_tag = 0;
  stream->time_base = source.input->streams[0]->time_base;
  ok(avio_open(&output->pb, url.c_str(), AVIO_FLAG_WRITE));
  ok(avformat_write_header(output, nullptr));
  for (std::size_t i = 0; i < source.packets.size(); ++i) {
    AVPacket& packet = *source.packets[i];
    if (change) change(i, packet);
    av_packet_rescale_ts(&packet, source.input->streams[0]->time_base, stream->time_base);
    packet.stream_index = 0;
    packet.pos = -1;
    ok(av_write_frame(output, &packet));
  }
  ok(av_write_trailer(output));
  ok(avio_closep(&output->pb));
  avformat_free_context(output);
}

/// Encodes pictures of any pixel format, without loss, as FFV1; `fill` writes picture i into the frame. 25
/// frames/s.
inline void write_ffv1(const std::filesystem::path& file, AVPixelFormat format, int width, int height,
                       int count, const std::function<void(int i, AVFrame&)>& fill) {
  const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_FFV1);
  AVCodecContext* encoder = avcodec_alloc_context3(codec);
  encoder->width = width;
  encoder->height = height;
  encoder->pix_fmt = format;
  encoder->time_base = {1, 25};
  encoder->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
  ok(avcodec_open2(encoder, codec, nullptr));
  AVFormatContext* output = nullptr;
  const std::string url = "file:" + file.string();
  ok(avformat_alloc_output_context2(&output, nullptr, nullptr, url.c_str()));
  AVStream* stream = avformat_new_stream(output, nullptr);
  ok(avcodec_parameters_from_context(stream->codecpar, encoder));
  stream->time_base = encoder->time_base;
  ok(avio_open(&output->pb, url.c_str(), AVIO_FLAG_WRITE));
  ok(avformat_write_header(output, nullptr));
  AVFrame* frame = av_frame_alloc();
  AVPacket* packet = av_packet_alloc();
  frame->format = format;
  frame->width = width;
  frame->height = height;
  ok(av_frame_get_buffer(frame, 0));
  for (int i = 0; i <= count; ++i) {
    if (i < count) {
      ok(av_frame_make_writable(frame));
      fill(i, *frame);
      frame->pts = i;
    }
    ok(avcodec_send_frame(encoder, i < count ? frame : nullptr));
    while (avcodec_receive_packet(encoder, packet) == 0) {
      av_packet_rescale_ts(packet, encoder->time_base, stream->time_base);
      packet->stream_index = 0;
      ok(av_interleaved_write_frame(output, packet));
    }
  }
  ok(av_write_trailer(output));
  ok(avio_closep(&output->pb));
  avformat_free_context(output);
  av_packet_free(&packet);
  av_frame_free(&frame);
  avcodec_free_context(&encoder);
}

}  // namespace facelex::test
