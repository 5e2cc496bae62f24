#include "facelex/video/track/landmark_model.hpp"

#include <gtest/gtest.h>

#include <Eigen/LU>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "facelex/core/error.hpp"
#include "facelex/core/random.hpp"

namespace facelex {
namespace {

constexpr int points = 68;

/// A small random cascade, as written to a file and as a naive program evaluates it.
struct SmallForest {
  struct Tree {
    std::vector<std::uint64_t> first, second;
    std::vector<float> threshold;
    std::vector<std::vector<float>> leaves;
  };
  struct Level {
    std::vector<Tree> trees;
    std::vector<std::uint64_t> anchors;
    std::vector<float> offsets;
  };
  std::vector<float> mean;
  std::vector<Level> levels;

  SmallForest(std::uint64_t seed, int depth) {
    Random random(seed);
    const auto number = [&](double scale) { return static_cast<float>(scale * random.normal()); };
    for (int i = 0; i < points; ++i) {
      mean.push_back(static_cast<float>(random.uniform(0.1, 0.9)));
      mean.push_back(static_cast<float>(random.uniform(0.1, 0.9)));
    }
    const int leaves = 1 << depth;
    const std::uint64_t features = 30;
    for (int l = 0; l < 4; ++l) {
      Level level;
      for (int t = 0; t < 13; ++t) {
        Tree tree;
        for (int i = 0; i + 1 < leaves; ++i) {
          tree.first.push_back(random.below(features));
          tree.second.push_back(random.below(features));
          tree.threshold.push_back(number(30));
        }
        for (int i = 0; i < leaves; ++i) {
          tree.leaves.emplace_back();
          for (int v = 0; v < 2 * points; ++v) tree.leaves.back().push_back(number(0.004));
        }
        level.trees.push_back(tree);
      }
      for (std::uint64_t i = 0; i < features; ++i) {
        level.anchors.push_back(random.below(points));
        level.offsets.push_back(number(0.1));
        level.offsets.push_back(number(0.1));
      }
      levels.push_back(level);
    }
  }

  /// dlib's portable serialisation, written from its description.
  std::vector<unsigned char> bytes() const {
    std::vector<unsigned char> out;
    const auto integer = [&](std::int64_t value) {
      std::uint64_t magnitude =
          value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
      std::vector<unsigned char> digits;
      for (; magnitude > 0; magnitude >>= 8) digits.push_back(static_cast<unsigned char>(magnitude & 255));
      if (digits.empty()) digits.push_back(0);
      out.push_back(static_cast<unsigned char>(digits.size() | (value < 0 ? 128U : 0U)));
      out.insert(out.end(), digits.begin(), digits.end());
    };
    const auto number = [&](float value) {
      int exponent = 0;
      const float fraction = std::frexp(value, &exponent);
      integer(static_cast<std::int64_t>(fraction * (1 << 24)));
      integer(exponent - 24);
    };
    const auto column = [&](const std::vector<float>& values) {
      integer(-static_cast<std::int64_t>(values.size()));
      integer(-1);
      for (const float value : values) number(value);
    };
    const auto size = [&](std::size_t n) { integer(static_cast<std::int64_t>(n)); };
    integer(1);
    column(mean);
    size(levels.size());
    for (const Level& level : levels) {
      size(level.trees.size());
      for (const Tree& tree : level.trees) {
        size(tree.first.size());
        for (std::size_t i = 0; i < tree.first.size(); ++i) {
          integer(static_cast<std::int64_t>(tree.first[i]));
          integer(static_cast<std::int64_t>(tree.second[i]));
          number(tree.threshold[i]);
        }
        size(tree.leaves.size());
        for (const auto& leaf : tree.leaves) column(leaf);
      }
    }
    size(levels.size());
    for (const Level& level : levels) {
      size(level.anchors.size());
      for (const auto anchor : level.anchors) integer(static_cast<std::int64_t>(anchor));
    }
    size(levels.size());
    for (const Level& level : levels) {
      size(level.anchors.size());
      for (const float offset : level.offsets) number(offset);
    }
    return out;
  }

  /// Kazemi & Sullivan's cascade as the paper says it, a step after another.
  Landmarks68 evaluate(const cv::Mat& gray, const FaceBox& box) const {
    std::vector<float> shape = mean;
    for (const Level& level : levels) {
      Eigen::Matrix<double, points, 2> from, to;
      for (int i = 0; i < points; ++i) {
        const auto k = static_cast<std::size_t>(2 * i);
        from.row(i) << mean[k], mean[k + 1];
        to.row(i) << shape[k], shape[k + 1];
      }
      from.rowwise() -= from.colwise().mean().eval();
      to.rowwise() -= to.colwise().mean().eval();
      // The least-squares similarity as a linear system in (a, b).
      Eigen::Matrix<double, 2 * points, 2> system;
      Eigen::Matrix<double, 2 * points, 1> target;
      for (int i = 0; i < points; ++i) {
        system.row(2 * i) << from(i, 0), -from(i, 1);
        system.row(2 * i + 1) << from(i, 1), from(i, 0);
        target[2 * i] = to(i, 0);
        target[2 * i + 1] = to(i, 1);
      }
      const Eigen::Vector2d z = (system.transpose() * system).inverse() * (system.transpose() * target);
      std::vector<float> pixels;
      for (std::size_t f = 0; f < level.anchors.size(); ++f) {
        const float a = static_cast<float>(z[0]), b = static_cast<float>(z[1]);
        const float u = a * level.offsets[2 * f] - b * level.offsets[2 * f + 1] + shape[2 * level.anchors[f]];
        const float v =
            b * level.offsets[2 * f] + a * level.offsets[2 * f + 1] + shape[2 * level.anchors[f] + 1];
        const double x = std::floor(box.center_x - box.size / 2 + box.size * static_cast<double>(u) + 0.5);
        const double y = std::floor(box.center_y - box.size / 2 + box.size * static_cast<double>(v) + 0.5);
        const bool inside = x >= 0 && y >= 0 && x < gray.cols && y < gray.rows;
        pixels.push_back(inside ? gray.at<unsigned char>(static_cast<int>(y), static_cast<int>(x)) : 0.0F);
      }
      for (const Tree& tree : level.trees) {
        std::size_t node = 0;
        while (node < tree.first.size())
          node = pixels[tree.first[node]] - pixels[tree.second[node]] > tree.threshold[node] ? 2 * node + 1
                                                                                             : 2 * node + 2;
        const auto& leaf = tree.leaves[node - tree.first.size()];
        for (std::size_t v = 0; v < shape.size(); ++v) shape[v] += leaf[v];
      }
    }
    Landmarks68 landmarks;
    for (int i = 0; i < points; ++i)
      landmarks.row(i) << box.center_x +
                              box.size * (static_cast<double>(shape[static_cast<std::size_t>(2 * i)]) - 0.5),
          box.center_y + box.size * (static_cast<double>(shape[static_cast<std::size_t>(2 * i) + 1]) - 0.5);
    return landmarks;
  }
};

cv::Mat random_picture(Random& random, int width, int height) {
  cv::Mat gray(height, width, CV_8UC1);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      gray.at<unsigned char>(y, x) = static_cast<unsigned char>(random.below(256));
  return gray;
}

Landmarks68 located(const LandmarkModel& model, const cv::Mat& gray, const FaceBox& box,
                    LandmarkModel::Sampling sampling) {
  Landmarks68 out;
  model.locate(gray, {&box, 1}, {&out, 1}, sampling);
  return out;
}

TEST(LandmarkModel, GivesTheNaiveCascadesPointsOverSeedsDepthsAndBoxesThatReachOutside) {
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    const SmallForest forest(seed, 1 + static_cast<int>(seed % 5));
    const auto bytes = forest.bytes();
    const auto model = LandmarkModel::parse(bytes, "small.dat");
    Random random(seed + 100);
    const cv::Mat gray = random_picture(random, 60, 50);
    const FaceBox box{random.uniform(5, 55), random.uniform(5, 45), random.uniform(10, 70)};
    const Landmarks68 ours = located(model, gray, box, LandmarkModel::Sampling::nearest);
    EXPECT_LT((ours - forest.evaluate(gray, box)).cwiseAbs().maxCoeff(), 1e-4) << "seed " << seed;
  }
}

TEST(LandmarkModel, SeveralStartsGiveWhatEachGivesAlone) {
  const SmallForest forest(7, 4);
  const auto model = LandmarkModel::parse(forest.bytes(), "small.dat");
  Random random(3);
  const cv::Mat gray = random_picture(random, 80, 80);
  std::vector<FaceBox> boxes;
  for (int i = 0; i < 6; ++i)
    boxes.push_back({random.uniform(20, 60), random.uniform(20, 60), random.uniform(20, 60)});
  std::vector<Landmarks68> together(boxes.size());
  model.locate(gray, boxes, together);
  for (std::size_t i = 0; i < boxes.size(); ++i)
    EXPECT_EQ(together[i], located(model, gray, boxes[i], LandmarkModel::Sampling::bilinear)) << i;
}

TEST(LandmarkModel, BilinearSamplingIsNearestOnAPictureOfLargePlainSquares) {
  // Where the four pixels around are alike there is nothing to be interpolated.
  const SmallForest forest(11, 3);
  const auto model = LandmarkModel::parse(forest.bytes(), "small.dat");
  const cv::Mat gray(100, 100, CV_8UC1, cv::Scalar(77));
  const FaceBox box{50, 50, 40};
  EXPECT_EQ(located(model, gray, box, LandmarkModel::Sampling::bilinear),
            located(model, gray, box, LandmarkModel::Sampling::nearest));
}

TEST(LandmarkModel, ReadsBetweenPixelsAndIsBlackOutside) {
  // One split: left when pixel 0 − pixel 1 > 9.5, feature 1 far outside. The ramp's value at the feature is
  // 4·x, so the left leaf is taken from x = 2.4 on, between two pixels.
  SmallForest forest(1, 1);
  forest.levels.resize(1);
  auto& level = forest.levels[0];
  level.trees.resize(1);
  auto& tree = level.trees[0];
  tree.first = {0};
  tree.second = {1};
  tree.threshold = {9.5F};
  tree.leaves = {std::vector<float>(136, 0.25F), std::vector<float>(136, -0.25F)};
  level.anchors = {0, 0};
  level.offsets = {0, 0, 50, 50};
  forest.mean[0] = forest.mean[1] = 0.5F;
  const auto model = LandmarkModel::parse(forest.bytes(), "small.dat");
  cv::Mat ramp(40, 60, CV_8UC1);
  for (int y = 0; y < 40; ++y)
    for (int x = 0; x < 60; ++x) ramp.at<unsigned char>(y, x) = static_cast<unsigned char>(4 * x);
  const auto went_left = [&](double x) {
    const FaceBox box{x, 20, 10};
    return located(model, ramp, box, LandmarkModel::Sampling::bilinear)(0, 0) > x;
  };
  EXPECT_FALSE(went_left(2.3));
  EXPECT_TRUE(went_left(2.5));
  EXPECT_FALSE(went_left(-3)) << "outside is black";
}

TEST(LandmarkModel, BadFilesAreNamed) {
  const auto bytes = SmallForest(1, 2).bytes();
  const auto message_of = [](std::vector<unsigned char> changed) -> std::string {
    try {
      LandmarkModel::parse(changed, "bad.dat");
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::data);
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(message_of(bytes), "accepted");
  for (std::size_t cut = 0; cut < bytes.size(); cut += 1 + cut / 16)
    EXPECT_NE(
        message_of({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(cut)}).find("bad.dat: byte"),
        std::string::npos)
        << "cut at " << cut;
  auto version = bytes;
  version[1] = 2;
  EXPECT_NE(message_of(version).find("version 2"), std::string::npos);
  auto size = bytes;
  size[3] = 10;  // −10 rows of the mean shape
  EXPECT_NE(message_of(size).find("10×1 numbers where 136×1"), std::string::npos);
  const std::string text = "x_0,y_0\n1,2\n";
  EXPECT_NE(message_of({text.begin(), text.end()}).find("bad.dat"), std::string::npos);
}

TEST(LandmarkModel, DamagedBytesNeverCrash) {
  const auto bytes = SmallForest(5, 2).bytes();
  Random random(9);
  for (int i = 0; i < 3000; ++i) {
    auto changed = bytes;
    const std::size_t early = i % 2 ? 900 : changed.size();
    changed[random.below(early)] = static_cast<unsigned char>(random.below(256));
    try {
      const auto model = LandmarkModel::parse(changed, "bad.dat");
      const cv::Mat gray(30, 30, CV_8UC1, cv::Scalar(9));
      located(model, gray, {15, 15, 20}, LandmarkModel::Sampling::bilinear);
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("bad.dat"), std::string::npos);
    }
  }
}

TEST(LandmarkModel, MissingFileSaysWhatToInstall) {
  try {
    LandmarkModel::load("/nonexistent/model.dat");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::environment);
    EXPECT_NE(std::string(error.what()).find("libdlib-data"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("landmark-model"), std::string::npos);
  }
}

TEST(LandmarkModel, OverlapOfBoxes) {
  EXPECT_DOUBLE_EQ(overlap({0, 0, 10}, {0, 0, 10}), 1);
  EXPECT_DOUBLE_EQ(overlap({0, 0, 10}, {5, 0, 10}), 50.0 / 150);
  EXPECT_DOUBLE_EQ(overlap({0, 0, 10}, {11, 0, 10}), 0);
}

}  // namespace
}  // namespace facelex
