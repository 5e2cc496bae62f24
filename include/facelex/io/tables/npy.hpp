#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "facelex/core/matrix.hpp"

namespace facelex {

/// A NumPy array file of float32 or float64, little-endian, C or Fortran order, of one dimension (read as
/// T×1) or two, format versions 1 to 3. Rows are read as they are asked for.
class NpyFile {
 public:
  /// Throws Error (data) that names the file: wrong magic, a header that cannot be read, another element type
  /// (big-endian, integer, Python objects), other dimensions, a size that does not fit the header. Nothing is
  /// allocated from sizes that the file does not have.
  explicit NpyFile(const std::filesystem::path& file);
  ~NpyFile();
  NpyFile(NpyFile&&) noexcept;
  NpyFile& operator=(NpyFile&&) noexcept;

  Eigen::Index rows() const;
  Eigen::Index cols() const;
  /// Rows [first, first + count) as doubles. Requires 0 ≤ first, 0 ≤ count, first + count ≤ rows().
  void read(Eigen::Index first, Eigen::Index count, RowMatrix& values);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The whole array. Throws as NpyFile does.
RowMatrix read_npy(const std::filesystem::path& file);

/// The first 128 bytes of a version 1.0 file that holds rows×cols float64 values in C order after them.
std::string npy_header(std::int64_t rows, std::int64_t cols);

}  // namespace facelex
