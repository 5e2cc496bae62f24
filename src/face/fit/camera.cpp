#include "camera.hpp"

#include <charconv>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {
namespace {

/// What the sidecar of extract says.
std::optional<PictureSize> recorded_size(const std::filesystem::path& input) {
  const auto sidecar = read_sidecar(input);
  if (!sidecar) return std::nullopt;
  const Json& details = sidecar->result.details;
  const auto number = [&](const char* name) {
    return details.contains(name) && details[name].is_number_integer() ? details[name].get<int>() : 0;
  };
  const PictureSize size{number("width"), number("height")};
  return size.width > 0 && size.height > 0 ? std::optional(size) : std::nullopt;
}

}  // namespace

PictureSize parse_picture_size(const std::string& text) {
  PictureSize size;
  const char* end = text.data() + text.size();
  const auto width = std::from_chars(text.data(), end, size.width);
  if (width.ec == std::errc() && width.ptr != end && *width.ptr == 'x') {
    const auto height = std::from_chars(width.ptr + 1, end, size.height);
    if (height.ec == std::errc() && height.ptr == end && size.width > 0 && size.height > 0) return size;
  }
  throw usage_error(field("image-size") + " " + in_quotes(text) + " is not the size of a picture",
                    "give it as 1280x720");
}

RecordingCamera recording_camera(const std::filesystem::path& input, const FitOptions& options) {
  if (options.camera == FitOptions::CameraModel::orthographic) return {};
  const auto size =
      options.image_size.empty() ? recorded_size(input) : parse_picture_size(options.image_size);
  if (!size) return {std::nullopt, true};
  Camera camera = openface_camera(size->width, size->height);
  if (options.focal > 0) camera.fx = camera.fy = options.focal;
  return {camera};
}

}  // namespace facelex
