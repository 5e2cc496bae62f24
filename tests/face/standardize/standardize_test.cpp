#include "facelex/face/standardize/standardize.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "facelex/core/error.hpp"
#include "fixture.hpp"

namespace facelex {
namespace {

using namespace test;

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

std::string error_of(const fs::path& input, const StandardizeOptions& options,
                     ErrorKind kind = ErrorKind::data) {
  try {
    standardize(input, input.parent_path() / "never.csv", options, TableFormat::csv, Work{});
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    EXPECT_FALSE(fs::exists(input.parent_path() / "never.csv"));
    return error.what();
  }
  return "no error";
}

class StandardizeScheme : public testing::TestWithParam<LandmarkScheme> {};

TEST_P(StandardizeScheme, IsRegisteredFrameMinusRegisteredNeutral) {
  const test::TemporaryFolder folder;
  const auto rows = moving_face(1, 40);
  const auto outcome =
      standardized(write(folder / "a.csv", rows, GetParam()), with_neutral(Source::frame, 7));
  ASSERT_EQ(outcome.motion.rows(), 40);
  EXPECT_EQ(outcome.motion.kind, SignalKind::keypoint_motion);
  const Landmarks68 neutral = registered(rows[6].landmarks, GetParam());
  for (std::size_t i = 0; i < rows.size(); ++i)
    EXPECT_EQ(motion_of(outcome.motion, static_cast<Eigen::Index>(i)),
              registered(rows[i].landmarks, GetParam()) - neutral)
        << i;
  // Exactly still: the anchors of the similarities, and what is missing.
  std::vector<int> still = {27, 36, 39, 42, 45};
  if (has_jaw_line(GetParam())) still.insert(still.end(), {0, 16});
  for (const int point : missing_points(GetParam())) still.push_back(point);
  for (const int point : still) {
    EXPECT_TRUE((outcome.motion.values.col(point).array() == 0).all()) << point;
    EXPECT_TRUE((outcome.motion.values.col(68 + point).array() == 0).all()) << point;
  }
  const auto& details = outcome.result.details;
  EXPECT_EQ(details["scheme"], point_count(GetParam()));
  EXPECT_EQ(details["missing_points"].get<std::vector<int>>(), missing_points(GetParam()));
  EXPECT_EQ(details["neutral"][0]["frame"], 7);
}

TEST_P(StandardizeScheme, DoesNotSeeAffineMapsOfTheVideo) {
  const test::TemporaryFolder folder;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    auto rows = moving_face(seed, 30);
    const auto before = standardized(write(folder / "a.csv", rows, GetParam()));
    Random random(100 + seed);
    const test::PlaneMap map = test::random_plane_map(random);
    for (auto& row : rows) row.landmarks = map(row.landmarks);
    const auto after = standardized(write(folder / "b.csv", rows, GetParam()));
    EXPECT_LT((before.motion.values - after.motion.values).cwiseAbs().maxCoeff(), 1e-7);
    EXPECT_EQ(before.result.details["neutral"][0]["frame"], after.result.details["neutral"][0]["frame"]);
  }
}

INSTANTIATE_TEST_SUITE_P(AllSchemes, StandardizeScheme, testing::ValuesIn(all_landmark_schemes),
                         [](const auto& scheme) { return std::to_string(point_count(scheme.param)); });

TEST(Standardize, KeepsTheRowsAndLeavesOutWhatCannotBeRegistered) {
  const test::TemporaryFolder folder;
  auto rows = moving_face(2, 20);
  rows[3].frame.success = false;
  rows[5].landmarks(50, 1) = no_number;
  rows[8].landmarks.col(1) = 2 * rows[8].landmarks.col(0).array() + 1;
  const auto outcome = standardized(write(folder / "a.csv", rows));
  ASSERT_EQ(outcome.motion.rows(), 20);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Frame& frame = outcome.motion.frames[i];
    EXPECT_EQ(frame.number, rows[i].frame.number);
    EXPECT_EQ(frame.face_id, rows[i].frame.face_id);
    EXPECT_EQ(frame.timestamp, rows[i].frame.timestamp);
    EXPECT_EQ(frame.confidence, rows[i].frame.confidence);
    const bool has_values = i != 3 && i != 5 && i != 8;
    EXPECT_EQ(frame.success, has_values) << i;
    const auto values = outcome.motion.values.row(static_cast<Eigen::Index>(i)).array();
    EXPECT_TRUE(has_values ? values.isFinite().all() : values.isNaN().all()) << i;
  }
  const Json& without = outcome.result.details["rows_without_values"];
  EXPECT_EQ(without["no_face"], 1);
  EXPECT_EQ(without["incomplete"], 1);
  EXPECT_EQ(without["degenerate"], 1);
  EXPECT_EQ(without["no_face_id"], 0);
  EXPECT_NE(outcome.result.message.find("1 rows with a face lack landmarks"), std::string::npos);
  EXPECT_EQ(outcome.result.counts, (FrameCounts{20, 20, 17}));
}

TEST(Standardize, AFileWithoutAnyFaceStaysARecording) {
  const test::TemporaryFolder folder;
  auto rows = moving_face(9, 5);
  for (auto& row : rows) row.frame.success = false;
  const auto outcome = standardized(write(folder / "a.csv", rows));
  EXPECT_EQ(outcome.motion.rows(), 5);
  EXPECT_TRUE(outcome.motion.values.array().isNaN().all());
  EXPECT_TRUE(outcome.result.details["neutral"][0]["frame"].is_null());
  EXPECT_EQ(outcome.result.message, "no frame has a face");
}

TEST(Standardize, LongFilesAreReadInBlocks) {
  const test::TemporaryFolder folder;
  const auto rows = moving_face(10, 4500);
  const auto outcome = standardized(write(folder / "a.csv", rows), with_neutral(Source::frame, 4400));
  ASSERT_EQ(outcome.motion.rows(), 4500);
  const Landmarks68 neutral = registered(rows[4399].landmarks);
  for (const Eigen::Index row : {0, 4095, 4096, 4499})
    EXPECT_EQ(motion_of(outcome.motion, row),
              registered(rows[static_cast<std::size_t>(row)].landmarks) - neutral);
}

TEST(Standardize, BytesDoNotDependOnThreadsOrDialect) {
  const test::TemporaryFolder folder;
  const auto rows = moving_face(11, 30);
  const auto ours = write(folder / "a.csv", rows);
  const auto openface =
      write(folder / "b.csv", rows, LandmarkScheme::points_68, TableFormat::openface_spaced);
  Work four;
  four.threads = 4;
  const auto a = standardize(ours, folder / "1.csv", {}, TableFormat::csv, Work{});
  const auto b = standardize(openface, folder / "2.csv", {}, TableFormat::csv, four);
  EXPECT_EQ(a.output_digest, b.output_digest);
  EXPECT_EQ(a.details, b.details);
  const auto spaced = standardize(ours, folder / "3.csv", {}, TableFormat::openface_spaced, Work{});
  EXPECT_NE(spaced.output_digest, a.output_digest);
  EXPECT_EQ(read_recording(folder / "3.csv").values, read_recording(folder / "1.csv").values);
}

TEST(Standardize, StopsWhenAskedAndLeavesNothing) {
  const test::TemporaryFolder folder;
  const auto input = write(folder / "a.csv", moving_face(12, 5));
  const std::atomic<bool> stop = true;
  Work work;
  work.stop = &stop;
  EXPECT_THROW(standardize(input, folder / "out.csv", {}, TableFormat::csv, work), Error);
  EXPECT_FALSE(fs::exists(folder / "out.csv"));
}

TEST(Standardize, ErrorsNameFilePlaceAndRemedy) {
  const test::TemporaryFolder folder;
  auto rows = moving_face(13, 5);
  rows[1].frame.success = false;
  const auto input = write(folder / "a.csv", rows);
  const auto has = [](const std::string& message, const std::string& part) {
    EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  has(error_of(input, with_neutral(Source::frame, 2)), "a.csv: frame 2, asked for as the neutral, has no");
  has(error_of(input, with_neutral(Source::frame, 6)), "frame 6, asked for as the neutral, has no");
  has(error_of(folder.write("e.csv", "frame,e_0\n1,0.5\n"), {}), "e.csv: no landmarks among its 1 columns");

  StandardizeOptions of_51;
  of_51.scheme = StandardizeOptions::Scheme::points_51;
  has(error_of(input, of_51, ErrorKind::usage), "not the 51 of the scheme asked for");

  const auto other_scheme = write(folder / "n51.csv", {rows[0]}, LandmarkScheme::points_51);
  has(error_of(input, with_neutral(Source::file, 0, other_scheme.string())),
      "n51.csv: it has 51 points, but the recording has 68");
  auto lost = rows[0];
  lost.frame.success = false;
  has(error_of(input, with_neutral(Source::file, 0, write(folder / "lost.csv", {lost}).string())),
      "lost.csv: none of its rows has a face");

  auto second = rows[0];
  second.frame.face_id = 1;
  const auto two_faces = write(folder / "two.csv", {rows[0], second});
  has(error_of(input, with_neutral(Source::file, 0, two_faces.string())),
      "two.csv: column face_id: it has several");
  has(error_of(two_faces, with_neutral(Source::file, 0, input.string())), "a neutral file is one subject's");
  has(error_of(two_faces, with_neutral(Source::frame, 2)), "asked for as the neutral of face 0");
}

TEST(Standardize, OptionsThatContradictEachOther) {
  EXPECT_NO_THROW(StandardizeOptions().check());
  EXPECT_THROW(with_neutral(Source::frame).check(), Error);
  EXPECT_THROW(with_neutral(Source::file).check(), Error);
  EXPECT_THROW(with_neutral(Source::first, 3).check(), Error);
  EXPECT_THROW(with_neutral(Source::estimated, 0, "n.csv").check(), Error);
}

TEST(Standardize, EveryOptionIsDescribed) {
  const Json options = options_json(StandardizeOptions());
  const Json expected = {{"scheme", "auto"},     {"frontalize", "linear"}, {"fits", ""},
                         {"frontalize-map", ""}, {"neutral", "estimated"}, {"neutral-frame", 0},
                         {"neutral-file", ""}};
  EXPECT_EQ(options, expected);
}

TEST(Standardize, RealRecordingsOfOtherPrograms) {
  const char* shared = std::getenv("FACELEX_SHARED_DATA");
  if (!shared) GTEST_SKIP() << "FACELEX_SHARED_DATA is not set";
  const test::TemporaryFolder folder;
  std::vector<fs::path> inputs = {fs::path(shared) / "openface" / "OpenFace_Test.csv"};
  for (const char* name : {"001.csv", "007.csv", "012.csv"})
    inputs.push_back(fs::path(shared) / "news_sample" / name);
  for (const auto& input : inputs) {
    const auto result = standardize(input, folder / "out.csv", {}, TableFormat::csv, Work{});
    EXPECT_EQ(result.details["scheme"], 68) << input;
    EXPECT_GT(result.counts.rows, 10);
    EXPECT_EQ(result.counts.with_face, result.counts.rows) << input;
    const Recording motion = read_recording(folder / "out.csv");
    EXPECT_TRUE(motion.values.allFinite());
    // Faces move by millimetres, which are some six template units; not by faces.
    EXPECT_LT(std::sqrt(motion.values.squaredNorm() / static_cast<double>(motion.values.size())), 60)
        << input;
  }
}

}  // namespace
}  // namespace facelex
