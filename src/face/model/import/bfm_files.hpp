#pragma once

#include <Eigen/Core>
#include <filesystem>
#include <memory>
#include <string>

namespace facelex {

/// The variables of a MATLAB v5 file, the matrices of numbers among them. Throws Error (data) that names file
/// and variable. Memory is taken only for what the file can hold.
class MatlabFile {
 public:
  explicit MatlabFile(const std::filesystem::path& file);
  ~MatlabFile();
  MatlabFile(const MatlabFile&) = delete;
  MatlabFile& operator=(const MatlabFile&) = delete;

  /// A matrix of numbers of whatever type.
  Eigen::MatrixXd matrix(const std::string& name) const;
  /// The same in single precision: bases are large.
  Eigen::MatrixXf small_matrix(const std::string& name) const;

 private:
  template <class T>
  Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> read(const std::string& name) const;
  struct State;
  std::unique_ptr<State> state_;
};

/// The data sets of an HDF5 file. Throws Error (data) that names file and data set.
class Hdf5File {
 public:
  explicit Hdf5File(const std::filesystem::path& file);
  ~Hdf5File();
  Hdf5File(const Hdf5File&) = delete;
  Hdf5File& operator=(const Hdf5File&) = delete;

  bool has(const std::string& name) const;
  /// Numbers of one dimension (a column) or two.
  Eigen::MatrixXf matrix(const std::string& name) const;
  /// Whole numbers of two dimensions.
  Eigen::MatrixXi integers(const std::string& name) const;

 private:
  template <class T>
  Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> read(const std::string& name, long long memory_type) const;
  struct State;
  std::unique_ptr<State> state_;
};

/// Compressed numbers are at most this many times as large as their file (zlib): what says that it is larger
/// lies, and is refused before memory is taken for it.
inline constexpr std::uint64_t max_compression = 1032;

}  // namespace facelex
