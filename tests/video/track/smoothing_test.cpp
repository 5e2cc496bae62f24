#include "video/track/smoothing.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "facelex/core/random.hpp"

namespace facelex {
namespace {

std::vector<FrameRows> smoothed(int window, const std::vector<FrameRows>& frames) {
  std::vector<FrameRows> out;
  ShapeSmoother smoother(window, [&](FrameRows&& rows) { out.push_back(std::move(rows)); });
  for (FrameRows rows : frames) smoother.add(std::move(rows));
  smoother.finish();
  return out;
}

template <class Value>
std::vector<FrameRows> frames_of(int count, Value value) {
  std::vector<FrameRows> frames;
  for (int t = 0; t < count; ++t) {
    FrameRows rows;
    rows.number = t + 1;
    FaceRow face;
    face.face_id = 3;
    face.success = true;
    face.landmarks = Landmarks68::Constant(value(t));
    rows.faces.push_back(face);
    frames.push_back(rows);
  }
  return frames;
}

double first(const FrameRows& rows) {
  return rows.faces[0].landmarks(0, 0);
}

TEST(ShapeSmoother, WithoutWindowRowsPassAsTheyAre) {
  Random random(1);
  const auto frames = frames_of(9, [&](int) { return random.normal(); });
  const auto out = smoothed(0, frames);
  ASSERT_EQ(out.size(), 9U);
  for (std::size_t i = 0; i < 9; ++i) EXPECT_EQ(first(out[i]), first(frames[i]));
}

TEST(ShapeSmoother, ParabolasStayWithoutLagToTheEnds) {
  const auto value = [](int t) { return 3 + 0.7 * t - 0.05 * t * t; };
  for (const int count : {1, 2, 3, 4, 7, 40}) {
    const auto out = smoothed(9, frames_of(count, value));
    ASSERT_EQ(out.size(), static_cast<std::size_t>(count));
    for (int t = 0; t < count; ++t) {
      EXPECT_EQ(out[static_cast<std::size_t>(t)].number, t + 1);
      EXPECT_NEAR(first(out[static_cast<std::size_t>(t)]), value(t), 1e-9);
    }
  }
}

TEST(ShapeSmoother, NoiseIsLessByTheFiltersGain) {
  // Savitzky and Golay's weights for five points, second degree: (−3, 12, 17, 12, −3) / 35.
  const auto out = smoothed(5, frames_of(21, [](int t) { return t == 10 ? 35.0 : 0.0; }));
  const double expected[] = {-3, 12, 17, 12, -3};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(first(out[8 + i]), expected[i], 1e-9);
  EXPECT_NEAR(first(out[7]), 0, 1e-12);
}

TEST(ShapeSmoother, DoesNotReachAcrossABreakOrAnotherFace) {
  auto frames = frames_of(20, [](int t) { return t < 10 ? 1.0 : 100.0; });
  for (int t = 10; t < 20; ++t) frames[static_cast<std::size_t>(t)].faces[0].face_id = 4;
  for (const auto& rows : smoothed(9, frames))
    EXPECT_NEAR(first(rows), rows.number <= 10 ? 1.0 : 100.0, 1e-9);
  auto gap = frames_of(20, [](int t) { return t < 10 ? 1.0 : t == 10 ? 5000.0 : 100.0; });
  gap[10].faces[0].success = false;
  for (const auto& rows : smoothed(9, gap))
    EXPECT_NEAR(first(rows), rows.number <= 10 ? 1.0 : rows.number == 11 ? 5000.0 : 100.0, 1e-9);
}

}  // namespace
}  // namespace facelex
