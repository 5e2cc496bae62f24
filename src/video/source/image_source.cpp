#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <limits>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <utility>
#include <vector>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "frame_reader.hpp"
#include "jpeg_end.hpp"

namespace facelex {
namespace {

std::vector<std::filesystem::path> images_of(const std::filesystem::path& input) {
  if (!std::filesystem::is_directory(input)) return {input};
  std::vector<std::filesystem::path> images;
  std::error_code error;
  std::filesystem::directory_iterator entries(input, error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    std::error_code unknown;
    if (entries->is_regular_file(unknown) && is_image_file(entries->path()))
      images.push_back(entries->path());
  }
  if (error) throw system_error(input.string(), "read the folder", error.value());
  std::sort(images.begin(), images.end(), [](const auto& a, const auto& b) {
    return natural_less(a.filename().string(), b.filename().string());
  });
  return images;
}

std::vector<std::uint8_t> bytes_of(const std::filesystem::path& file) {
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in) throw system_error(file.string(), "open", errno);
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error) throw system_error(file.string(), "read", error.value());
  std::vector<std::uint8_t> bytes(size);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (static_cast<std::uintmax_t>(in.gcount()) != size) throw system_error(file.string(), "read", errno);
  return bytes;
}

/// BGR, 8 bits. Throws Error (data).
cv::Mat read_image(const std::filesystem::path& file, bool by_exif) {
  const std::vector<std::uint8_t> bytes = bytes_of(file);
  const auto bad = [&file](const std::string& what) { return data_error({file.string(), 0, {}}, what); };
  if (bytes.empty()) throw bad("the file is empty");
  if (is_cut_jpeg(bytes)) throw bad("the image breaks off before its end");
  cv::Mat image;
  try {
    image =
        cv::imdecode(bytes, by_exif ? cv::IMREAD_COLOR : cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
  } catch (const cv::Exception& e) {
    throw bad("the image cannot be decoded: " + e.err);
  }
  if (image.empty()) throw bad("the image cannot be decoded");
  return image;
}

bool same(const cv::Mat& a, const cv::Mat& b) {
  return a.size() == b.size() && cv::norm(a, b, cv::NORM_INF) == 0;
}

/// What reading by EXIF did to the picture as it is stored: OpenCV applies the orientation but does not tell.
void find_orientation(const cv::Mat& stored, const cv::Mat& upright, VideoInfo& info) {
  cv::Mat turned;
  for (const bool mirrored : {false, true}) {
    for (const int rotation : {0, 90, 180, 270}) {
      turn(stored, rotation, mirrored, turned);
      if (!same(turned, upright)) continue;
      info.rotation = rotation;
      info.mirrored = mirrored;
      return;
    }
  }
}

class ImageReader : public FrameReader {
 public:
  ImageReader(const std::filesystem::path& input, const FrameSourceOptions& options, bool with_color)
      : options_(options), with_color_(with_color), files_(images_of(input)) {
    if (files_.empty()) {
      throw data_error({input.string(), 0, {}}, "the folder holds no images (png, jpg, bmp, tif, webp, ppm)",
                       "name a video, an image, or a folder that holds images directly");
    }
    info_.codec = "images";
    info_.frame_rate = options.fps;
    info_.frames = static_cast<std::int64_t>(files_.size());
    read_first();
  }

  const VideoInfo& info() const override { return info_; }
  double tick() const override { return 0; }

  bool read(VideoFrame& frame) override {
    if (next_ == files_.size()) return false;
    const std::filesystem::path& file = files_[next_];
    frame.number = static_cast<std::int64_t>(next_) + 1;
    frame.timestamp = options_.fps > 0 ? static_cast<double>(next_) / options_.fps
                                       : std::numeric_limits<double>::quiet_NaN();
    frame.file = file.filename().string();
    make_writable(frame.gray);
    frame.color.release();
    try {
      cv::Mat color = upright(file);
      cv::cvtColor(color, frame.gray, cv::COLOR_BGR2GRAY);
      if (with_color_) frame.color = std::move(color);
    } catch (const Error&) {
      frame.gray.release();
      unreadable_.push_back(frame.file);
    }
    ++next_;
    return true;
  }

  std::string broken() const override {
    if (unreadable_.empty()) return {};
    constexpr std::size_t named = 5;
    std::string text = std::to_string(unreadable_.size()) + " of " + std::to_string(files_.size()) +
                       " images cannot be read: ";
    for (std::size_t i = 0; i < std::min(named, unreadable_.size()); ++i)
      text += (i == 0 ? "" : ", ") + unreadable_[i];
    return text + (unreadable_.size() > named ? " …" : "");
  }

 private:
  bool automatic() const { return options_.rotate == FrameSourceOptions::Rotate::automatic; }

  cv::Mat upright(const std::filesystem::path& file) const {
    cv::Mat image = read_image(file, automatic());
    const int rotation = degrees(options_.rotate);
    if (rotation == 0) return image;
    cv::Mat turned;
    turn(image, rotation, false, turned);
    return turned;
  }

  /// Size and orientation from the first image that can be read; throws what is wrong with the first one
  /// when none can.
  void read_first() {
    std::exception_ptr first_error;
    for (const auto& file : files_) {
      try {
        const cv::Mat image = upright(file);
        info_.width = image.cols;
        info_.height = image.rows;
        info_.rotation = degrees(options_.rotate);
        if (automatic()) find_orientation(read_image(file, false), image, info_);
        return;
      } catch (const Error&) {
        if (!first_error) first_error = std::current_exception();
      }
    }
    std::rethrow_exception(first_error);
  }

  FrameSourceOptions options_;
  bool with_color_;
  std::vector<std::filesystem::path> files_;
  std::size_t next_ = 0;
  std::vector<std::string> unreadable_;
  VideoInfo info_;
};

}  // namespace

std::unique_ptr<FrameReader> open_image_reader(const std::filesystem::path& input,
                                               const FrameSourceOptions& options, bool with_color) {
  return std::make_unique<ImageReader>(input, options, with_color);
}

}  // namespace facelex
