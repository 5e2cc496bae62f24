#include "facelex/video/overlay.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

#include "facelex/core/error.hpp"

namespace facelex {
namespace {

/// Runs of consecutive iBUG points that form a line; closed ones return to their first point.
struct Contour {
  int first, last;
  bool closed;
};
constexpr std::array<Contour, 9> contours = {{{0, 16, false},    // jaw
                                              {17, 21, false},   // image-left brow
                                              {22, 26, false},   // image-right brow
                                              {27, 30, false},   // bridge of the nose
                                              {31, 35, false},   // base of the nose
                                              {36, 41, true},    // image-left eye
                                              {42, 47, true},    // image-right eye
                                              {48, 59, true},    // outer lip
                                              {60, 67, true}}};  // inner lip

/// OpenCV draws at sub-pixel places when coordinates come as fixed-point numbers.
constexpr int shift = 4;

cv::Point fixed_point(double x, double y) {
  // Far outside of any picture is as good as the place itself, and fits an int.
  const auto fixed = [](double value) {
    return static_cast<int>(std::lround(std::clamp(value, -1e5, 1e5) * (1 << shift)));
  };
  return {fixed(x), fixed(y)};
}

cv::Scalar color_of(const OverlayFace& face) {
  static const std::array<cv::Scalar, 6> colors = {cv::Scalar(90, 230, 90),  cv::Scalar(60, 190, 255),
                                                   cv::Scalar(255, 190, 80), cv::Scalar(220, 120, 250),
                                                   cv::Scalar(230, 230, 70), cv::Scalar(110, 130, 255)};
  if (!face.success) return {170, 170, 170};
  const auto count = static_cast<std::int64_t>(colors.size());
  return colors[static_cast<std::size_t>(((face.face_id % count) + count) % count)];
}

class Pen {
 public:
  explicit Pen(cv::Mat& picture) : picture_(picture), unit_(std::min(picture.cols, picture.rows) / 540.0) {}

  int thickness() const { return std::max(1, static_cast<int>(std::lround(unit_))); }
  double text_height() const { return 20 * font_scale(); }

  /// Text whose lower left corner is (x, y), on a dark ground that makes it readable over any picture.
  void text(const std::string& text, double x, double y, const cv::Scalar& color) {
    const int stroke = std::max(1, static_cast<int>(std::lround(1.6 * font_scale())));
    int below = 0;
    const cv::Size size = cv::getTextSize(text, font, font_scale(), stroke, &below);
    const int margin = std::max(2, below / 2);
    const int left =
        std::clamp(static_cast<int>(std::lround(x)), 0, std::max(0, picture_.cols - size.width - 2 * margin));
    const int bottom = std::clamp(static_cast<int>(std::lround(y)), size.height + below + margin,
                                  std::max(picture_.rows, size.height + below + margin));
    const cv::Rect ground = cv::Rect(left, bottom - size.height - below - margin, size.width + 2 * margin,
                                     size.height + below + margin) &
                            cv::Rect(0, 0, picture_.cols, picture_.rows);
    if (ground.empty()) return;
    cv::Mat under = picture_(ground);
    under.convertTo(under, -1, 0.35);
    cv::putText(picture_, text, {left + margin, bottom - below}, font, font_scale(), color, stroke,
                cv::LINE_AA);
  }

  void box(const FaceBox& box, const cv::Scalar& color) {
    const double half = box.size / 2;
    cv::rectangle(picture_, fixed_point(box.center_x - half, box.center_y - half),
                  fixed_point(box.center_x + half, box.center_y + half), color, thickness(), cv::LINE_AA,
                  shift);
  }

  void contour(const Landmarks68& points, const Contour& contour, const cv::Scalar& color) {
    for (int i = contour.first; i <= contour.last; ++i) {
      const int next = i < contour.last ? i + 1 : contour.first;
      if (i == contour.last && !contour.closed) break;
      if (!points.row(i).allFinite() || !points.row(next).allFinite()) continue;
      cv::line(picture_, fixed_point(points(i, 0), points(i, 1)),
               fixed_point(points(next, 0), points(next, 1)), color, thickness(), cv::LINE_AA, shift);
    }
  }

  void point(double x, double y, double radius, const cv::Scalar& color) {
    if (!std::isfinite(x) || !std::isfinite(y)) return;
    cv::circle(picture_, fixed_point(x, y), static_cast<int>(std::lround(radius * (1 << shift))), color,
               cv::FILLED, cv::LINE_AA, shift);
  }

  double unit() const { return unit_; }

 private:
  static constexpr int font = cv::FONT_HERSHEY_SIMPLEX;

  double font_scale() const { return std::max(0.4, 0.55 * unit_); }

  cv::Mat& picture_;
  double unit_;  // 1 for 540 rows
};

/// Width of what the points cover, in pixels; 0 when there are none.
double width_of(const Landmarks68& points) {
  double low = INFINITY, high = -INFINITY;
  for (Eigen::Index i = 0; i < points.rows(); ++i) {
    if (!points.row(i).allFinite()) continue;
    low = std::min(low, points(i, 0));
    high = std::max(high, points(i, 0));
  }
  return high > low ? high - low : 0;
}

std::string fixed_text(const char* format, double value) {
  std::array<char, 48> text;
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

void draw_face(Pen& pen, const OverlayFace& face) {
  const cv::Scalar color = color_of(face);
  if (face.box) pen.box(*face.box, color);
  if (face.success) {
    for (const Contour& contour : contours) pen.contour(face.points, contour, color);
    // Large points would hide a small face.
    const double radius = std::clamp(0.006 * width_of(face.points), 0.5, 2.0 * std::max(1.0, pen.unit()));
    for (Eigen::Index i = 0; i < face.points.rows(); ++i)
      pen.point(face.points(i, 0), face.points(i, 1), radius, {255, 255, 255});
  }
  if (!face.box) return;
  std::string label = "#" + std::to_string(face.face_id);
  if (std::isfinite(face.confidence)) label += fixed_text("  %.2f", face.confidence);
  if (!face.success) label += "  not used";
  const double half = face.box->size / 2;
  const double above = face.box->center_y - half - pen.thickness();
  // A face at the upper edge has its label below.
  const bool fits = above > 2.5 * pen.text_height();
  pen.text(label, face.box->center_x - half,
           fits ? above : face.box->center_y + half + 1.7 * pen.text_height(), color);
}

}  // namespace

void draw_overlay(cv::Mat& bgr, std::int64_t frame, double timestamp, std::span<const OverlayFace> faces) {
  if (bgr.empty() || bgr.type() != CV_8UC3)
    throw usage_error("an overlay is drawn on 8-bit BGR pictures only; convert the picture first");
  Pen pen(bgr);
  for (const OverlayFace& face : faces) draw_face(pen, face);
  std::string text = "frame " + std::to_string(frame);
  if (std::isfinite(timestamp)) text += fixed_text("   %.3f s", timestamp);
  pen.text(text, 0, 0, {255, 255, 255});
}

}  // namespace facelex
