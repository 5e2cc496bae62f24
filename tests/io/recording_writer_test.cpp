#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "facelex/core/digest.hpp"
#include "facelex/core/random.hpp"
#include "facelex/io/recording_file.hpp"
#include "test_files.hpp"

namespace {

using namespace facelex;
using namespace facelex::test;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

Recording small() {
  Recording r;
  r.columns = {{"x_0", "", "px"}, {"y,0", "", "px"}};
  r.frames = {{1, 0, 0, 0.5, true}, {2, -1, missing, 0, false}, {4, 12, 0.1, 1, true}};
  r.values.resize(3, 2);
  r.values << 0.1, -2, 7, 8, missing, 1e21;
  return r;
}

/// A recording of several faces, with gaps, missing values and numbers of every size.
Recording random_recording(std::uint64_t seed) {
  Random random(seed);
  Recording r;
  const auto cols = static_cast<Eigen::Index>(1 + random.below(8));
  for (Eigen::Index j = 0; j < cols; ++j) r.columns.push_back({"s" + std::to_string(j), {}, {}});
  const int faces = static_cast<int>(1 + random.below(3));
  std::int64_t number = 0;
  for (std::uint64_t i = 0, count = random.below(60); i < count; ++i) {
    number += 1 + static_cast<std::int64_t>(random.below(3));
    for (int face = 0; face < faces; ++face)
      r.frames.push_back({number, face, random.below(5) ? static_cast<double>(number) / 29.97 : missing,
                          random.uniform(), random.below(4) > 0});
  }
  r.values.resize(static_cast<Eigen::Index>(r.frames.size()), cols);
  for (Eigen::Index i = 0; i < r.values.rows(); ++i)
    for (Eigen::Index j = 0; j < cols; ++j) {
      const bool present = r.frames[static_cast<std::size_t>(i)].success && random.below(10) > 0;
      r.values(i, j) =
          present ? random.normal() * std::pow(10, static_cast<double>(random.below(30)) - 15) : missing;
    }
  return r;
}

std::string write(const std::filesystem::path& file, const Recording& recording, TableFormat format) {
  RecordingWriter writer(file, recording.columns, format);
  writer.write(recording);
  return writer.finish();
}

bool same(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

bool same_values(const RowMatrix& a, const RowMatrix& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) return false;
  return std::equal(a.data(), a.data() + a.size(), b.data(), same);
}

TEST(RecordingWriter, WritesTheBytesOfItsFormats) {
  const TemporaryFolder folder;
  write(folder / "a.csv", small(), TableFormat::csv);
  EXPECT_EQ(file_text(folder / "a.csv"),
            "frame,face_id,timestamp,confidence,success,x_0,\"y,0\"\n"
            "1,0,0,0.5,1,0.1,-2\n"
            "2,,,0,0,,\n"
            "4,12,0.1,1,1,,1e+21\n");
  write(folder / "b.csv", small(), TableFormat::openface_spaced);
  EXPECT_EQ(file_text(folder / "b.csv"),
            "frame, face_id, timestamp, confidence, success, x_0, \"y,0\"\n"
            "1, 0, 0, 0.5, 1, 0.1, -2\n"
            "2, , , 0, 0, , \n"
            "4, 12, 0.1, 1, 1, , 1e+21\n");
}

TEST(RecordingWriter, WhatItWritesReadsBackToTheSameDoubles) {
  const TemporaryFolder folder;
  for (std::uint64_t seed = 0; seed < 25; ++seed) {
    const auto r = random_recording(seed);
    for (const auto format : {TableFormat::csv, TableFormat::openface_spaced}) {
      const auto digest = write(folder / "a.csv", r, format);
      EXPECT_EQ(digest, sha256_of_file(folder / "a.csv"));
      const auto again = read_recording(folder / "a.csv");
      EXPECT_EQ(again.columns, r.columns);
      ASSERT_TRUE(same_values(again.values, r.values)) << "seed " << seed;
      for (std::size_t i = 0; i < r.frames.size(); ++i) {
        EXPECT_EQ(again.frames[i].number, r.frames[i].number);
        EXPECT_EQ(again.frames[i].face_id, r.frames[i].face_id);
        EXPECT_TRUE(same(again.frames[i].timestamp, r.frames[i].timestamp));
        EXPECT_EQ(again.frames[i].confidence, r.frames[i].confidence);
        EXPECT_EQ(again.frames[i].success, r.frames[i].success);
      }
    }
    const auto digest = write(folder / "a.npy", r, TableFormat::npy);
    EXPECT_EQ(digest, sha256_of_file(folder / "a.npy"));
    ASSERT_TRUE(same_values(read_recording(folder / "a.npy").values, r.values)) << "seed " << seed;
  }
}

TEST(RecordingWriter, BlocksMakeTheSameBytesAsTheWhole) {
  const TemporaryFolder folder;
  const auto r = random_recording(3);
  ASSERT_GT(r.rows(), 10);
  for (const auto format : {TableFormat::csv, TableFormat::npy}) {
    const std::string extension = format == TableFormat::npy ? ".npy" : ".csv";
    const auto whole = write(folder / ("whole" + extension), r, format);
    RecordingWriter writer(folder / ("blocks" + extension), r.columns, format);
    for (Eigen::Index first = 0; first < r.rows(); first += 7) {
      const auto count = std::min<Eigen::Index>(7, r.rows() - first);
      Recording block = r;
      block.values = r.values.middleRows(first, count);
      block.frames.assign(r.frames.begin() + first, r.frames.begin() + first + count);
      writer.write(block);
    }
    EXPECT_FALSE(std::filesystem::exists(folder / ("blocks" + extension)));
    EXPECT_EQ(writer.finish(), whole);
  }
}

TEST(RecordingWriter, WithoutFinishNothingIsLeft) {
  const TemporaryFolder folder;
  for (const auto format : {TableFormat::csv, TableFormat::npy}) {
    RecordingWriter writer(folder / (format == TableFormat::npy ? "a.npy" : "a.csv"), small().columns,
                           format);
    writer.write(small());
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(RecordingWriter, RefusesWhatCannotBeReadBack) {
  const TemporaryFolder folder;
  auto r = small();
  r.values(2, 1) = -infinite;
  EXPECT_TRUE(says(error_of([&] { write(folder / "a.csv", r, TableFormat::csv); }),
                   {"a.csv", "frame 4", "infinite", "y,0"}));
  EXPECT_TRUE(says(error_of([&] { write(folder / "a.npy", r, TableFormat::npy); }),
                   {"a.npy", "frame 4", "infinite"}));
  r = small();
  r.values(1, 0) = infinite;  // no success there: nothing is written of it
  EXPECT_EQ(error_of([&] { write(folder / "a.csv", r, TableFormat::csv); }), "no error");
  r.frames[0].timestamp = infinite;
  EXPECT_TRUE(says(error_of([&] { write(folder / "a.csv", r, TableFormat::csv); }), {"frame 1", "infinite"}));

  const auto open = [&](std::vector<Column> columns, const char* name, TableFormat format) {
    return error_of([&] { RecordingWriter(folder / name, columns, format); });
  };
  EXPECT_TRUE(says(open({}, "a.csv", TableFormat::csv), {"a.csv", "no columns"}));
  EXPECT_TRUE(says(open({{"a", "", ""}, {"a", "", ""}}, "a.csv", TableFormat::csv), {"'a'"}));
  EXPECT_TRUE(says(open({{"frame", "", ""}}, "a.csv", TableFormat::csv), {"'frame'"}));
  EXPECT_TRUE(says(open({{"", "", ""}}, "a.csv", TableFormat::csv), {"no name"}));
  EXPECT_TRUE(says(open({{"a", "", ""}}, "a.csv", TableFormat::npy), {"extension"}));
  EXPECT_TRUE(says(open({{"a", "", ""}}, "a.npy", TableFormat::csv), {"extension"}));
}

TEST(RecordingWriter, RefusesRowsOfAnotherTable) {
  const TemporaryFolder folder;
  RecordingWriter writer(folder / "a.csv", small().columns, TableFormat::csv);
  auto r = small();
  std::swap(r.columns[0], r.columns[1]);
  EXPECT_TRUE(says(error_of([&] { writer.write(r); }), {"a.csv", "other columns"}));
  r = small();
  r.frames.pop_back();
  EXPECT_TRUE(says(error_of([&] { writer.write(r); }), {"a.csv", "3 rows", "2 frames"}));
}

}  // namespace
