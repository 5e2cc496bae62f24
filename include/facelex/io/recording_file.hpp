#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "facelex/core/json.hpp"
#include "facelex/core/options.hpp"
#include "facelex/io/recording.hpp"

namespace facelex {

/// How a table of frames is written.
enum class TableFormat {
  csv,              ///< our CSV; OpenFace's plain dialect is the same for its columns
  openface_spaced,  ///< CSV whose separator is ", ", as OpenFace 2 writes it
  npy  ///< NumPy float64 array T×D of the signals alone; the frames are in the sidecar's counts only
};

/// Reads a file of frames row block by row block in bounded memory. The dialect is recognised by the header:
/// ours, OpenFace (", " or ","), py-feat (frame from 0 with gaps, FaceScore, approx_time, degrees) or any CSV
/// that has numeric columns; ".npy" is a T×D array of float32 or float64, little-endian, C or Fortran order.
/// A sidecar beside the file (x.json) gives kind, units and descriptions where there is one.
///
/// Throws Error (data) with file, line and column for: an empty file, a missing or repeated column, a ragged
/// row, text where a number belongs, a frame number that repeats for the same face or goes back, a time stamp
/// that goes back within a face, a file that ends within a row, a wrong magic, sizes that do not fit the
/// file.
class RecordingReader {
 public:
  /// `name` becomes Recording::name; by default the file's stem.
  explicit RecordingReader(const std::filesystem::path& file, std::string name = {});
  ~RecordingReader();
  RecordingReader(RecordingReader&&) noexcept;
  RecordingReader& operator=(RecordingReader&&) noexcept;

  /// Name, kind and columns; no rows.
  const Recording& header() const;
  /// Replaces `block` by the next rows, at most `most_rows`. False at the end, with no rows.
  bool read(Recording& block, Eigen::Index most_rows = 4096);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The whole file.
Recording read_recording(const std::filesystem::path& file, std::string name = {});

/// Writes a table of frames row block by row block; nothing stands under the final name before finish().
class RecordingWriter {
 public:
  /// `file` with the extension that the format asks for (.csv, .npy).
  RecordingWriter(const std::filesystem::path& file, const std::vector<Column>& columns, TableFormat format);
  ~RecordingWriter();
  RecordingWriter(RecordingWriter&&) noexcept;
  RecordingWriter& operator=(RecordingWriter&&) noexcept;

  /// Appends rows. Requires block.columns to be those of the constructor. Infinite values throw Error (data).
  void write(const Recording& block);
  /// Completes the file. Returns its SHA-256.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The first five columns of every per-frame file: frame, face_id, timestamp, confidence, success.
const std::vector<Column>& frame_columns();

}  // namespace facelex
