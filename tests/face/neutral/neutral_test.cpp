#include "facelex/face/neutral/neutral.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "facelex/core/random.hpp"

namespace facelex {
namespace {

struct Sample {
  Frame frame;
  Landmarks68 landmarks;
};

Sample sample(std::int64_t number, double confidence, const Landmarks68& landmarks) {
  return {{number, 0, 0.0, confidence, true}, landmarks};
}

Landmarks68 random_shape(Random& random, double spread) {
  Landmarks68 shape;
  for (Eigen::Index i = 0; i < shape.size(); ++i) shape.data()[i] = spread * random.normal();
  return shape;
}

std::optional<Neutral> estimated(const std::vector<Sample>& samples) {
  NeutralEstimator estimator;
  for (const auto& s : samples) estimator.add(s.frame, s.landmarks);
  return estimator.estimate();
}

double sorted_median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

/// The definition in neutral.hpp, word by word, for recordings that are short enough to be considered whole.
std::int64_t naive_neutral(const std::vector<Sample>& samples) {
  std::vector<double> confidences, motions;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    confidences.push_back(samples[i].frame.confidence);
    motions.push_back(
        i == 0 ? 0
               : std::sqrt((samples[i].landmarks - samples[i - 1].landmarks).rowwise().squaredNorm().mean()));
  }
  std::vector<std::size_t> candidates;
  for (const bool calm_only : {true, false}) {
    if (!candidates.empty()) break;
    for (std::size_t i = 0; i < samples.size(); ++i)
      if (confidences[i] >= sorted_median(confidences) &&
          (!calm_only || motions[i] <= sorted_median(motions)))
        candidates.push_back(i);
  }
  Landmarks68 middle;
  for (Eigen::Index c = 0; c < 136; ++c) {
    std::vector<double> values;
    for (const auto i : candidates) values.push_back(samples[i].landmarks.data()[c]);
    middle.data()[c] = sorted_median(values);
  }
  std::size_t nearest = candidates.front();
  for (const auto i : candidates)
    if ((samples[i].landmarks - middle).squaredNorm() < (samples[nearest].landmarks - middle).squaredNorm())
      nearest = i;
  return samples[nearest].frame.number;
}

TEST(Neutral, IsTheDefinitionsFrame) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Random random(seed);
    std::vector<Sample> samples;
    const std::size_t count = 1 + random.below(40);
    for (std::size_t i = 0; i < count; ++i)
      samples.push_back(sample(static_cast<std::int64_t>(3 * i + 5),
                               0.1 * static_cast<double>(random.below(11)), random_shape(random, 20)));
    const auto neutral = estimated(samples);
    ASSERT_TRUE(neutral);
    EXPECT_EQ(neutral->frame, naive_neutral(samples)) << "seed " << seed;
    for (const auto& s : samples) {
      if (s.frame.number != neutral->frame) continue;
      EXPECT_EQ(neutral->landmarks, s.landmarks);
    }
  }
}

TEST(Neutral, ThinningHalvesWhatIsKeptAndCountsOn) {
  Random random(3);
  NeutralEstimator estimator;
  for (std::int64_t i = 0; i < 101; ++i) {
    const auto s = sample(i + 1, 1, random_shape(random, 20));
    estimator.add(s.frame, s.landmarks);
  }
  estimator.thin();
  EXPECT_EQ(estimator.kept(), 51U);
  for (std::int64_t i = 101; i < 200; ++i) {
    const auto s = sample(i + 1, 1, random_shape(random, 20));
    estimator.add(s.frame, s.landmarks);
  }
  EXPECT_EQ(estimator.kept(), 100U);
  ASSERT_TRUE(estimator.estimate());
  EXPECT_EQ(estimator.estimate()->frame % 2, 1) << "every second frame from the first on";
}

TEST(Neutral, IsAFrameAtRest) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    const Landmarks68 rest = random_shape(random, 300);
    const Landmarks68 smile = random_shape(random, 40);
    std::vector<Sample> samples;
    for (std::int64_t i = 0; i < 300; ++i) {
      const double strength = i % 100 < 35 ? std::sin(0.09 * static_cast<double>(i % 100)) : 0;
      const bool lost = i % 50 == 49;
      samples.push_back(
          sample(i + 1, lost ? 0.2 : 0.95, rest + strength * smile + random_shape(random, lost ? 100 : 1)));
    }
    const auto neutral = estimated(samples);
    ASSERT_TRUE(neutral);
    EXPECT_LT(std::sqrt((neutral->landmarks - rest).squaredNorm() / 136), 1.5) << "seed " << seed;
    EXPECT_GE((neutral->frame - 1) % 100, 34);
  }
}

TEST(Neutral, FirstOfEquallyNearFrames) {
  const Landmarks68 shape = Landmarks68::Constant(3);
  EXPECT_EQ(estimated({sample(4, 1, shape), sample(5, 1, shape), sample(6, 1, shape)})->frame, 4);
}

TEST(Neutral, ConfidenceCountsWhenNoConfidentFrameIsCalm) {
  EXPECT_EQ(
      estimated({sample(1, 0.2, Landmarks68::Constant(0)), sample(2, 0.9, Landmarks68::Constant(5))})->frame,
      2);
}

TEST(Neutral, NothingFromNothing) {
  EXPECT_FALSE(NeutralEstimator().estimate());
  const double nan = std::nan("");
  EXPECT_EQ(estimated({sample(9, nan, Landmarks68::Zero())})->frame, 9) << "confidence unknown";
}

TEST(Neutral, LongRecordingsAreThinnedEvenly) {
  // The face drifts, so the nearest frame to the median of evenly kept frames is in the middle of the drift.
  const std::int64_t count = 50000;
  NeutralEstimator estimator;
  for (std::int64_t i = 0; i < count; ++i)
    estimator.add({i + 1, 0, 0.0, 1.0, true}, Landmarks68::Constant(static_cast<double>(i)));
  const auto neutral = estimator.estimate();
  ASSERT_TRUE(neutral);
  EXPECT_NEAR(static_cast<double>(neutral->frame), static_cast<double>(count) / 2, 10);
  EXPECT_EQ(neutral->landmarks(0, 0), static_cast<double>(neutral->frame - 1));
  EXPECT_EQ((neutral->frame - 1) % 8, 0) << "50000 frames are thinned to every 8th";
}

TEST(Neutral, MedianShape) {
  const Landmarks68 a = Landmarks68::Constant(1), b = Landmarks68::Constant(100),
                    c = Landmarks68::Constant(3);
  EXPECT_EQ(median_shape({&a, &b, &c}), c);
  EXPECT_EQ(median_shape({&a, &c}), Landmarks68::Constant(2));
  EXPECT_EQ(median_shape({&b}), b);
}

}  // namespace
}  // namespace facelex
