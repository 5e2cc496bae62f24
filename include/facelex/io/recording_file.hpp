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
/// ours, OpenFace (", " or ","), py-feat (a column FaceScore) or any CSV that has numeric columns; ".npy" is
/// a T×D array of float32 or float64, little-endian, C or Fortran order, whose columns are called value_0 …
/// when no sidecar names them. A sidecar beside the file (x.json) gives kind, units and descriptions where
/// there is one.
///
/// A column of frames that is absent is filled in: `frame` is 1 … T, `face_id` -1, `timestamp` NaN,
/// `confidence` 1 where there is success, else 0, `success` 1 where any signal has a value. Empty fields,
/// "nan" and "NA" are missing values (NaN). Signals of a row without success are NaN whatever the file says:
/// OpenFace leaves its last guess there. Text columns that a dialect is known to have (`file`; py-feat's
/// input, approx_time) and an unnamed first column (R's and pandas' row names) are skipped.
///
/// py-feat counts frames from 0, perhaps with steps: number = frame + 1, gaps are kept. FaceScore becomes the
/// confidence, and its presence the success; each name in Identity becomes a face_id, in order of appearance;
/// approx_time (whole seconds) is too coarse for a time stamp. Its degrees (Pitch, Roll, Yaw) stay as they
/// are.
///
/// Throws Error (data) with file, line and column for: an empty file, a missing or repeated column, a ragged
/// row, text or an infinite number where a number belongs, a frame number that repeats for the same face
/// (with both lines) or goes back, a time stamp that goes back within a face, a file that ends within a row,
/// a wrong magic, sizes that do not fit the file.
class RecordingReader {
 public:
  /// `name` becomes Recording::name; by default the file's stem.
  explicit RecordingReader(const std::filesystem::path& file, std::string name = {});
  ~RecordingReader();
  RecordingReader(RecordingReader&&) noexcept;
  RecordingReader& operator=(RecordingReader&&) noexcept;

  /// Name, kind and columns; no rows.
  const Recording& header() const;
  /// Replaces `block` by the next rows, at most `max_rows` and at most 2^20 values (but one row at least),
  /// so that a table of very many columns takes no more memory. False at the end, with no rows.
  bool read(Recording& block, Eigen::Index max_rows = 4096);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The whole file.
Recording read_recording(const std::filesystem::path& file, std::string name = {});

/// Writes a table of frames row block by row block; nothing stands under the final name before finish().
/// Missing values (NaN, a face_id below 0) are empty fields.
class RecordingWriter {
 public:
  /// `file` is named .npy for npy and otherwise for the others. Throws Error for another extension, no
  /// columns, and a name that is empty, repeats or is one of the frame columns.
  RecordingWriter(const std::filesystem::path& file, const std::vector<Column>& columns, TableFormat format);
  ~RecordingWriter();
  RecordingWriter(RecordingWriter&&) noexcept;
  RecordingWriter& operator=(RecordingWriter&&) noexcept;

  /// Appends rows; the signals of a row without success are left empty. Throws Error (data) for an infinite
  /// value and when the names of block.columns are not those of the constructor.
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
