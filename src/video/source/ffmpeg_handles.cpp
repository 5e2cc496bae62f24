#include "ffmpeg_handles.hpp"

extern "C" {
#include <libavutil/log.h>
}

#include <array>
#include <cstdarg>
#include <mutex>
#include <new>
#include <string_view>
#include <utility>

#include "facelex/core/text.hpp"

namespace facelex {
namespace {

thread_local std::string last_message;

void count_complaint(void* context) {
  if (!context || *static_cast<const AVClass* const*>(context) != avcodec_get_class()) return;
  if (void* count = static_cast<AVCodecContext*>(context)->opaque) ++*static_cast<ComplaintCount*>(count);
}

void keep_message(void* context, int level, const char* format, va_list arguments) {
  // Repairs of pictures are told as mere information: "concealing 12 DC, 12 AC, 12 MV errors in P frame".
  if (level <= AV_LOG_ERROR || std::string_view(format).starts_with("concealing")) count_complaint(context);
  if (level > AV_LOG_ERROR) return;
  std::array<char, 512> line;
  int print_prefix = 0;
  av_log_format_line2(context, level, format, arguments, line.data(), line.size(), &print_prefix);
  std::string_view text(line.data());
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  if (!trimmed(text).empty()) last_message = trimmed(text);
}

}  // namespace

FrameHandle new_frame() {
  FrameHandle frame(av_frame_alloc());
  if (!frame) throw std::bad_alloc();
  return frame;
}

PacketHandle new_packet() {
  PacketHandle packet(av_packet_alloc());
  if (!packet) throw std::bad_alloc();
  return packet;
}

std::string ffmpeg_error_text(int code) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(code, text.data(), text.size());
  return text.data();
}

void capture_ffmpeg_messages() {
  static std::once_flag once;
  std::call_once(once, [] { av_log_set_callback(keep_message); });
}

std::string last_ffmpeg_message() {
  return std::exchange(last_message, {});
}

}  // namespace facelex
