#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "facelex/core/json.hpp"
#include "facelex/core/work.hpp"
#include "facelex/io/atomic_file.hpp"
#include "facelex/io/named_file.hpp"
#include "facelex/io/recording.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {

/// A video (or a pair) whose features are wanted.
struct FeatureInput : NamedFile {
  std::filesystem::path other = {};  ///< the second person's codes; empty: none
  std::filesystem::path head = {};   ///< a recording with pose_R*; empty: none
  std::string note = {};             ///< what the user should know of it whatever its features, or empty
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

/// A table of features, a row per video (and face) in natural order of names, that has all its rows and no
/// final name yet.
class VideoFeatureTable {
 public:
  /// What the user should know of a video that is in the table.
  struct Note {
    std::string name, text;
  };

  /// Makes the features of all inputs, several at a time, and writes `name,face_id,<columns>` as they come:
  /// memory holds the rows of a few hundred inputs, however many there are. Missing values and face_ids are
  /// empty. The first input that succeeds decides which columns there are; one with others is left out with
  /// the reason, as is one that fails. The same bytes whatever the number of threads. Throws Error:
  /// interrupted, and anything but data.
  VideoFeatureTable(const std::filesystem::path& file, std::vector<FeatureInput> inputs,
                    const FeatureMaker& maker, const Work& work);

  std::size_t rows() const { return static_cast<std::size_t>(result_.counts.rows); }
  /// Number of features.
  std::size_t features() const { return features_; }
  const std::vector<LeftOut>& left_out() const { return left_out_; }
  const std::vector<Note>& notes() const { return notes_; }

  /// Gives the file its name. Returns columns, whether it is partial (videos are left out) and digest for the
  /// sidecar, whose details list "videos" (name, face_id, details, note) and "left_out" (name, reason).
  /// Without it nothing of the table stays. To be called once.
  StageResult commit();

 private:
  void add(const FeatureInput& input, VideoFeatures features);
  void leave_out(const FeatureInput& input, const Message& reason);

  AtomicFile out_;
  StageResult result_;
  Json videos_ = Json::array();
  std::size_t features_ = 0;
  std::string first_;  ///< the input that decided the columns
  std::vector<LeftOut> left_out_;
  std::vector<Note> notes_;
};

}  // namespace facelex
