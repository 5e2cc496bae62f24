#pragma once

#include <filesystem>
#include <string>

#include "facelex/io/recording_file.hpp"
#include "facelex/io/sidecar.hpp"
#include "video/track/face_rows.hpp"

namespace facelex {

/// Writes frames of faces as the table of `facelex extract`, with the head pose of each face.
class LandmarkTable {
 public:
  LandmarkTable(const std::filesystem::path& file, TableFormat format);

  void write(const FrameRows& frame);
  /// Completes the file; returns its SHA-256.
  std::string finish();
  const FrameCounts& counts() const { return counter_.counts(); }

 private:
  void add_row(const FrameRows& frame, const FaceRow* face);
  void flush();

  RecordingWriter writer_;
  Recording block_;
  Eigen::Index rows_ = 0;  // of block_ that are filled
  FrameCounter counter_;
};

}  // namespace facelex
