#include "facelex/coding/training_data.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "synthetic.hpp"

namespace facelex {
namespace {

using test::error_of;
using test::says;
using test::TemporaryFolder;

std::vector<Eigen::Index> first_three(const Recording&, const std::string&) {
  return {0, 1, 2};
}

/// Row t of recording r holds 1000r + t in its first column.
Recording numbered(int r, Eigen::Index rows) {
  Recording recording = test::synthetic_motion(1, rows);
  for (Eigen::Index t = 0; t < rows; ++t) recording.values(t, 0) = 1000.0 * r + static_cast<double>(t);
  return recording;
}

TEST(TrainingData, HoldsTheRowsWithAFaceAndAllValuesByTheOrderOfNames) {
  const TemporaryFolder folder;
  Recording second = numbered(2, 6);
  test::lose_face(second, 1);
  second.values(4, 2) = std::numeric_limits<double>::quiet_NaN();
  second.values(5, 7) = std::numeric_limits<double>::quiet_NaN();  // not a column that is asked for
  const std::vector<NamedFile> inputs = {test::write(folder, "clip10", numbered(10, 2)),
                                         test::write(folder, "clip2", second)};
  const auto data = read_training_data(inputs, first_three, {});
  EXPECT_EQ(data.kind, SignalKind::keypoint_motion);
  ASSERT_EQ(data.columns.size(), 3u);
  ASSERT_EQ(data.values.rows(), 6);
  const std::vector<double> expected = {2000, 2002, 2003, 2005, 10000, 10001};
  for (Eigen::Index t = 0; t < 6; ++t) EXPECT_EQ(data.values(t, 0), expected[static_cast<std::size_t>(t)]);
  ASSERT_EQ(data.sources.size(), 2u);
  EXPECT_EQ(data.sources[0].name, "clip2");
  EXPECT_EQ(data.sources[0].rows, 6);
  EXPECT_EQ(data.sources[0].without_face, 1);
  EXPECT_EQ(data.sources[0].without_values, 1);
  EXPECT_EQ(data.sources[0].used, 4);
  ASSERT_EQ(data.warnings().size(), 1u);
  EXPECT_TRUE(says(data.warnings()[0].text(), {"clip2", "1 of 6 rows", "lack values"}));
  EXPECT_EQ(data.summary()["frames"], 6);
}

TEST(TrainingData, DrawsTheSameRowsForAnyOrderOfInputsAndFairly) {
  const TemporaryFolder folder;
  std::vector<NamedFile> inputs;
  for (int r = 1; r <= 4; ++r)
    inputs.push_back(test::write(folder, "r" + std::to_string(r), numbered(r, 50)));
  TrainingOptions options;
  options.max_frames = 40;
  std::vector<int> taken(4);
  for (options.seed = 0; options.seed < 25; ++options.seed) {
    const auto data = read_training_data(inputs, first_three, options);
    ASSERT_EQ(data.values.rows(), 40);
    auto reversed = inputs;
    std::reverse(reversed.begin(), reversed.end());
    EXPECT_TRUE(read_training_data(reversed, first_three, options).values == data.values);
    for (Eigen::Index t = 1; t < 40; ++t) EXPECT_LT(data.values(t - 1, 0), data.values(t, 0));
    for (std::size_t r = 0; r < 4; ++r) taken[r] += static_cast<int>(data.sources[r].used);
  }
  // 250 expected of each, standard deviation 12.
  for (const int count : taken) EXPECT_NEAR(count, 250, 60);
  options.seed = 0;
  const auto data = read_training_data(inputs, first_three, options);
  options.seed = 1;
  EXPECT_FALSE(read_training_data(inputs, first_three, options).values == data.values);
  options.max_frames = 1000;
  EXPECT_EQ(read_training_data(inputs, first_three, options).values.rows(), 200);
}

TEST(TrainingData, EveryTakesFramesByTheirNumber) {
  const TemporaryFolder folder;
  Recording recording = numbered(0, 7);
  test::lose_face(recording, 1);
  TrainingOptions options;
  options.every = 3;
  const auto data = read_training_data({test::write(folder, "a", recording)}, first_three, options);
  ASSERT_EQ(data.values.rows(), 3);
  for (Eigen::Index i = 0; i < 3; ++i) EXPECT_EQ(data.values(i, 0), 3 * i);
}

TEST(TrainingData, SaysWhatIsWrong) {
  const TemporaryFolder folder;
  const auto motion = test::write(folder, "motion", numbered(0, 3));
  const auto read = [&](std::vector<NamedFile> inputs) {
    return error_of([&] { read_training_data(inputs, first_three, {}); });
  };
  EXPECT_TRUE(says(read({}), {"no recordings"}));
  EXPECT_TRUE(says(read({motion, motion}), {"two inputs", "motion"}));

  Recording narrow = numbered(1, 3);
  narrow.columns.erase(narrow.columns.begin() + 1);
  narrow.values = RowMatrix(narrow.values.rightCols(135));
  EXPECT_TRUE(says(read({motion, test::write(folder, "narrow", narrow)}), {"narrow.csv", "no column dx_1"}));

  Recording faceless = numbered(1, 2);
  test::lose_face(faceless, 0);
  test::lose_face(faceless, 1);
  EXPECT_TRUE(says(read({test::write(folder, "faceless", faceless)}), {"faceless.csv", "no row", "success"}));
  EXPECT_TRUE(says(read({{folder / "absent.csv", "absent"}}), {"absent.csv"}));
}

}  // namespace
}  // namespace facelex
