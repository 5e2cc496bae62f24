#include "facelex/video/source/frame_source.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "facelex/core/error.hpp"
#include "frame_reader.hpp"

namespace facelex {
namespace {

constexpr std::array<std::string_view, 28> video_extensions = {
    ".3g2",  ".3gp", ".asf", ".avi",   ".dv",  ".flv", ".gif",  ".h264", ".h265", ".hevc",
    ".m2ts", ".m2v", ".m4v", ".mjpeg", ".mkv", ".mov", ".mp4",  ".mpeg", ".mpg",  ".mts",
    ".mxf",  ".nut", ".ogv", ".rm",    ".ts",  ".vob", ".webm", ".wmv"};
constexpr std::array<std::string_view, 9> image_extensions = {".bmp", ".jpeg", ".jpg",  ".pgm", ".png",
                                                              ".ppm", ".tif",  ".tiff", ".webp"};

template <std::size_t N>
bool has_extension(const std::filesystem::path& file, const std::array<std::string_view, N>& extensions) {
  // Beside each file macOS leaves "._name.jpg" on foreign disks, which is not a picture.
  if (file.filename().string().starts_with('.')) return false;
  std::string extension = file.extension().string();
  for (char& c : extension)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
}

}  // namespace

void FrameSourceOptions::describe(OptionList& options) {
  options.choice(
      "rotate", rotate,
      {{"auto", Rotate::automatic},
       {"0", Rotate::none},
       {"90", Rotate::quarter},
       {"180", Rotate::half},
       {"270", Rotate::three_quarters}},
      "clockwise turn in degrees that makes the picture upright; auto: what the file says of itself");
  options.number(
      "fps", fps, Bounds::at_least(0),
      "frames per second of a folder of images; 0: its time stamps stay empty; not used for videos");
}

std::unique_ptr<FrameSource> open_frames(const std::filesystem::path& input,
                                         const FrameSourceOptions& options, int threads, bool with_color) {
  std::error_code error;
  const auto status = std::filesystem::status(input, error);
  if (!std::filesystem::exists(status)) {
    throw system_error(input.string(), "open", error ? error.value() : ENOENT);
  }
  if (std::filesystem::is_directory(status) || is_image_file(input))
    return read_ahead(open_image_reader(input, options, with_color));
  return read_ahead(open_ffmpeg_reader(input, options, threads, with_color));
}

bool is_video_file(const std::filesystem::path& file) {
  return has_extension(file, video_extensions);
}

bool is_image_file(const std::filesystem::path& file) {
  return has_extension(file, image_extensions);
}

bool is_image_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
  bool images = false;
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    std::error_code unknown;
    if (!entries->is_regular_file(unknown)) continue;
    if (is_video_file(entries->path())) return false;
    images = images || is_image_file(entries->path());
  }
  return images && !error;
}

}  // namespace facelex
