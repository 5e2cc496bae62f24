#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "damage.hpp"
#include "ffmpeg_handles.hpp"

namespace facelex {

/// The pictures of a file's video stream in the order of their presentation, as the decoder gives them.
///
/// Damage. A packet that cannot be decoded gives no picture, those after it do. A packet that the file holds
/// only in part is not decoded at all, except in transport streams, where the decoder's repair of a lost
/// piece is better than the loss of what refers to it. How a decoder fills damaged parts may depend on its
/// threads, so a file in which damage shows is decoded again from its beginning by one thread: the pictures
/// are the same whatever the number of threads. (Damage that HEVC's decoder does not notice cannot be seen
/// here either: there, and only there, three or more threads may give other garbage than one.)
///
/// A file counts as cut short when reading fails before its end, or its end comes too early:
/// - containers whose index names every packet (MP4, MOV) must give that many packets;
/// - elsewhere the last packet must be whole, and where the header says how many pictures there are or how
///   long the longest stream lasts (Matroska, AVI, ASF, FLV), what is missing must be no more than 2 % or
///   half a second, whichever is more, by everything that the header says: headers are often slightly wrong.
/// A container that says neither (a raw or a transport stream) ends where it ends.
class FfmpegDecoder {
 public:
  /// threads ≥ 1 for the codec. Throws Error (data) that names the file when it is not a video.
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
  void note_left_out();
  void note_undecodable(const std::string& reason);
  void find_cut();
  bool ends_too_early() const;

  std::filesystem::path file_;
  int threads_;
  ComplaintCount complaints_ = 0;  // of the codec's threads; outlives the codec
  InputHandle input_;
  CodecHandle codec_;
  PacketHandle packet_;
  int stream_ = -1;
  bool draining_ = false;
  bool left_out_ = false;   // the last packet was kept from the decoder
  bool disturbed_ = false;  // the decoder has met damage: from here on its threads might matter
  bool has_times_ = false;
  double end_ = 0;          // latest end of any stream's packet, seconds
  double packet_time_ = 0;  // of the video packet read last, seconds; NaN when it has none
  std::int64_t frames_ = 0;
  std::int64_t packets_ = 0;  // of the video stream, whole ones and those in a hole
  int errors_in_a_row_ = 0;
  VideoDamage damage_;
};

}  // namespace facelex
