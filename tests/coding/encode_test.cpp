#include "facelex/coding/encode.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "facelex/coding/learn.hpp"
#include "synthetic.hpp"

namespace facelex {
namespace {

using test::error_of;
using test::says;
using test::TemporaryFolder;

std::unique_ptr<CodingSystem> learnt(const TemporaryFolder& folder) {
  FacialBasisOptions options;
  options.atoms = {"LB=3", "RB=3", "NO=2", "LE=3", "RE=3", "MO=4"};
  options.max_iterations = 5;
  return learn_facial_basis({test::write(folder, "train", test::synthetic_motion(1, 80))}, options).system;
}

TEST(Encode, WritesARowPerRowAndAColumnPerUnit) {
  const TemporaryFolder folder;
  const auto system = learnt(folder);
  Recording recording = test::synthetic_motion(2, 6);
  test::lose_face(recording, 1);
  recording.values(3, recording.column("dy_50")) = std::nan("");
  recording.values(4, recording.column("dy_3")) = std::nan("");  // the jaw line: not an input
  const auto input = test::write(folder, "in", recording);
  const auto result = encode_recording(input.file, folder / "codes.csv", *system, {}, TableFormat::csv);
  EXPECT_EQ(result.kind, SignalKind::coefficients);
  ASSERT_EQ(result.columns.size(), 19u);
  EXPECT_EQ(result.columns.back().name, "reconstruction_error");
  EXPECT_EQ(result.counts, (FrameCounts{6, 6, 4}));
  EXPECT_EQ(result.details["rows_coded"], 4);
  EXPECT_EQ(result.details["rows_without_values"], 1);
  EXPECT_EQ(result.details["unconverged"], 0);
  EXPECT_EQ(result.details["alpha"], 0.21);
  EXPECT_TRUE(says(result.message, {"1 of 6 rows", "no codes"}));

  const auto codes = read_recording(folder / "codes.csv");
  ASSERT_EQ(codes.rows(), 6);
  ASSERT_EQ(codes.columns.size(), 19u);
  RowMatrix signals(6, 102);
  for (Eigen::Index d = 0; d < 102; ++d)
    signals.col(d) =
        recording.values.col(recording.column(system->input_columns()[static_cast<std::size_t>(d)].name));
  const auto expected = system->encode(signals);
  double error_sum = 0;
  for (Eigen::Index t = 0; t < 6; ++t) {
    const auto& frame = codes.frames[static_cast<std::size_t>(t)];
    EXPECT_EQ(frame.number, t + 1);
    EXPECT_EQ(frame.timestamp, recording.frames[static_cast<std::size_t>(t)].timestamp);
    if (t == 1 || t == 3) {
      EXPECT_FALSE(frame.success);
      EXPECT_TRUE(codes.values.row(t).array().isNaN().all());
      continue;
    }
    EXPECT_TRUE(frame.success);
    EXPECT_EQ(codes.values.row(t).head(18), expected.codes.row(t));
    EXPECT_EQ(codes.values(t, 18), expected.reconstruction_error[t]);
    error_sum += expected.reconstruction_error[t];
  }
  EXPECT_NEAR(result.details["mean_reconstruction_error"].get<double>(), error_sum / 4, 1e-12);
  EXPECT_EQ(test::file_text(folder / "codes.csv").substr(0, 50),
            "frame,face_id,timestamp,confidence,success,LB-1,LB");
}

TEST(Encode, LongRecordingsInBlocksAndThreadsGiveTheSameBytes) {
  const TemporaryFolder folder;
  const auto system = learnt(folder);
  const auto input = test::write(folder, "long", test::synthetic_motion(3, 5000));
  Work work;
  work.threads = 3;
  std::int64_t reported = 0;
  work.progress = [&](std::int64_t done, std::int64_t) { reported = done; };
  encode_recording(input.file, folder / "1.csv", *system, {}, TableFormat::csv);
  encode_recording(input.file, folder / "3.csv", *system, {}, TableFormat::csv, work);
  EXPECT_EQ(reported, 5000);
  EXPECT_TRUE(test::file_text(folder / "1.csv") == test::file_text(folder / "3.csv"));
  EncodeOptions options;
  options.sparse.solver = LassoSolver::sklearn;
  encode_recording(input.file, folder / "s.csv", *system, options, TableFormat::csv);
  EXPECT_FALSE(test::file_text(folder / "1.csv") == test::file_text(folder / "s.csv"));
}

TEST(Encode, DecodeGivesTheSignalsBackUpToTheReconstructionError) {
  const TemporaryFolder folder;
  const auto system = learnt(folder);
  Recording recording = test::synthetic_motion(4, 50);
  test::lose_face(recording, 10);
  const auto input = test::write(folder, "in", recording);
  encode_recording(input.file, folder / "codes.csv", *system, {}, TableFormat::csv);
  const auto result = decode_recording(folder / "codes.csv", folder / "back.csv", *system, TableFormat::csv);
  EXPECT_EQ(result.kind, SignalKind::keypoint_motion);
  EXPECT_EQ(result.columns, system->input_columns());
  EXPECT_EQ(result.details["rows_decoded"], 49);
  const auto codes = read_recording(folder / "codes.csv"), back = read_recording(folder / "back.csv");
  EXPECT_EQ(back.kind, SignalKind::keypoint_motion);
  for (Eigen::Index t = 0; t < 50; ++t) {
    if (t == 10) {
      EXPECT_FALSE(back.frames[10].success);
      continue;
    }
    double squares = 0;
    for (std::size_t d = 0; d < back.columns.size(); ++d)
      squares += std::pow(back.values(t, static_cast<Eigen::Index>(d)) -
                              recording.values(t, recording.column(back.columns[d].name)),
                          2);
    EXPECT_NEAR(std::sqrt(squares / 102), codes.values(t, codes.column("reconstruction_error")), 1e-9);
  }
}

TEST(Encode, SaysWhatDoesNotFit) {
  const TemporaryFolder folder;
  const auto system = learnt(folder);
  const auto encode = [&](const Recording& recording) {
    const auto input = test::write(folder, "wrong", recording);
    return error_of([&] { encode_recording(input.file, folder / "out.csv", *system, {}, TableFormat::csv); });
  };
  Recording landmarks = test::synthetic_motion(1, 3);
  for (auto& column : landmarks.columns) column.name.erase(0, 1);
  EXPECT_TRUE(says(encode(landmarks),
                   {"wrong.csv", "holds landmarks (x_0", "keypoint-motion (dx_17", "standardize"}));

  Recording narrow = test::synthetic_motion(1, 3);
  narrow.columns.pop_back();
  narrow.values.conservativeResize(Eigen::NoChange, 135);
  EXPECT_TRUE(says(encode(narrow), {"wrong.csv", "no column dy_67", "facial-basis model takes dx_17"}));
  EXPECT_TRUE(says(error_of([&] {
                     decode_recording(folder / "wrong.csv", folder / "out.csv", *system, TableFormat::csv);
                   }),
                   {"no column LB-1", "keypoint-motion: dx_0"}));
  EncodeOptions options;
  options.sparse.alpha = -2;
  EXPECT_TRUE(says(error_of([&] {
                     encode_recording(folder / "wrong.csv", folder / "out.csv", *system, options,
                                      TableFormat::csv);
                   }),
                   {"alpha", "-2"}));
  EXPECT_FALSE(std::filesystem::exists(folder / "out.csv"));
}

TEST(Encode, NothingIsLeftWhenStopped) {
  const TemporaryFolder folder;
  const auto system = learnt(folder);
  const auto input = test::write(folder, "in", test::synthetic_motion(3, 100));
  const std::atomic<bool> stop{true};
  Work work;
  work.stop = &stop;
  ErrorKind kind = ErrorKind::data;
  error_of([&] { encode_recording(input.file, folder / "out.csv", *system, {}, TableFormat::csv, work); },
           &kind);
  EXPECT_EQ(kind, ErrorKind::interrupted);
  EXPECT_FALSE(std::filesystem::exists(folder / "out.csv"));
}

}  // namespace
}  // namespace facelex
