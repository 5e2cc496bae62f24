#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "ffmpeg_handles.hpp"
#include "video_damage.hpp"

namespace facelex {

/// The pictures of a file's video stream in the order of their presentation, as the decoder gives them.
///
/// Damage. A packet that cannot be decoded gives no picture, those after it do. A packet that the file holds
/// only in part is not decoded at all, except in transport streams, where the decoder's repair of a lost
/// piece is better than the loss of what refers to it. How a decoder fills damaged parts may depend on its
/// threads, so a file in which damage shows is decoded again from its beginning by one thread: the pictures
/// are the same whatever the number of threads.
///
/// A file counts as cut short when reading fails before its end, or its end comes too early:
/// - containers whose index names every packet (MP4, MOV) must give that many packets;
/// - for others that say how many pictures there are or how long the stream lasts, what is missing must be
///   more than 2 % and half a second of all that they say, because headers are often slightly wrong.
/// A container that says neither (a raw or a transport stream) just ends where it ends.
class FfmpegDecoder {
 public:
  /// threads ≥ 1 for the codec. Throws Error (data) that names the file when it is no video.
  FfmpegDecoder(const std::filesystem::path& file, int threads);

  /// The next picture; false at the end, after which `damage` is complete. `frame` is overwritten.
  bool next(AVFrame& frame);

  const AVStream& stream() const { return *input_->streams[stream_]; }
  const AVCodecContext& codec() const { return *codec_; }
  const VideoDamage& damage() const { return damage_; }
  std::int64_t frames() const { return frames_; }  ///< given so far

 private:
  void open(int threads);
  void open_codec(int threads);
  bool receive(AVFrame& frame);
  void feed();
  bool read_packet();
  void note_undecodable(const std::string& reason);
  void find_cut();

  std::filesystem::path file_;
  int threads_;
  InputHandle input_;
  CodecHandle codec_;
  PacketHandle packet_;
  int stream_ = -1;
  bool draining_ = false;
  bool left_out_ = false;   // a packet was kept from the decoder
  bool disturbed_ = false;  // the decoder has met damage: from here on its threads might matter
  std::int64_t frames_ = 0;
  std::int64_t packets_ = 0;  // of the video stream, read so far
  std::int64_t end_ = 0;      // latest end of a packet's presentation, in the stream's ticks
  std::int64_t begin_ = INT64_MAX;
  int errors_in_a_row_ = 0;
  VideoDamage damage_;
};

}  // namespace facelex
