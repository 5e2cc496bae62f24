#include "facelex/video/overlay.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <opencv2/core.hpp>

#include "facelex/core/error.hpp"

namespace {

using namespace facelex;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

cv::Mat canvas(int width = 640, int height = 360) {
  return {height, width, CV_8UC3, cv::Scalar(60, 60, 60)};
}

/// The points on a circle around (x, y), where every contour has some length.
OverlayFace face_at(double x, double y, double size) {
  OverlayFace face;
  face.face_id = 1;
  face.success = true;
  face.confidence = 0.87;
  face.box = FaceBox{x, y, size};
  for (int i = 0; i < 68; ++i) {
    face.points(i, 0) = x + 0.4 * size * std::cos(0.37 * i);
    face.points(i, 1) = y + 0.4 * size * std::sin(0.37 * i);
  }
  return face;
}

cv::Mat drawn(const std::vector<OverlayFace>& faces, int width = 640, int height = 360,
              std::int64_t frame = 12, double time = 0.4) {
  cv::Mat picture = canvas(width, height);
  draw_overlay(picture, frame, time, faces);
  return picture;
}

int differences(const cv::Mat& a, const cv::Mat& b) {
  cv::Mat difference;
  cv::absdiff(a, b, difference);
  return cv::countNonZero(difference.reshape(1));
}

TEST(Overlay, EveryPointIsSeenWhereItIs) {
  const OverlayFace face = face_at(320, 180, 200);
  const cv::Mat picture = drawn({face});
  for (int i = 0; i < 68; ++i) {
    const auto pixel = picture.at<cv::Vec3b>(static_cast<int>(std::lround(face.points(i, 1))),
                                             static_cast<int>(std::lround(face.points(i, 0))));
    EXPECT_GT(pixel[0] + pixel[1] + pixel[2], 3 * 100) << i;
  }
  // What lies outside of the face, its label and the heading is left alone.
  EXPECT_EQ(differences(picture(cv::Rect(0, 290, 640, 70)), canvas()(cv::Rect(0, 290, 640, 70))), 0);
  EXPECT_EQ(differences(picture(cv::Rect(440, 0, 200, 360)), canvas()(cv::Rect(440, 0, 200, 360))), 0);
}

TEST(Overlay, EverythingGivenShows) {
  const OverlayFace face = face_at(320, 180, 200);
  const cv::Mat plain = drawn({face});
  EXPECT_EQ(differences(plain, drawn({face})), 0);
  const auto changes = [&](auto change) {
    OverlayFace other = face;
    change(other);
    return differences(plain, drawn({other}));
  };
  EXPECT_GT(changes([](OverlayFace& f) { f.confidence = 0.12; }), 0);
  EXPECT_GT(changes([](OverlayFace& f) { f.confidence = nan; }), 0);
  EXPECT_GT(changes([](OverlayFace& f) { f.box.reset(); }), 0);
  EXPECT_GT(changes([](OverlayFace& f) { f.points(30, 0) += 0.25; }), 0);
  EXPECT_GT(changes([](OverlayFace& f) { f.points(8, 1) = nan; }), 0);
  // Another track, another colour: much more than the digit changes.
  EXPECT_GT(changes([](OverlayFace& f) { f.face_id = 2; }), 1000);
  EXPECT_GT(differences(plain, drawn({face}, 640, 360, 13)), 0);
  EXPECT_GT(differences(plain, drawn({face}, 640, 360, 12, 0.41)), 0);
  EXPECT_GT(differences(drawn({}, 640, 360, 12, nan), drawn({})), 0);
}

TEST(Overlay, AFaceWithoutSuccessHasNoPoints) {
  OverlayFace lost = face_at(320, 180, 200), elsewhere = lost;
  lost.success = elsewhere.success = false;
  elsewhere.points.setConstant(nan);
  EXPECT_EQ(differences(drawn({lost}), drawn({elsewhere})), 0);
  EXPECT_GT(differences(drawn({lost}), drawn({})), 0);
}

TEST(Overlay, DrawsWhatLiesOutsideOfThePictureWithoutHarm) {
  for (const auto& [width, height] :
       {std::pair(640, 360), std::pair(16, 16), std::pair(1, 1), std::pair(37, 300)}) {
    for (const double x : {-1e9, -300.0, 0.0, 8.0, 1e9}) {
      for (const double size : {0.1, 30.0, 1e9}) {
        OverlayFace face = face_at(x, 8, size);
        face.face_id = -7;
        const cv::Mat picture = drawn({face}, width, height, 123456789, 1e9);
        EXPECT_EQ(picture.size(), cv::Size(width, height));
      }
    }
  }
}

TEST(Overlay, LinesGrowWithThePicture) {
  // The share of the picture that the drawing covers stays about the same from 540 rows to 2160.
  const auto share = [](int height) {
    const int width = height * 16 / 9;
    const cv::Mat picture = drawn({face_at(width / 2.0, height / 2.0, height / 2.0)}, width, height);
    return static_cast<double>(differences(picture, canvas(width, height))) / width / height;
  };
  EXPECT_NEAR(share(2160) / share(540), 1, 0.35);
}

TEST(Overlay, RefusesOtherPictures) {
  cv::Mat gray(10, 10, CV_8UC1), none;
  EXPECT_THROW(draw_overlay(gray, 1, 0, {}), Error);
  EXPECT_THROW(draw_overlay(none, 1, 0, {}), Error);
}

}  // namespace
