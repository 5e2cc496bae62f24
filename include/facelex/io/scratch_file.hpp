#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace facelex {

/// What memory need not hold: a file in $TMPDIR (/tmp when that is not set) that has no name and disappears
/// with this object or the program. Reading is safe from several threads.
class ScratchFile {
 public:
  /// `what`: of what it is, for messages ("frames"). Throws Error (environment) when no file can be made.
  explicit ScratchFile(const std::string& what);
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  /// `bytes` bytes at offset `at`. Throws Error (environment) when the disk is full.
  void write(const void* data, std::size_t bytes, std::int64_t at);
  /// Bytes that were written. Throws Error (environment).
  void read(void* data, std::size_t bytes, std::int64_t at) const;

 private:
  std::string name_;
  int file_;
};

}  // namespace facelex
