#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <vector>

#include "blocks.hpp"
#include "facelex/core/matrix.hpp"
#include "facelex/features/video_signals.hpp"
#include "facelex/features/wcc/options.hpp"
#include "whole.hpp"

namespace facelex {

/// Signals by columns, with what windows ask of them.
class WccSignals {
 public:
  /// T×P; NaN where a value is missing.
  explicit WccSignals(const RowMatrix& values);
  explicit WccSignals(const VideoSignals& signals);

  Eigen::Index frames() const { return frames_; }
  Eigen::Index count() const { return valid_.cols(); }
  /// Whether all values of these frames are there.
  bool whole(Eigen::Index first, Eigen::Index frames) const {
    return missing_before_[first + frames] == missing_before_[first];
  }
  bool has(Eigen::Index frame, Eigen::Index signal) const { return valid_(frame, signal) != 0; }
  /// Groups of signals that miss the same of these frames.
  std::vector<std::vector<Eigen::Index>> alike(Eigen::Index first, Eigen::Index frames) const;
  /// T×wcc_stride(P): rows begin at lines of the cache; zeros after the last signal.
  Eigen::Map<const RowMatrix> values() const { return {values_.data(), frames_, wcc_stride(count())}; }

 private:
  WccSignals(Eigen::Index frames, Eigen::Index count);
  void put(Eigen::Index frame, Eigen::Index signal, double value);
  void count_missing();

  Eigen::Index frames_;
  AlignedBuffer<double> values_;
  Eigen::Matrix<std::uint8_t, Eigen::Dynamic, Eigen::Dynamic> valid_;
  std::vector<std::int64_t> missing_before_;  // T+1: rows with a missing value before row t
};

/// What windowed cross-correlation makes of one window of all pairs of signals.
class WccWindow {
 public:
  /// No correlation: of a signal that does not change, or with too many values missing.
  static constexpr double missing = -4;

  /// `half`: x and y are the same and frames.mirrored: half of the shifts are computed. `in_order`: windows
  /// of both will mostly come one after another, so that what they share is kept.
  WccWindow(const WccSignals& x, const WccSignals& y, const WccFrames& frames, bool half, bool in_order);

  /// The windows that stand at frame `at_x` of x and at_y of y.
  void compute(Eigen::Index at_x, Eigen::Index at_y);
  /// The value that over_lags chooses, or `missing`, and its lag in frames: columns() × stride(), a row for
  /// each signal of y, and `missing` after the last signals.
  Eigen::Index stride() const { return wcc_stride(x_.count()); }
  Eigen::Index columns() const { return wcc_stride(y_.count()); }
  const double* value() const { return value_.data(); }
  const double* lag() const { return lag_.data(); }

 private:
  void begin_choice();
  bool compute_whole(Eigen::Index at_x, Eigen::Index at_y);
  void whole_shifts(Eigen::Index at_x, Eigen::Index at_y);
  void whole_within(Eigen::Index at_x, Eigen::Index at_y);
  void begin_shifts();
  void shifts_with_gaps(Eigen::Index at_x, Eigen::Index at_y);
  void gaps_within(Eigen::Index at_x, Eigen::Index at_y);
  void take(Eigen::Index lag, const Eigen::Ref<const Eigen::MatrixXd>& r, bool all_there);
  void choose();
  void choose_mean_z();
  void mirror();
  Eigen::Index needed(Eigen::Index pairs) const;

  /// The shifts of one place of x: those of y are a run of y_places_.
  struct Row {
    Eigen::Index x = 0, first = 0, count = 0;
  };

  const WccSignals &x_, &y_;
  const WccFrames& frames_;
  const bool half_;
  std::vector<WccShift> shifts_;  // those computed
  std::vector<Eigen::Index> y_places_;
  std::vector<Row> rows_;
  std::vector<Eigen::Index> lags_;       // by |lag|, then lag
  std::vector<Eigen::Index> lag_index_;  // of lag + max_lag_
  Eigen::Index max_lag_ = 0;

  std::vector<Eigen::MatrixXd> of_lag_;  // P×Q for each lag; what over_lags chooses of its shifts
  std::vector<bool> begun_;
  Eigen::MatrixXd z_, z_count_;  // mean_z
  Eigen::MatrixXd units_x_, units_y_, r_;
  AlignedBuffer<double> value_, lag_, magnitude_;
  std::optional<WccBlocks> blocks_in_common_;
  std::optional<WccWhole> rows_in_common_;
  std::vector<bool> constant_x_, constant_y_;
};

}  // namespace facelex
