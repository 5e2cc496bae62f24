#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace facelex {

/// A file opened for reading whose every failure is an Error (data) that names it.
class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& file);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  /// Up to `bytes` bytes from where the last read ended; 0 at the end only.
  std::size_t read(void* data, std::size_t bytes);
  /// Exactly `bytes` bytes from `offset`.
  void read_at(std::uint64_t offset, void* data, std::size_t bytes);
  /// Size of a regular file; nothing for a pipe.
  std::optional<std::uint64_t> size() const;
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  int descriptor_;
};

}  // namespace facelex
