#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "facelex/compare/compared_recordings.hpp"
#include "facelex/core/matrix.hpp"
#include "facelex/io/recording.hpp"

namespace facelex {

/// The columns of a recording that a system takes: its input, or of imported codes all units. Empty when one
/// is missing.
std::vector<Eigen::Index> taken_columns(const Recording& header, const ComparedSystem& system);
/// Why a recording is nothing for a system ("holds landmarks"), or nothing when it is.
std::string why_not_taken(const Recording& header, const ComparedSystem& system);

/// The same frames of several recordings of one face or the same faces.
class CommonRows {
 public:
  /// Rows with success whose `columns` are all there, of frames number 1, 1 + every …, that have such rows in
  /// all recordings. Files of one face are matched by frame number, files of several by frame number and
  /// face_id. Throws Error (data): one recording has several faces and another has one; no common row.
  CommonRows(const std::vector<const Recording*>& recordings,
             const std::vector<std::vector<Eigen::Index>>& columns, int every);

  Eigen::Index count() const { return static_cast<Eigen::Index>(rows_.front().size()); }
  /// The rows of recording r.
  const std::vector<Eigen::Index>& of(std::size_t r) const { return rows_[r]; }

 private:
  std::vector<std::vector<Eigen::Index>> rows_;
};

}  // namespace facelex
