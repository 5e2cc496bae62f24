// Against dlib itself, on the model that Debian's libdlib-data installs.
#include <dlib/image_processing.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "facelex/core/random.hpp"
#include "facelex/video/track/landmark_model.hpp"
#include "video/drawn_face.hpp"

namespace facelex {
namespace {

const char* const model_file = "/usr/share/dlib/shape_predictor_68_face_landmarks.dat";

TEST(LandmarkModelDlib, GivesDlibsPointsOnDrawnFaces) {
  if (!std::filesystem::exists(model_file)) GTEST_SKIP() << "needs Debian's libdlib-data";
  const LandmarkModel ours = LandmarkModel::load(model_file);
  dlib::shape_predictor theirs;
  dlib::deserialize(model_file) >> theirs;
  Random random(1);
  int equal = 0, all = 0;
  for (int i = 0; i < 20; ++i) {
    cv::Mat gray = empty_picture(320, 240);
    draw_face(gray, random.uniform(100, 220), random.uniform(80, 160), random.uniform(50, 200));
    cv::Mat noise(gray.size(), CV_8UC1);
    for (auto it = noise.begin<unsigned char>(); it != noise.end<unsigned char>(); ++it)
      *it = static_cast<unsigned char>(random.below(9));
    gray += noise;
    dlib::array2d<unsigned char> image(gray.rows, gray.cols);
    for (int y = 0; y < gray.rows; ++y)
      for (int x = 0; x < gray.cols; ++x) image[y][x] = gray.at<unsigned char>(y, x);
    const long left = 60 + static_cast<long>(random.below(80)),
               top = 20 + static_cast<long>(random.below(60));
    const long side = 60 + static_cast<long>(random.below(120));
    const auto shape = theirs(image, dlib::rectangle(left, top, left + side, top + side));
    const FaceBox box{static_cast<double>(left) + static_cast<double>(side) / 2,
                      static_cast<double>(top) + static_cast<double>(side) / 2, static_cast<double>(side)};
    Landmarks68 points;
    ours.locate(gray, {&box, 1}, {&points, 1}, LandmarkModel::Sampling::nearest);
    for (unsigned long p = 0; p < 68; ++p) {
      const auto k = static_cast<Eigen::Index>(p);
      ++all;
      equal += std::lround(std::floor(points(k, 0) + 0.5)) == shape.part(p).x() &&
               std::lround(std::floor(points(k, 1) + 0.5)) == shape.part(p).y();
    }
  }
  // dlib finds the similarity by an SVD: its last digit may move one pixel in a hundred thousand.
  EXPECT_GE(equal, all * 99 / 100) << equal << " of " << all;
}

}  // namespace
}  // namespace facelex
