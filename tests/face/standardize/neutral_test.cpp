#include "facelex/face/standardize/standardize.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "fixture.hpp"

namespace facelex {
namespace {

using namespace test;

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

TEST(StandardizeNeutral, MotionPlusNeutralIsTheStandardisedFace) {
  const test::TemporaryFolder folder;
  const auto rows = moving_face(3, 10);
  const auto outcome = standardized(write(folder / "a.csv", rows));
  const auto numbers = outcome.result.details["neutral"][0]["landmarks"].get<std::vector<double>>();
  ASSERT_EQ(numbers.size(), 136U);
  const Landmarks68 neutral = Eigen::Map<const Landmarks68>(numbers.data());
  const auto chosen = outcome.result.details["neutral"][0]["frame"].get<std::size_t>();
  EXPECT_EQ(neutral, registered(rows.at(chosen - 1).landmarks));
  EXPECT_TRUE(motion_of(outcome.motion, static_cast<Eigen::Index>(chosen) - 1).isZero(0));
  EXPECT_LT((motion_of(outcome.motion, 4) + neutral - registered(rows[4].landmarks)).cwiseAbs().maxCoeff(),
            1e-9);
}

TEST(StandardizeNeutral, FirstNeutralIsTheFirstFrameWithValues) {
  const test::TemporaryFolder folder;
  auto rows = moving_face(4, 10);
  rows[0].frame.success = false;
  rows[1].landmarks(36, 0) = no_value;
  const auto outcome = standardized(write(folder / "a.csv", rows), with_neutral(Source::first));
  EXPECT_EQ(outcome.result.details["neutral"][0]["frame"], 3);
  EXPECT_TRUE(motion_of(outcome.motion, 2).isZero(0));
}

TEST(StandardizeNeutral, NeutralFileOfOneRowOrTheMedianOfSeveral) {
  const test::TemporaryFolder folder;
  const auto rows = moving_face(5, 10);
  const auto input = write(folder / "a.csv", rows);
  const auto one = write(folder / "one.csv", {rows[2]});
  const auto of_one = standardized(input, with_neutral(Source::file, 0, one.string()));
  EXPECT_EQ(of_one.motion.values, standardized(input, with_neutral(Source::frame, 3)).motion.values);
  EXPECT_EQ(of_one.result.details["neutral"][0]["file"], "one.csv") << "no absolute paths in the sidecar";
  EXPECT_EQ(of_one.result.details["neutral"][0]["file_sha256"], sha256_of_file(one));

  const auto three = write(folder / "three.csv", {rows[0], rows[1], rows[2]});
  const auto of_three = standardized(input, with_neutral(Source::file, 0, three.string()));
  const Landmarks68 a = registered(rows[0].landmarks), b = registered(rows[1].landmarks),
                    c = registered(rows[2].landmarks);
  for (Eigen::Index i = 0; i < 136; ++i) {
    const double middle = std::max(std::min(a.data()[i], b.data()[i]),
                                   std::min(std::max(a.data()[i], b.data()[i]), c.data()[i]));
    EXPECT_EQ(of_three.motion.values(5, i), registered(rows[5].landmarks).data()[i] - middle);
  }
}

TEST(StandardizeNeutral, EachFaceOfAFileHasItsOwnNeutral) {
  const test::TemporaryFolder folder;
  const auto left = moving_face(6, 15, 4);
  const auto right = moving_face(7, 15, 2);
  std::vector<Row> both;
  for (std::size_t i = 0; i < left.size(); ++i) {
    both.push_back(left[i]);
    both.push_back(right[i]);
  }
  Row stray = left[14];
  stray.frame.face_id = -1;
  both.push_back(stray);
  for (const auto source : {Source::estimated, Source::first, Source::frame}) {
    const auto options = with_neutral(source, source == Source::frame ? 9 : 0);
    const auto together = standardized(write(folder / "both.csv", both), options);
    const auto of_left = standardized(write(folder / "left.csv", left), options);
    const auto of_right = standardized(write(folder / "right.csv", right), options);
    for (Eigen::Index i = 0; i < 15; ++i) {
      EXPECT_EQ(together.motion.values.row(2 * i), of_left.motion.values.row(i));
      EXPECT_EQ(together.motion.values.row(2 * i + 1), of_right.motion.values.row(i));
    }
    EXPECT_FALSE(together.motion.frames[30].success);
    const Json& details = together.result.details;
    EXPECT_EQ(details["rows_without_values"]["no_face_id"], 1);
    ASSERT_EQ(details["neutral"].size(), 2U);
    EXPECT_EQ(details["neutral"][0]["face_id"], 4);
    EXPECT_EQ(details["neutral"][0]["frame"], of_left.result.details["neutral"][0]["frame"]);
    EXPECT_EQ(details["neutral"][1]["face_id"], 2);
    EXPECT_EQ(details["neutral"][1]["frame"], of_right.result.details["neutral"][0]["frame"]);
  }
}

TEST(StandardizeNeutral, FacesWithFewRowsAreNamed) {
  const test::TemporaryFolder folder;
  const auto longer = moving_face(6, 30, 0);
  const auto shorter = moving_face(7, 24, 1);
  std::vector<Row> rows;
  for (std::size_t i = 0; i < longer.size(); ++i) {
    rows.push_back(longer[i]);
    if (i < shorter.size()) rows.push_back(shorter[i]);
  }
  const auto outcome = standardized(write(folder / "a.csv", rows));
  EXPECT_EQ(outcome.result.message, "1 of 2 faces have fewer than 25 frames: their neutral is hardly one");
  EXPECT_EQ(outcome.result.details["neutral"][0]["rows"], 30);
  EXPECT_EQ(outcome.result.details["neutral"][1]["rows"], 24);
  EXPECT_EQ(outcome.result.details["face_ids"], 2);
}

TEST(StandardizeNeutral, ATrackThatBreaksIsOneFace) {
  const test::TemporaryFolder folder;
  auto rows = moving_face(8, 12);
  const auto whole = standardized(write(folder / "whole.csv", rows));
  for (std::size_t i = 6; i < rows.size(); ++i) rows[i].frame.face_id = 1;
  const auto broken = standardized(write(folder / "broken.csv", rows));
  EXPECT_EQ(broken.motion.values, whole.motion.values);
  EXPECT_EQ(broken.result.details["neutral"].size(), 1U);
  EXPECT_EQ(broken.result.details["neutral"][0]["rows"], 12);
  EXPECT_EQ(broken.result.details["face_ids"], 2);
  EXPECT_FALSE(whole.result.details.contains("face_ids"));
}

TEST(StandardizeNeutral, NeutralSourcesDiffer) {
  const test::TemporaryFolder folder;
  const auto rows = moving_face(14, 60);
  const auto input = write(folder / "a.csv", rows);
  const auto file = write(folder / "n.csv", moving_face(14, 7));
  std::vector<std::string> digests;
  for (const auto& options :
       {with_neutral(Source::estimated), with_neutral(Source::first), with_neutral(Source::frame, 5),
        with_neutral(Source::frame, 6), with_neutral(Source::file, 0, file.string())})
    digests.push_back(standardized(input, options).result.output_digest);
  std::sort(digests.begin(), digests.end());
  EXPECT_EQ(std::unique(digests.begin(), digests.end()), digests.end());
}

}  // namespace
}  // namespace facelex
