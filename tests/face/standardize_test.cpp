#include "facelex/face/standardize.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "face/simulated_face.hpp"
#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/face/registration.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;
using Source = StandardizeOptions::NeutralSource;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct Row {
  Frame frame;
  Landmarks68 landmarks;
};

/// A subject whose face moves a little from frame to frame.
std::vector<Row> moving_face(std::uint64_t seed, int count, int face_id = 0) {
  Random random(seed);
  const Landmarks68 rest = test::simulated_face(random, 3);
  std::vector<Row> rows;
  for (int i = 0; i < count; ++i) {
    Landmarks68 points = rest;
    for (Eigen::Index k = 0; k < points.size(); ++k) points.data()[k] += random.normal();
    rows.push_back({{i + 1, face_id, 0.04 * i, 0.5 + 0.4 * random.uniform(), true}, points});
  }
  return rows;
}

fs::path write(const fs::path& file, const std::vector<Row>& rows,
               LandmarkScheme scheme = LandmarkScheme::points_68, TableFormat format = TableFormat::csv) {
  const auto& points = ibug_numbers(scheme);
  std::vector<Column> columns;
  for (const char axis : {'x', 'y'})
    for (std::size_t i = 0; i < points.size(); ++i)
      columns.push_back({std::string(1, axis) + "_" + std::to_string(i), "", "px"});
  Recording recording;
  recording.columns = columns;
  recording.values.resize(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(columns.size()));
  for (std::size_t r = 0; r < rows.size(); ++r) {
    recording.frames.push_back(rows[r].frame);
    for (std::size_t i = 0; i < points.size(); ++i) {
      const auto row = static_cast<Eigen::Index>(r);
      recording.values(row, static_cast<Eigen::Index>(i)) = rows[r].landmarks(points[i], 0);
      recording.values(row, static_cast<Eigen::Index>(points.size() + i)) = rows[r].landmarks(points[i], 1);
    }
  }
  RecordingWriter writer(file, columns, format);
  writer.write(recording);
  writer.finish();
  return file;
}

struct Outcome {
  StageResult result;
  Recording motion;
};

Outcome standardized(const fs::path& input, const StandardizeOptions& options = {}) {
  const fs::path output = input.parent_path() / ("motion of " + input.filename().string());
  Outcome outcome;
  outcome.result = standardize(input, output, options, TableFormat::csv, Work{});
  EXPECT_EQ(outcome.result.output_digest, sha256_of_file(output));
  outcome.motion = read_recording(output);
  return outcome;
}

StandardizeOptions with_neutral(Source source, long long frame = 0, const std::string& file = {}) {
  StandardizeOptions options;
  options.neutral = source;
  options.neutral_frame = frame;
  options.neutral_file = file;
  return options;
}

Landmarks68 registered(const Landmarks68& points, LandmarkScheme scheme = LandmarkScheme::points_68) {
  Landmarks68 result;
  EXPECT_EQ(register_landmarks(points, scheme, result), RegistrationOutcome::ok);
  return result;
}

Landmarks68 motion_of(const Recording& motion, Eigen::Index row) {
  Landmarks68 result;
  for (Eigen::Index i = 0; i < 136; ++i) result.data()[i] = motion.values(row, i);
  return result;
}

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
  rows[5].landmarks(50, 1) = nan;
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

TEST(Standardize, MotionPlusNeutralIsTheStandardisedFace) {
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

TEST(Standardize, FirstNeutralIsTheFirstFrameWithValues) {
  const test::TemporaryFolder folder;
  auto rows = moving_face(4, 10);
  rows[0].frame.success = false;
  rows[1].landmarks(36, 0) = nan;
  const auto outcome = standardized(write(folder / "a.csv", rows), with_neutral(Source::first));
  EXPECT_EQ(outcome.result.details["neutral"][0]["frame"], 3);
  EXPECT_TRUE(motion_of(outcome.motion, 2).isZero(0));
}

TEST(Standardize, NeutralFileOfOneRowOrTheMedianOfSeveral) {
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

TEST(Standardize, EachFaceOfAFileHasItsOwnNeutral) {
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

TEST(Standardize, ATrackThatBreaksIsOneFace) {
  const test::TemporaryFolder folder;
  auto rows = moving_face(8, 12);
  const auto whole = standardized(write(folder / "whole.csv", rows));
  for (std::size_t i = 6; i < rows.size(); ++i) rows[i].frame.face_id = 1;
  const auto broken = standardized(write(folder / "broken.csv", rows));
  EXPECT_EQ(broken.motion.values, whole.motion.values);
  EXPECT_EQ(broken.result.details["neutral"].size(), 1U);
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
  const Json expected = {{"scheme", "auto"},
                         {"frontalize", "none"},
                         {"neutral", "estimated"},
                         {"neutral-frame", 0},
                         {"neutral-file", ""}};
  EXPECT_EQ(options, expected);
}

TEST(Standardize, NeutralSourcesDiffer) {
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
