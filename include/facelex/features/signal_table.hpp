#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "facelex/core/matrix.hpp"
#include "facelex/io/recording.hpp"
#include "facelex/io/scratch_file.hpp"

namespace facelex {

/// Signals that come by frames and are wanted one by one. Memory holds at most 16 MB of them; of a longer
/// recording all are in a ScratchFile. Reading is safe from several threads.
class SignalColumns {
 public:
  /// Of so many signals.
  explicit SignalColumns(Eigen::Index count);

  /// n×count values. Throws Error (environment) when the disk is full.
  void append(const Eigen::Ref<const RowMatrix>& rows);
  Eigen::Index rows() const { return rows_; }
  Eigen::Index count() const { return count_; }
  /// Values first … first+n−1 of a signal. Requires that they exist.
  void read(Eigen::Index signal, Eigen::Index first, Eigen::Index n, double* to) const;

 private:
  void keep_piece();

  Eigen::Index count_, piece_rows_, rows_ = 0;
  std::vector<Eigen::MatrixXd>
      pieces_;  ///< piece_rows×count; the first ones are in the file, if there is one
  Eigen::Index pieces_in_file_ = 0;
  std::unique_ptr<ScratchFile> file_;
};

/// A recording whose signals are read one by one.
struct SignalTable {
  SignalKind kind = SignalKind::other;
  std::vector<Column> columns;
  std::vector<Frame> frames;
  /// The columns in their order, one part after the other.
  std::vector<std::shared_ptr<const SignalColumns>> parts;

  SignalTable() = default;
  /// These columns of a recording.
  SignalTable(const Recording& recording, const std::vector<Eigen::Index>& chosen);
};

/// Which columns of a recording are read; gets its header.
using SignalChoice = std::function<std::vector<Eigen::Index>(const Recording& header)>;
/// Reads the columns of a file that `choose` names. Throws what reading and choosing throw.
SignalTable read_signal_table(const std::filesystem::path& file, const SignalChoice& choose);

}  // namespace facelex
