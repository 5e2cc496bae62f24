#include "facelex/video/video_writer.hpp"

extern "C" {
#include <libavutil/display.h>
#include <libavutil/opt.h>
}

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>
#include <opencv2/core.hpp>
#include <utility>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/atomic_file.hpp"
#include "video/source/ffmpeg_handles.hpp"

namespace facelex {
namespace {

struct OutputDeleter {
  void operator()(AVFormatContext* context) const {
    if (context->pb) avio_closep(&context->pb);
    avformat_free_context(context);
  }
};
using OutputHandle = std::unique_ptr<AVFormatContext, OutputDeleter>;

/// The number of threads changes what x264 writes, so it is the same on every machine.
constexpr int encoder_threads = 4;

void set_display_rotation(AVStream& stream, int rotation) {
  constexpr std::size_t size = 9 * sizeof(std::int32_t);
#if LIBAVFORMAT_VERSION_MAJOR < 61
  std::uint8_t* data = av_stream_new_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, size);
#else
  AVPacketSideData* side =
      av_packet_side_data_new(&stream.codecpar->coded_side_data, &stream.codecpar->nb_coded_side_data,
                              AV_PKT_DATA_DISPLAYMATRIX, size, 0);
  std::uint8_t* data = side ? side->data : nullptr;
#endif
  if (!data) throw std::bad_alloc();
  // Clockwise, whatever the documentation of FFmpeg 5 says.
  av_display_rotation_set(reinterpret_cast<std::int32_t*>(data), rotation);
}

}  // namespace

void VideoWriterOptions::describe(OptionList& options) {
  options.integer("quality", quality, Bounds::between(0, 51),
                  "constant rate factor of H.264: 0 without loss, 51 coarse");
  options.integer("key-interval", key_interval, Bounds::at_least(1), "frames from one key frame to the next");
  options.integer("b-frames", b_frames, Bounds::between(0, 16),
                  "frames between others that refer to both sides: smaller files");
  options.integer("rotation", rotation, Bounds::between(0, 270),
                  "clockwise degrees by which players turn the pictures: 0, 90, 180 or 270");
  options.number(
      "default-rate", default_rate, Bounds::at_least(0),
      "frames per second by which a frame without a usable time stamp follows the last one; 0: none "
      "may lack one");
}

void VideoWriterOptions::check() const {
  check_bounds(*this);
  if (rotation % 90 != 0)
    throw option_error("rotation", std::to_string(rotation) + " is not 0, 90, 180 or 270 degrees");
}

class VideoWriter::Encoder {
 public:
  Encoder(std::filesystem::path file, const VideoWriterOptions& options)
      : options_(options), file_(std::move(file)), packet_(new_packet()), frame_(new_frame()) {
    options_.check();
    capture_ffmpeg_messages();
  }

  void add(const cv::Mat& picture, double timestamp) {
    if (picture.empty() || (picture.type() != CV_8UC3 && picture.type() != CV_8UC1))
      throw refused("is not a picture of 8-bit gray or BGR");
    if (!codec_) open(picture);
    if (picture.size() != size_ || picture.type() != type_)
      throw refused("has another size or type than the first one");
    frame_->pts = ticks(timestamp);
    if (av_frame_make_writable(frame_.get()) < 0) throw std::bad_alloc();
    fill(picture);
    ++frames_;
    encode(frame_.get());
  }

  std::string finish() {
    if (!codec_) throw usage_error(name() + ": a video needs at least one picture");
    encode(nullptr);
    checked(av_write_trailer(output_.get()), "complete");
    checked(avio_closep(&output_->pb), "complete");
    output_.reset();
    return file_.commit();
  }

  std::int64_t frames() const { return frames_; }

 private:
  std::string name() const { return file_.target().string(); }

  Error refused(const std::string& what) const {
    return usage_error(name() + ": picture " + std::to_string(frames_ + 1) + " " + what);
  }

  void checked(int code, const char* action) const {
    if (code >= 0) return;
    // FFmpeg's own codes are built from four letters and lie far outside the range of errno.
    if (AVUNERROR(code) > 0 && AVUNERROR(code) < 4096) throw system_error(name(), action, AVUNERROR(code));
    throw data_error({name(), 0, {}}, std::string("cannot ") + action + ": " + ffmpeg_error_text(code));
  }

  void open(const cv::Mat& picture) {
    size_ = picture.size();
    type_ = picture.type();
    const AVCodec* codec = avcodec_find_encoder_by_name("libx264");
    const bool h264 = codec;
    if (!codec) codec = avcodec_find_encoder(AV_CODEC_ID_MPEG4);
    if (!codec) throw environment_error("this machine's FFmpeg can encode neither H.264 nor MPEG-4");
    CodecHandle context(avcodec_alloc_context3(codec));
    if (!context) throw std::bad_alloc();
    context->width = size_.width + size_.width % 2;
    context->height = size_.height + size_.height % 2;
    context->pix_fmt = AV_PIX_FMT_YUV420P;
    context->time_base = {1, h264 ? 120000 : 60000};
    context->gop_size = options_.key_interval;
    context->max_b_frames = options_.b_frames;
    context->thread_count = encoder_threads;
    context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
    const bool hd = context->height >= 720;
    context->color_range = type_ == CV_8UC1 ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    context->colorspace = hd ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
    context->color_primaries = hd ? AVCOL_PRI_BT709 : AVCOL_PRI_SMPTE170M;
    context->color_trc = hd ? AVCOL_TRC_BT709 : AVCOL_TRC_SMPTE170M;
    if (h264) {
      av_opt_set_int(context->priv_data, "crf", options_.quality, 0);
      av_opt_set(context->priv_data, "preset", "veryfast", 0);
      // Its machine code reads memory that nobody wrote (x264 164), so the bytes would differ from run to
      // run.
      av_opt_set_int(context->priv_data, "mbtree", 0, 0);
    } else {
      context->flags |= AV_CODEC_FLAG_QSCALE;
      context->global_quality = FF_QP2LAMBDA * (1 + options_.quality / 4);
    }
    checked(avcodec_open2(context.get(), codec, nullptr), "set up the encoder");
    allocate(*context);
    open_file(*context);
    codec_ = std::move(context);
  }

  void allocate(const AVCodecContext& context) {
    frame_->format = context.pix_fmt;
    frame_->width = context.width;
    frame_->height = context.height;
    frame_->color_range = context.color_range;
    frame_->colorspace = context.colorspace;
    if (av_frame_get_buffer(frame_.get(), 0) < 0) throw std::bad_alloc();
    if (type_ == CV_8UC1) return;
    scaler_.reset(sws_getContext(context.width, context.height, AV_PIX_FMT_BGR24, context.width,
                                 context.height, context.pix_fmt,
                                 SWS_BILINEAR | SWS_ACCURATE_RND | SWS_BITEXACT, nullptr, nullptr, nullptr));
    if (!scaler_) throw std::bad_alloc();
    const int matrix = context.colorspace == AVCOL_SPC_BT709 ? SWS_CS_ITU709 : SWS_CS_ITU601;
    sws_setColorspaceDetails(scaler_.get(), sws_getCoefficients(matrix), 1, sws_getCoefficients(matrix), 0, 0,
                             1 << 16, 1 << 16);
  }

  void open_file(const AVCodecContext& context) {
    AVFormatContext* output = nullptr;
    const std::string url = "file:" + file_.temporary().string();
    // The temporary name does not tell the format.
    checked(avformat_alloc_output_context2(&output, nullptr, "mp4", url.c_str()), "create");
    output_.reset(output);
    output->flags |= AVFMT_FLAG_BITEXACT;
    AVStream* stream = avformat_new_stream(output, nullptr);
    if (!stream) throw std::bad_alloc();
    stream->time_base = context.time_base;
    checked(avcodec_parameters_from_context(stream->codecpar, &context), "create");
    if (options_.rotation != 0) set_display_rotation(*stream, options_.rotation);
    checked(avio_open2(&output->pb, url.c_str(), AVIO_FLAG_WRITE, nullptr, nullptr), "create");
    // The index comes first: browsers start at once, and a copy that breaks off can be read up to there.
    AVDictionary* settings = nullptr;
    av_dict_set(&settings, "movflags", "+faststart", 0);
    // In which the time of the first picture is kept; by milliseconds otherwise.
    av_dict_set_int(&settings, "movie_timescale", context.time_base.den, 0);
    const int code = avformat_write_header(output, &settings);
    av_dict_free(&settings);
    checked(code, "write");
  }

  std::int64_t ticks(double timestamp) {
    const double unit = codec_->time_base.den;
    // Beyond this a double no longer tells one tick from the next.
    const bool usable = timestamp >= 0 && timestamp * unit < 0x1.0p52;
    std::int64_t now = usable ? std::llround(timestamp * unit) : -1;
    if (now <= last_) {
      if (options_.default_rate <= 0)
        throw refused(
            "has the time stamp " + (std::isnan(timestamp) ? "NaN" : number_text(timestamp)) +
            " s, which must be ≥ 0 and later than the one before; set a default rate for such frames");
      now = last_ < 0 ? 0 : last_ + std::max<std::int64_t>(1, std::llround(unit / options_.default_rate));
    }
    if (last_ >= 0) distance_ = now - last_;
    last_ = now;
    return now;
  }

  void fill(const cv::Mat& picture) {
    const cv::Size even(frame_->width, frame_->height);
    if (size_ != even) {
      cv::copyMakeBorder(picture, padded_, 0, even.height - size_.height, 0, even.width - size_.width,
                         cv::BORDER_REPLICATE);
    }
    const cv::Mat& whole = size_ == even ? picture : padded_;
    if (scaler_) {
      const std::uint8_t* rows[] = {whole.data};
      const int strides[] = {static_cast<int>(whole.step)};
      sws_scale(scaler_.get(), rows, strides, 0, even.height, frame_->data, frame_->linesize);
      return;
    }
    whole.copyTo(cv::Mat(even, CV_8UC1, frame_->data[0], static_cast<std::size_t>(frame_->linesize[0])));
    constexpr int no_color = 128;
    for (const int plane : {1, 2})
      std::memset(frame_->data[plane], no_color,
                  static_cast<std::size_t>(frame_->linesize[plane]) * (even.height / 2));
  }

  /// Null flushes the encoder.
  void encode(const AVFrame* frame) {
    checked(avcodec_send_frame(codec_.get(), frame), "encode");
    for (;;) {
      const int code = avcodec_receive_packet(codec_.get(), packet_.get());
      if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return;
      checked(code, "encode");
      // Distances follow from the time stamps, but for the last picture, which lasts as long as the one
      // before: without a duration the container's edit list would leave it out.
      packet_->duration = distance_ > 0 ? distance_ : codec_->time_base.den / 25;
      packet_->stream_index = 0;
      av_packet_rescale_ts(packet_.get(), codec_->time_base, output_->streams[0]->time_base);
      checked(av_interleaved_write_frame(output_.get(), packet_.get()), "write");
    }
  }

  VideoWriterOptions options_;
  AtomicFile file_;
  PacketHandle packet_;
  FrameHandle frame_;
  OutputHandle output_;
  CodecHandle codec_;
  ScalerHandle scaler_;
  cv::Size size_;
  int type_ = -1;
  cv::Mat padded_;
  std::int64_t last_ = -1, distance_ = 0;  // ticks
  std::int64_t frames_ = 0;
};

VideoWriter::VideoWriter(std::filesystem::path file, const VideoWriterOptions& options)
    : encoder_(std::make_unique<Encoder>(std::move(file), options)) {}
VideoWriter::~VideoWriter() = default;
VideoWriter::VideoWriter(VideoWriter&&) noexcept = default;
VideoWriter& VideoWriter::operator=(VideoWriter&&) noexcept = default;

void VideoWriter::add(const cv::Mat& picture, double timestamp) {
  encoder_->add(picture, timestamp);
}
std::string VideoWriter::finish() {
  return encoder_->finish();
}
std::int64_t VideoWriter::frames() const {
  return encoder_->frames();
}

}  // namespace facelex
