#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "facelex/compare/compared_recordings.hpp"
#include "facelex/core/json.hpp"
#include "facelex/core/work.hpp"
#include "facelex/io/recording.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {

/// A video (or a pair) whose features are wanted.
struct FeatureInput {
  std::string name;
  std::filesystem::path file;
  std::filesystem::path other;  ///< the second person's codes; empty: none
  std::filesystem::path head;   ///< a recording with pose_R*; empty: none
  std::string problem;          ///< why it cannot be used at all, or empty
  std::string note = {};        ///< what the user should know of it whatever its features, or empty
};

/// One face's features.
struct FeatureRow {
  int face_id = -1;               ///< in a file of several faces; else -1
  std::vector<double> values;     ///< NaN where missing
  Json details = Json::object();  ///< what the table does not say: windows, frames, frame rate
};

/// The features of one input: columns, and a row for each face.
struct VideoFeatures {
  std::vector<Column> columns;
  std::vector<FeatureRow> rows;
  std::string note;  ///< what the user should know ("resampled from 30 to 25 frames per second"), or empty
};

/// Computes the features of one input; throws Error (data) for a bad one.
using FeatureMaker = std::function<VideoFeatures(const FeatureInput& input, const Work& work)>;

/// A row per video (and face), in natural order of names.
struct VideoFeatureTable {
  struct Row {
    std::string name;
    FeatureRow features;
    std::string note;
  };
  std::vector<Column> columns;  ///< of the values
  std::vector<Row> rows;
  std::vector<LeftOut> left_out;
};

/// Makes the features of all inputs, several at a time, and puts them in one table. The first input that
/// succeeds decides which columns there are; one with others is left out with the reason, as is one that
/// fails. The same table whatever the number of threads. Throws Error: interrupted, and anything but data.
VideoFeatureTable make_feature_table(std::vector<FeatureInput> inputs, const FeatureMaker& maker,
                                     const Work& work);

/// Writes `name,face_id,<columns>` atomically; missing values and face_ids are empty. Returns columns, state
/// ("partial" with videos left out) and digest for the sidecar, whose details list "videos" (name, face_id,
/// details, note) and "left_out" (name, reason).
StageResult write_feature_table(const std::filesystem::path& file, const VideoFeatureTable& table);

}  // namespace facelex
