#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "face/fit/simulated_face.hpp"
#include "facelex/core/digest.hpp"
#include "facelex/face/pose/registration.hpp"
#include "facelex/face/standardize/standardize.hpp"
#include "support/temporary_folder.hpp"

// Recordings of simulated faces on the disk, and what standardize makes of them.
namespace facelex::test {

namespace fs = std::filesystem;
using Source = StandardizeOptions::NeutralSource;

struct Row {
  Frame frame;
  Landmarks68 landmarks;
};

/// A subject whose face moves a little from frame to frame.
inline std::vector<Row> moving_face(std::uint64_t seed, int count, int face_id = 0) {
  Random random(seed);
  const Landmarks68 rest = simulated_face(random, 3);
  std::vector<Row> rows;
  for (int i = 0; i < count; ++i) {
    Landmarks68 points = rest;
    for (Eigen::Index k = 0; k < points.size(); ++k) points.data()[k] += random.normal();
    rows.push_back({{i + 1, face_id, 0.04 * i, 0.5 + 0.4 * random.uniform(), true}, points});
  }
  return rows;
}

inline fs::path write(const fs::path& file, const std::vector<Row>& rows,
                      LandmarkScheme scheme = LandmarkScheme::points_68,
                      TableFormat format = TableFormat::csv) {
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

/// Without frontalisation: the registration alone, which is exact.
inline StandardizeOptions registration_alone() {
  StandardizeOptions options;
  options.frontalize = StandardizeOptions::Frontalization::none;
  return options;
}

inline Outcome standardized(const fs::path& input, const StandardizeOptions& options = registration_alone()) {
  const fs::path output = input.parent_path() / ("motion of " + input.filename().string());
  Outcome outcome;
  outcome.result = standardize(input, output, options, TableFormat::csv, Work{});
  EXPECT_EQ(outcome.result.output_digest, sha256_of_file(output));
  outcome.motion = read_recording(output);
  return outcome;
}

inline StandardizeOptions with_neutral(Source source, long long frame = 0, const std::string& file = {}) {
  StandardizeOptions options = registration_alone();
  options.neutral = source;
  options.neutral_frame = frame;
  options.neutral_file = file;
  return options;
}

inline Landmarks68 registered(const Landmarks68& points, LandmarkScheme scheme = LandmarkScheme::points_68) {
  Landmarks68 result;
  EXPECT_EQ(register_landmarks(points, scheme, result), RegistrationOutcome::ok);
  return result;
}

inline Landmarks68 motion_of(const Recording& motion, Eigen::Index row) {
  Landmarks68 result;
  for (Eigen::Index i = 0; i < 136; ++i) result.data()[i] = motion.values(row, i);
  return result;
}

}  // namespace facelex::test
