#include "ffmpeg_decoder.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <new>
#include <string_view>

#include "facelex/core/error.hpp"

namespace facelex {
namespace {

/// After so many failures without any success between them the rest of a file is given up.
constexpr int max_failures = 100;

std::string why(int code) {
  const std::string message = last_ffmpeg_message();
  return message.empty() ? ffmpeg_error_text(code) : message;
}

Error not_a_video(const std::filesystem::path& file, const std::string& reason) {
  return data_error({file.string(), 0, {}}, "cannot be read as a video: " + reason,
                    "check that the file is complete and that `ffprobe` reads it");
}

/// Formats that FFmpeg takes text files, play lists or pictures by a pattern for; none of them is a video.
bool is_video_format(const AVInputFormat& format) {
  const std::string_view name = format.name;
  for (const std::string_view other : {"tty", "concat", "hls", "dash", "image2", "lrc", "srt", "webvtt"})
    if (name == other) return false;
  return true;
}

/// H.264's decoder conceals what a damaged packet leaves unwritten; most others leave what the buffer held
/// before, which depends on the threads.
int clear_buffer(AVCodecContext* codec, AVFrame* frame, int flags) {
  const int code = avcodec_default_get_buffer2(codec, frame, flags);
  if (code < 0) return code;
  for (AVBufferRef* buffer : frame->buf)
    if (buffer) std::memset(buffer->data, 0, buffer->size);
  return code;
}

}  // namespace

FfmpegDecoder::FfmpegDecoder(const std::filesystem::path& file, int threads)
    : file_(file), threads_(std::clamp(threads, 1, 16)), packet_(new_packet()) {
  capture_ffmpeg_messages();
  open(threads_);
}

void FfmpegDecoder::open(int threads) {
  last_ffmpeg_message();
  AVFormatContext* input = nullptr;
  AVDictionary* settings = nullptr;
  // "file:" and the list keep a name with a colon, or a play list, from reaching for other files or the net.
  av_dict_set(&settings, "protocol_whitelist", "file", 0);
  const int opened = avformat_open_input(&input, ("file:" + file_.string()).c_str(), nullptr, &settings);
  av_dict_free(&settings);
  input_.reset(input);
  if (opened < 0) {
    if (opened == AVERROR(EACCES)) throw system_error(file_.string(), "open", EACCES);
    throw not_a_video(file_, why(opened));
  }
  if (!is_video_format(*input_->iformat))
    throw not_a_video(file_, std::string("its content looks like ") + input_->iformat->long_name);
  if (const int code = avformat_find_stream_info(input_.get(), nullptr); code < 0)
    throw not_a_video(file_, why(code));
  stream_ = av_find_best_stream(input_.get(), AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  if (stream_ < 0) throw not_a_video(file_, "it has no video stream");
  if (stream().disposition & AV_DISPOSITION_ATTACHED_PIC)
    throw not_a_video(file_, "its only picture is a cover, it has no video stream");
  open_codec(threads);
  draining_ = disturbed_ = left_out_ = false;
  has_times_ = false;
  complaints_ = 0;
  frames_ = packets_ = 0;
  end_ = 0;
  errors_in_a_row_ = 0;
  damage_ = {};
}

void FfmpegDecoder::open_codec(int threads) {
  const AVCodecParameters& parameters = *stream().codecpar;
  const AVCodec* codec = avcodec_find_decoder(parameters.codec_id);
  if (!codec) {
    throw not_a_video(file_, std::string("this machine's FFmpeg has no decoder for ") +
                                 avcodec_get_name(parameters.codec_id));
  }
  codec_.reset(avcodec_alloc_context3(codec));
  if (!codec_) throw std::bad_alloc();
  if (const int code = avcodec_parameters_to_context(codec_.get(), &parameters); code < 0)
    throw not_a_video(file_, why(code));
  codec_->pkt_timebase = stream().time_base;
  codec_->thread_count = threads;
  codec_->opaque = &complaints_;
  if (parameters.codec_id != AV_CODEC_ID_H264) codec_->get_buffer2 = clear_buffer;
  if (const int code = avcodec_open2(codec_.get(), codec, nullptr); code < 0)
    throw not_a_video(file_, why(code));
}

bool FfmpegDecoder::next(AVFrame& frame) {
  if (threads_ == 1) return receive(frame);
  const std::int64_t before = frames_;
  const bool received = receive(frame);
  if (!disturbed_ && complaints_ == 0) return received;
  threads_ = 1;
  open(1);
  for (std::int64_t i = 0; i < before; ++i)
    if (!receive(frame)) return false;
  return receive(frame);
}

bool FfmpegDecoder::receive(AVFrame& frame) {
  for (;;) {
    const int code = avcodec_receive_frame(codec_.get(), &frame);
    if (code == 0) {
      ++frames_;
      errors_in_a_row_ = 0;
      if ((frame.flags & AV_FRAME_FLAG_CORRUPT) || frame.decode_error_flags) {
        disturbed_ = true;
        if (damage_.repaired++ == 0) damage_.repaired_first = frames_;
      }
      return true;
    }
    if (code == AVERROR_EOF) break;
    if (code == AVERROR(EAGAIN)) {
      feed();
    } else {
      disturbed_ = true;
      note_undecodable(why(code));
      if (draining_ && ++errors_in_a_row_ > max_failures) break;
    }
  }
  find_cut();
  return false;
}

/// Gives the decoder its next packet, or the end.
void FfmpegDecoder::feed() {
  if (!read_packet()) {
    draining_ = true;
    avcodec_send_packet(codec_.get(), nullptr);
    return;
  }
  note_left_out();
  const std::int64_t time = packet_->pts != AV_NOPTS_VALUE ? packet_->pts : packet_->dts;
  packet_time_ = time != AV_NOPTS_VALUE ? static_cast<double>(time) * av_q2d(stream().time_base)
                                        : std::numeric_limits<double>::quiet_NaN();
  const bool lossy_transport = input_->iformat->flags & AVFMT_TS_DISCONT;
  if ((packet_->flags & AV_PKT_FLAG_CORRUPT) && !lossy_transport) {
    left_out_ = true;
  } else {
    ++packets_;
    if (const int code = avcodec_send_packet(codec_.get(), packet_.get()); code < 0) {
      disturbed_ = true;
      note_undecodable(why(code));
    }
  }
  av_packet_unref(packet_.get());
}

/// The next packet of the video stream; false at the end, or when reading fails for good.
bool FfmpegDecoder::read_packet() {
  for (int failures = 0; failures < max_failures;) {
    const int code = av_read_frame(input_.get(), packet_.get());
    if (code == 0) {
      const std::int64_t time = packet_->pts != AV_NOPTS_VALUE ? packet_->pts : packet_->dts;
      const AVRational unit = input_->streams[packet_->stream_index]->time_base;
      if (time != AV_NOPTS_VALUE) {
        has_times_ = true;
        end_ = std::max(end_, static_cast<double>(time + packet_->duration) * av_q2d(unit));
      }
      if (packet_->stream_index == stream_) return true;
      av_packet_unref(packet_.get());
    } else if (code == AVERROR_EOF || code == AVERROR(EIO)) {
      const int device = input_->pb ? input_->pb->error : 0;
      if (code != AVERROR_EOF || (device < 0 && device != AVERROR_EOF))
        damage_.cut_short = "reading failed: " + why(device < 0 ? device : code);
      return false;
    } else {
      // A container may have one bad entry among good ones.
      if (++failures == max_failures) damage_.cut_short = "reading failed: " + why(code);
    }
  }
  return false;
}

/// A packet that was left out is a hole in the stream when another one follows it; else the file ends there.
void FfmpegDecoder::note_left_out() {
  if (!left_out_) return;
  left_out_ = false;
  disturbed_ = true;
  ++packets_;
  note_undecodable("the file holds only a part of it");
}

void FfmpegDecoder::note_undecodable(const std::string& reason) {
  if (damage_.undecodable++ == 0) {
    damage_.undecodable_at = packet_time_;
    damage_.reason = reason;
  }
}

void FfmpegDecoder::find_cut() {
  if (!damage_.cut_short.empty()) return;
  const std::string_view format = input_->iformat->name;
  if (format.find("mp4") != std::string_view::npos) {
    const std::int64_t named = avformat_index_get_entries_count(&stream());
    if (packets_ < named) {
      damage_.cut_short = "the file is cut short: its index names " + std::to_string(named) +
                          " packets, but only " + std::to_string(packets_) + " are there";
    }
  } else if (left_out_) {
    damage_.cut_short = "the file is cut short: it holds only a part of its last packet";
  } else if (ends_too_early()) {
    damage_.cut_short = "the file is cut short: its header promises more than it holds";
  }
}

bool FfmpegDecoder::ends_too_early() const {
  const auto lacks = [](double got, double promised, double slack) {
    return promised - got > std::max(slack, 0.02 * promised);
  };
  const double rate = av_q2d(stream().avg_frame_rate);
  const auto promised_frames = static_cast<double>(stream().nb_frames);
  const double promised_seconds = static_cast<double>(input_->duration) / AV_TIME_BASE;
  const bool promises_frames = promised_frames > 0 && rate > 0;
  // Durations that FFmpeg works out by itself, from the file's size or its last time stamps, promise nothing.
  const bool promises_seconds =
      has_times_ && input_->duration > 0 && input_->duration_estimation_method == AVFMT_DURATION_FROM_STREAM;
  const bool few = promises_frames && lacks(static_cast<double>(packets_), promised_frames, 0.5 * rate);
  const bool early = promises_seconds && lacks(end_, promised_seconds, 0.5);
  return (few || early) && few == promises_frames && early == promises_seconds;
}

}  // namespace facelex
