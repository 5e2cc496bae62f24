#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "facelex/core/matrix.hpp"
#include "facelex/core/options.hpp"
#include "facelex/features/signal_table.hpp"
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

/// Evenly sampled signals of one face, NaN where a value is missing. They are read when they are asked for.
class VideoSignals {
 public:
  int face_id = -1;  ///< in a file of several faces; else -1
  std::vector<Column> columns;
  double fps = 0;
  double start = 0;  ///< seconds: time of frame 0
  bool resampled = false;

  Eigen::Index frames() const { return frames_; }
  Eigen::Index count() const { return static_cast<Eigen::Index>(columns.size()); }
  /// Frames first … first+n−1 of a signal. Requires that they exist.
  void read(Eigen::Index signal, Eigen::Index first, Eigen::Index n, double* to) const;
  /// A whole signal.
  Eigen::VectorXd signal(Eigen::Index signal) const;
  /// Some signals, frames×signals.
  RowMatrix signals(const std::vector<Eigen::Index>& chosen) const;
  /// All signals of frames first … first+n−1, n×count.
  RowMatrix rows(Eigen::Index first, Eigen::Index n) const;
  /// Leaves frames first … first+n−1. Requires that they exist.
  void cut(Eigen::Index first, Eigen::Index n);

 private:
  friend class EvenSampling;

  /// Where a frame comes from: a row, or a point between two, or nowhere.
  struct Source {
    Eigen::Index row = -1, next = -1;
    double share = 0;  ///< of next; 0: the row alone
  };

  std::vector<std::shared_ptr<const SignalColumns>> parts_;
  Eigen::Index frames_ = 0, first_ = 0;
  std::vector<Source> sources_;  ///< of frames from the first of all on; empty: frame t is row t
};

/// The rotation of the head as signals: pitch, yaw, roll (pose_Rx, pose_Ry, pose_Rz) in radians.
const std::vector<Column>& head_columns();

/// The columns that are signals. Throws Error (data) that names the file: tokens or another kind that is no
/// code without `columns`, no such column.
std::vector<Eigen::Index> signal_columns_of(const Recording& recording, const CodeSignalOptions& options,
                                            const std::string& file);

/// Frames per second from numbers and time stamps of these rows of one face; nothing where fewer than two
/// have a time stamp, or time stands still.
std::optional<double> frame_rate(const std::vector<Frame>& frames, const std::vector<Eigen::Index>& rows);

/// Whether two rates are within `tolerance` (a share of b) of one another.
bool is_same_rate(double a, double b, double tolerance = 0.01);

/// The rate of each file as far as its first rows tell; 0: it has no time stamps; NaN: it cannot be read.
std::vector<double> frame_rates(const std::vector<std::filesystem::path>& files);
/// The rate that most have (the lower one of a tie); rates within 1 % count as one, and 0 and NaN do not
/// count. 0 when none counts.
double most_frequent_rate(std::vector<double> rates);
/// most_frequent_rate of frame_rates.
double common_frame_rate(const std::vector<std::filesystem::path>& files);

/// A table with pitch, yaw and roll after the other columns: from its own pose_R* columns, or from those of
/// the file `head`, a recording with the same frame numbers (and face_ids, where either has several faces).
/// NaN where `head` lacks a frame. Throws Error (data) when pose_Rx, pose_Ry or pose_Rz is missing, or `head`
/// has none of the frames.
void add_head(SignalTable& table, const std::filesystem::path& head);
/// pose_Rx, pose_Ry, pose_Rz among these columns. Throws Error (data) when one is missing.
std::vector<Eigen::Index> pose_columns(const std::vector<Column>& columns, const std::string& file);

/// The signals of each face of a recording at even times: at its own rate where that is within `tolerance`
/// (a share) of fps, else resampled linearly to fps; times without a frame are missing, and nothing is
/// interpolated across them. `fps` 0: its own rate. A recording without time stamps, or whose time stamps are
/// ignored, has the rate fps. Throws Error (data): no time stamps and fps 0, another rate with
/// options.strict.
std::vector<VideoSignals> even_signals(const SignalTable& table, const CodeSignalOptions& options, double fps,
                                       const std::string& file, double tolerance = 0.01);

}  // namespace facelex
