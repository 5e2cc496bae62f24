#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "facelex/coding/training_data.hpp"
#include "facelex/core/random.hpp"
#include "facelex/face/schemes/features.hpp"
#include "facelex/io/recording_file.hpp"
#include "io/test_files.hpp"

namespace facelex::test {

inline const std::vector<Column>& motion_columns() {
  static const std::vector<Column> columns = [] {
    std::vector<Column> made;
    for (const char* axis : {"dx_", "dy_"})
      for (int i = 0; i < 68; ++i)
        made.push_back({axis + std::to_string(i), "motion of a point", "template unit"});
    return made;
  }();
  return columns;
}

/// Keypoint motion of a face whose features move by two or three patterns each, one of them mostly one way;
/// the anchors 27 and 33 never move. The patterns are the same for all seeds.
inline Recording synthetic_motion(std::uint64_t seed, Eigen::Index rows) {
  Recording recording;
  recording.kind = SignalKind::keypoint_motion;
  recording.columns = motion_columns();
  recording.values = RowMatrix::Zero(rows, 136);
  Random patterns(99), random(seed);
  for (const auto& feature : facial_features(FeatureDivision::dfecs)) {
    const auto columns = feature_columns(feature, recording.columns);
    for (int p = 0; p < 3; ++p) {
      Eigen::RowVectorXd pattern(static_cast<Eigen::Index>(columns.size()));
      for (double& value : pattern) value = patterns.normal();
      pattern *= 60 / (p + 1) / pattern.norm();
      for (Eigen::Index t = 0; t < rows; ++t)
        if (random.uniform() < 0.5)
          recording.values(t, columns) += (p == 0 ? std::abs(random.normal()) : random.normal()) * pattern;
    }
    for (Eigen::Index t = 0; t < rows; ++t)
      for (const auto column : columns) recording.values(t, column) += random.normal();
  }
  for (const int anchor : {27, 33})
    for (const int axis : {0, 68}) recording.values.col(anchor + axis).setZero();
  for (Eigen::Index t = 0; t < rows; ++t)
    recording.frames.push_back({t + 1, 0, 0.04 * static_cast<double>(t), 0.9, true});
  return recording;
}

/// Row t as frames without a face are: no success, no values.
inline void lose_face(Recording& recording, Eigen::Index t) {
  recording.frames[static_cast<std::size_t>(t)].success = false;
  recording.values.row(t).setConstant(std::numeric_limits<double>::quiet_NaN());
}

inline NamedFile write(const TemporaryFolder& folder, const std::string& name, const Recording& recording) {
  const auto file = folder / (name + ".csv");
  RecordingWriter writer(file, recording.columns, TableFormat::csv);
  writer.write(recording);
  writer.finish();
  return {file, name};
}

}  // namespace facelex::test
