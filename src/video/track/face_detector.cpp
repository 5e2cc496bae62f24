#include "facelex/video/track/face_detector.hpp"

#include <dlib/image_processing/frontal_face_detector.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace facelex {
namespace {

constexpr double region_sides = 1.7;
constexpr double region_face = 100;  // pixels: 1.25 windows

/// A grey picture as dlib wants to see it, without a copy. (dlib/opencv.h would do, but includes OpenCV 1.)
struct GrayView {
  using pixel_type = unsigned char;
  const cv::Mat* image;
};

}  // namespace
}  // namespace facelex

namespace dlib {

template <>
struct image_traits<facelex::GrayView> {
  using pixel_type = unsigned char;
};

}  // namespace dlib

namespace facelex {
namespace {

long num_rows(const GrayView& view) {
  return view.image->rows;
}
long num_columns(const GrayView& view) {
  return view.image->cols;
}
const void* image_data(const GrayView& view) {
  return view.image->data;
}
long width_step(const GrayView& view) {
  return static_cast<long>(view.image->step);
}

}  // namespace

struct FaceDetector::State {
  dlib::frontal_face_detector detector = dlib::get_frontal_face_detector();
  cv::Mat scaled;
  std::vector<dlib::rect_detection> found;

  /// Detections in `part` (at part_x, part_y of the picture) scaled to the given size.
  std::vector<FaceDetection> detect(const cv::Mat& part, double part_x, double part_y, cv::Size size,
                                    double min_score) {
    if (part.size() == size)
      scaled = part;
    else
      cv::resize(part, scaled, size, 0, 0, size.width < part.cols ? cv::INTER_AREA : cv::INTER_LINEAR);
    detector(GrayView{&scaled}, found, min_score);
    const double sx = static_cast<double>(part.cols) / size.width;
    const double sy = static_cast<double>(part.rows) / size.height;
    std::vector<FaceDetection> faces;
    for (const auto& one : found) {
      const dlib::rectangle& r = one.rect;
      // Pixel centres are at whole numbers, so a picture's edge is at −0.5; dlib's sides count from the first
      // to the last pixel's centre.
      const double side =
          (static_cast<double>(r.width()) * sx + static_cast<double>(r.height()) * sy) / 2 - 1;
      faces.push_back({{(static_cast<double>(r.left() + r.right()) / 2 + 0.5) * sx - 0.5 + part_x,
                        (static_cast<double>(r.top() + r.bottom()) / 2 + 0.5) * sy - 0.5 + part_y, side},
                       one.detection_confidence});
    }
    std::stable_sort(faces.begin(), faces.end(),
                     [](const FaceDetection& a, const FaceDetection& b) { return a.score > b.score; });
    scaled.release();
    return faces;
  }
};

FaceDetector::FaceDetector() : state_(std::make_unique<State>()) {}
FaceDetector::~FaceDetector() = default;
FaceDetector::FaceDetector(const FaceDetector& other) : state_(std::make_unique<State>(*other.state_)) {}
FaceDetector& FaceDetector::operator=(const FaceDetector& other) {
  if (this != &other) state_ = std::make_unique<State>(*other.state_);
  return *this;
}
FaceDetector::FaceDetector(FaceDetector&&) noexcept = default;
FaceDetector& FaceDetector::operator=(FaceDetector&&) noexcept = default;

std::vector<FaceDetection> FaceDetector::search(const cv::Mat& gray, int rows, double min_score) {
  const double scale = static_cast<double>(rows) / gray.rows;
  const cv::Size size(std::max(1, static_cast<int>(std::lround(gray.cols * scale))), rows);
  return state_->detect(gray, 0, 0, size, min_score);
}

std::vector<FaceDetection> FaceDetector::check(const cv::Mat& gray, const FaceBox& around, int phase,
                                               double min_score) {
  // A cell of the gradients' histograms is 8 pixels of the scaled picture, and a level of the pyramid 5/6.
  constexpr std::array<std::array<double, 3>, 4> phases = {
      {{0, 0, 1}, {4, 4, 1.095}, {4, 0, 1.045}, {0, 4, 0.955}}};
  const auto& [shift_x, shift_y, factor] = phases[static_cast<std::size_t>(phase) % phases.size()];
  const double scale = region_face * factor / around.size;
  const double half = region_sides / 2 * around.size;
  const auto pixel = [](double value, int end) {
    return static_cast<int>(std::lround(std::clamp(value, 0.0, static_cast<double>(end))));
  };
  const int left = pixel(around.center_x - half - shift_x / scale, gray.cols);
  const int top = pixel(around.center_y - half - shift_y / scale, gray.rows);
  const int right = pixel(around.center_x + half, gray.cols),
            bottom = pixel(around.center_y + half, gray.rows);
  const cv::Size size(static_cast<int>(std::lround((right - left) * scale)),
                      static_cast<int>(std::lround((bottom - top) * scale)));
  if (right <= left || bottom <= top || size.width < 16 || size.height < 16) return {};
  return state_->detect(gray(cv::Rect(left, top, right - left, bottom - top)), left, top, size, min_score);
}

}  // namespace facelex
