#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "facelex/core/matrix.hpp"
#include "facelex/core/options.hpp"
#include "facelex/io/recording.hpp"

namespace facelex {

/// Which columns of a recording are its signals, and at which frame rate.
struct CodeSignalOptions {
  /// Columns by name; an entry that ends in * stands for all that begin so. Empty: all codes (coefficients
  /// without reconstruction_error, or e_*).
  std::vector<std::string> columns;
  double fps = 0;       ///< frames per second that all videos are brought to; 0: the most frequent rate
  bool strict = false;  ///< refuse videos of another frame rate instead of resampling them
  /// Times are (number − 1)/fps, whatever the time stamps say; needs fps.
  bool ignore_timestamps = false;

  void describe(OptionList& options);
  /// Throws Error (usage).
  void check() const;
};

/// Evenly sampled signals of one face.
struct VideoSignals {
  int face_id = -1;  ///< in a file of several faces; else -1
  std::vector<Column> columns;
  double fps = 0;
  double start = 0;  ///< seconds: time of row 0
  RowMatrix values;  ///< frames×signals; NaN where missing
  bool resampled = false;
};

/// The rotation of the head as signals: pitch, yaw, roll (pose_Rx, pose_Ry, pose_Rz) in radians.
const std::vector<Column>& head_columns();

/// The columns that are signals. Throws Error (data) that names the file: tokens or another kind that is no
/// code without `columns`, no such column.
std::vector<Eigen::Index> signal_columns_of(const Recording& recording, const CodeSignalOptions& options,
                                            const std::string& file);

/// Frames per second from numbers and time stamps of these rows of one face; nothing where fewer than two
/// have a time stamp, or time stands still.
std::optional<double> frame_rate(const Recording& recording, const std::vector<Eigen::Index>& rows);

/// Whether two rates are within `tolerance` (a share of b) of one another.
bool is_same_rate(double a, double b, double tolerance = 0.01);

/// The rate of each file as far as its first rows tell; 0: it has no time stamps; NaN: it cannot be read.
std::vector<double> frame_rates(const std::vector<std::filesystem::path>& files);
/// The rate that most have (the lower one of a tie); rates within 1 % count as one, and 0 and NaN do not
/// count. 0 when none counts.
double most_frequent_rate(std::vector<double> rates);
/// most_frequent_rate of frame_rates.
double common_frame_rate(const std::vector<std::filesystem::path>& files);

/// Adds pitch, yaw and roll after the columns of the recording: from its own pose_R* columns, or from those
/// of `head`, a recording with the same frame numbers (and face_ids, where either has several faces). NaN
/// where `head` lacks a frame. Throws Error (data) when pose_Rx, pose_Ry or pose_Rz is missing, or `head` has
/// none of the frames.
void add_head(Recording& recording, std::vector<Eigen::Index>& columns, const Recording& head,
              const std::string& file);

/// The signals of each face of a recording at even times: at its own rate where that is within `tolerance`
/// (a share) of fps, else resampled linearly to fps; times without a frame are missing, and nothing is
/// interpolated across them. `fps` 0: its own rate. A recording without time stamps, or whose time stamps are
/// ignored, has the rate fps. Throws Error (data): no time stamps and fps 0, another rate with
/// options.strict.
std::vector<VideoSignals> even_signals(const Recording& recording, const std::vector<Eigen::Index>& columns,
                                       const CodeSignalOptions& options, double fps, const std::string& file,
                                       double tolerance = 0.01);

}  // namespace facelex
