#pragma once

#include <filesystem>
#include <memory>

#include "facelex/io/recording.hpp"

namespace facelex {

/// Reads the rows of one format; RecordingReader chooses which.
class TableReader {
 public:
  virtual ~TableReader() = default;
  /// Names of the signals; empty when the format has none.
  virtual const std::vector<std::string>& signals() const = 0;
  virtual Eigen::Index width() const = 0;
  /// Sets frames and values of `block` to the next rows, at most `max_rows`; false at the end.
  virtual bool read(Recording& block, Eigen::Index max_rows) = 0;
};

std::unique_ptr<TableReader> open_csv_table(const std::filesystem::path& file);
std::unique_ptr<TableReader> open_npy_table(const std::filesystem::path& file);

/// Rows of a block of `width` signals so that it stays near 8 MB: it is parsed within the processor's cache
/// and a header of very many columns does not ask for much memory.
Eigen::Index rows_of_block(Eigen::Index max_rows, Eigen::Index width);

/// Gives a block its size. Eigen's own resize() frees before it takes, and where no memory is left the matrix
/// is freed a second time with its owner.
inline void resize_block(RowMatrix& values, Eigen::Index rows, Eigen::Index cols) {
  if (values.rows() != rows || values.cols() != cols) values = RowMatrix(rows, cols);
}

}  // namespace facelex
