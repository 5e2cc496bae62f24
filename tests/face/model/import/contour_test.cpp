#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <set>

#include "facelex/face/model/import/model.hpp"
#include "io/test_files.hpp"

namespace {

using namespace facelex;
using namespace facelex::test;

constexpr double pi = std::numbers::pi;

/// The front three quarters of an ellipsoid as large as a head, its rows of vertices `step` radians apart,
/// with a jaw line and the points of the nose at the vertices nearest to them.
class HeadOfAnEllipsoid {
 public:
  explicit HeadOfAnEllipsoid(double step) {
    const int columns = static_cast<int>(1.5 * pi / step), rows = static_cast<int>(0.8 * pi / step);
    model_.mean.resize(columns * rows, 3);
    for (int r = 0; r < rows; ++r)
      for (int c = 0; c < columns; ++c)
        model_.mean.row(r * columns + c) =
            point(-0.75 * pi + 1.5 * pi * c / (columns - 1), -0.4 * pi + 0.8 * pi * r / (rows - 1))
                .cast<float>();
    model_.triangles.resize(2 * (columns - 1) * (rows - 1), 3);
    for (int r = 0, t = 0; r + 1 < rows; ++r)
      for (int c = 0; c + 1 < columns; ++c) {
        const int corner = r * columns + c;
        model_.triangles.row(t++) << corner, corner + 1, corner + columns + 1;
        model_.triangles.row(t++) << corner, corner + columns + 1, corner + columns;
      }
    model_.landmarks.fill(-1);
    for (int jaw = 0; jaw < 17; ++jaw) {
      const double side = (jaw - 8) / 8.0;
      place(static_cast<std::size_t>(jaw), point(0.5 * pi * side, 0.3 * pi * (1 - side * side)));
    }
    for (std::size_t nose = 27; nose < 36; ++nose) place(nose, point(0, 0));
  }
  const MorphableModel& model() const { return model_; }
  MorphableModel& model() { return model_; }

 private:
  static Eigen::RowVector3d point(double azimuth, double down) {
    return {75 * std::sin(azimuth) * std::cos(down), 110 * std::sin(down),
            -95 * std::cos(azimuth) * std::cos(down)};
  }
  void place(std::size_t landmark, const Eigen::RowVector3d& at) {
    (model_.mean.cast<double>().rowwise() - at).rowwise().squaredNorm().minCoeff(&model_.landmarks[landmark]);
  }
  MorphableModel model_;
};

float length_of(const MorphableModel& model, const std::vector<std::int32_t>& line) {
  float length = 0;
  for (std::size_t i = 1; i < line.size(); ++i)
    length += (model.mean.row(line[i]) - model.mean.row(line[i - 1])).norm();
  return length;
}

TEST(JawContour, LinesRunOverTheCheekTowardsTheNose) {
  for (const double step : {0.012, 0.03, 0.045}) {  // edges of about 1, 2.7 and 4 mm
    const MorphableModel model = HeadOfAnEllipsoid(step).model();
    const auto contour = jaw_contour(model);
    for (std::size_t point = 0; point < contour.size(); ++point) {
      const auto& line = contour[point];
      ASSERT_GE(line.size(), 5U) << point;
      EXPECT_LE(line.size(), 10U);
      EXPECT_EQ(line[0], model.landmarks[point]);
      EXPECT_EQ(std::set<std::int32_t>(line.begin(), line.end()).size(), line.size());
      EXPECT_GT(length_of(model, line), 17) << point;
      EXPECT_LE(length_of(model, line), 25.001F) << point;
      const Eigen::RowVector3f nose = model.mean.row(model.landmarks[30]);
      EXPECT_LT((model.mean.row(line.back()) - nose).norm(), (model.mean.row(line[0]) - nose).norm() - 8);
    }
  }
}

TEST(JawContour, HoldsTheOutlineOfATurnedHead) {
  const MorphableModel model = HeadOfAnEllipsoid(0.03).model();
  const auto contour = jaw_contour(model);
  for (const double yaw : {0.1, 0.18, 0.25}) {
    const auto across = [&](std::int32_t vertex) {  // in the picture, the nose turned to image-left
      return std::cos(yaw) * model.mean(vertex, 0) + std::sin(yaw) * model.mean(vertex, 2);
    };
    for (const std::size_t point : {0, 1}) {  // the far side, image-left
      const float height = model.mean(model.landmarks[point], 1);
      double outline = 0, line = 0;
      for (std::int32_t vertex = 0; vertex < model.vertex_count(); ++vertex)
        if (std::abs(model.mean(vertex, 1) - height) < 4) outline = std::min(outline, across(vertex));
      for (const std::int32_t vertex : contour[point]) line = std::min(line, across(vertex));
      EXPECT_LT(line, outline + 2.5) << "point " << point << " at " << yaw;
      if (point == 0) {
        EXPECT_LT(line, across(model.landmarks[0])) << "the point itself is no longer on the outline";
      }
    }
  }
}

TEST(JawContour, OnlyWhereThereIsAJaw) {
  HeadOfAnEllipsoid head(0.045);
  head.model().landmarks[3] = -1;
  const auto some = jaw_contour(head.model());
  EXPECT_TRUE(some[3].empty());
  EXPECT_FALSE(some[2].empty());
  for (std::size_t point = 17; point < 68; ++point) head.model().landmarks[point] = -1;
  for (const auto& line : jaw_contour(head.model())) EXPECT_TRUE(line.empty());
}

TEST(JawContour, OfIctFaceKit) {
  const auto file = shared_data("models/ict_facekit_light.safetensors");
  if (!file) GTEST_SKIP() << "set FACELEX_SHARED_DATA to the folder of real data";
  const MorphableModel model = import_model(*file);
  for (std::size_t point = 0; point < model.contour.size(); ++point) {
    const auto& line = model.contour[point];
    EXPECT_GE(line.size(), 6U) << point;
    EXPECT_GT(length_of(model, line), 17) << point;
    // Both sides alike: the mesh is nearly symmetric.
    EXPECT_NEAR(length_of(model, line), length_of(model, model.contour[16 - point]), 3) << point;
  }
}

}  // namespace
