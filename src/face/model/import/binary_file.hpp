#pragma once

#include <cstdint>
#include <cstring>
#include <string>

#include "parts.hpp"

namespace facelex {

/// A file of little-endian numbers one after the other. Every size is compared with what is left of the file
/// before anything is allocated.
class BinaryFile {
 public:
  explicit BinaryFile(const std::filesystem::path& file) : file_(file), bytes_(file_bytes(file)) {}

  template <class T>
  T number(const std::string& what) {
    T value{};
    std::memcpy(&value, take(sizeof value, what), sizeof value);
    return value;
  }
  std::string text(std::uint64_t length, const std::string& what) { return {take(length, what), length}; }
  /// Column-major, or for vectors one after the other.
  template <class T>
  Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> matrix(std::int64_t rows, std::int64_t cols,
                                                          const std::string& what) {
    const auto left = static_cast<std::int64_t>(this->left() / sizeof(T));
    if (rows < 0 || cols < 0 || (rows > 0 && cols > left / rows))
      refuse(what, "is of " + std::to_string(rows) + "×" + std::to_string(cols) + " numbers, but " +
                       std::to_string(this->left()) + " bytes are left");
    Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> values(rows, cols);
    const auto size = static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(cols) * sizeof(T);
    if (size > 0) std::memcpy(values.data(), take(size, what), size);
    return values;
  }
  std::uint64_t left() const { return bytes_.size() - at_; }
  [[noreturn]] void refuse(const std::string& what, const std::string& problem) const {
    throw bad_import(file_, "byte " + std::to_string(at_) + ": " + what + " " + problem,
                     "the file was cut or is of another layout");
  }

 private:
  const char* take(std::uint64_t size, const std::string& what) {
    if (size > left())
      refuse(what, "needs " + std::to_string(size) + " bytes, " + std::to_string(left()) + " are left");
    const char* from = bytes_.data() + at_;
    at_ += size;
    return from;
  }

  std::filesystem::path file_;
  std::string bytes_;
  std::uint64_t at_ = 0;
};

}  // namespace facelex
