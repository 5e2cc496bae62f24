#pragma once

#include <cmath>
#include <functional>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <string>
#include <utility>
#include <vector>

#include "facelex/video/source/frame_source.hpp"

namespace facelex {

/// A face that the detector takes for one (score about 1.7), drawn with its middle at (x, y), `width` pixels
/// wide. Flat shapes blurred a little, since a camera has no hard edges.
inline void draw_face(cv::Mat& gray, double x, double y, double width) {
  constexpr int shift = 4;
  const double unit = width / 200;
  const auto at = [&](double dx, double dy) {
    return cv::Point(static_cast<int>(std::lround((x + dx * unit) * (1 << shift))),
                     static_cast<int>(std::lround((y + dy * unit) * (1 << shift))));
  };
  const auto size = [&](double w, double h) {
    return cv::Size(static_cast<int>(std::lround(w * unit * (1 << shift))),
                    static_cast<int>(std::lround(h * unit * (1 << shift))));
  };
  const auto ellipse = [&](double dx, double dy, double w, double h, int value, int thickness = -1,
                           double from = 0, double to = 360) {
    cv::ellipse(gray, at(dx, dy), size(w, h), 0, from, to, cv::Scalar(value), thickness, cv::LINE_AA, shift);
  };
  const int line = std::max(1, static_cast<int>(std::lround(5 * unit)));
  ellipse(0, 0, 100, 130, 190);
  for (const double side : {-1.0, 1.0}) {
    ellipse(side * 40, -30, 20, 9, 245);
    ellipse(side * 40, -30, 8, 8, 30);
    ellipse(side * 40, -30, 20, 9, 80, std::max(1, line / 2));
    ellipse(side * 40, -45, 26, 14, 60, line, 200, 340);
  }
  ellipse(0, 15, 8, 25, 165);
  ellipse(-9, 34, 5, 3, 90);
  ellipse(9, 34, 5, 3, 90);
  ellipse(0, 65, 34, 11, 100);
  ellipse(0, 64, 30, 2, 50);
}

/// A picture without a face: a smooth gradient.
inline cv::Mat empty_picture(int width, int height) {
  cv::Mat gray(height, width, CV_8UC1);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      gray.at<unsigned char>(y, x) = static_cast<unsigned char>(80 + 40 * x / width + 20 * y / height);
  return gray;
}

/// Frames made by a function of the 1-based frame number.
class DrawnFrames : public FrameSource {
 public:
  DrawnFrames(std::int64_t frames, std::function<cv::Mat(std::int64_t)> draw, std::string broken = {},
              bool with_color = false)
      : frames_(frames), draw_(std::move(draw)), broken_(std::move(broken)), with_color_(with_color) {
    const cv::Mat first = draw_(1);
    info_.width = first.cols;
    info_.height = first.rows;
    info_.codec = "drawn";
    info_.frame_rate = 25;
    info_.frames = frames;
  }

  const VideoInfo& info() const override { return info_; }
  bool next(VideoFrame& frame) override {
    if (number_ == frames_) return false;
    frame.number = ++number_;
    frame.timestamp = static_cast<double>(number_ - 1) / 25;
    frame.gray = draw_(number_);
    cv::GaussianBlur(frame.gray, frame.gray, cv::Size(3, 3), 0.8);
    if (with_color_) cv::cvtColor(frame.gray, frame.color, cv::COLOR_GRAY2BGR);
    return true;
  }
  std::string broken() const override { return number_ == frames_ ? broken_ : std::string(); }
  bool variable_frame_rate() const override { return false; }

 private:
  std::int64_t frames_, number_ = 0;
  std::function<cv::Mat(std::int64_t)> draw_;
  std::string broken_;
  bool with_color_;
  VideoInfo info_;
};

}  // namespace facelex
