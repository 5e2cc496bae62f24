#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "io/input_file.hpp"

namespace facelex {

/// A zip archive whose files are stored as they are (APPNOTE 6.3.10, with its 64-bit records): what
/// torch.save writes. Offsets and sizes are checked against the file before anything is allocated.
class StoredZip {
 public:
  struct Entry {
    std::uint64_t begin = 0, size = 0;  ///< bytes of the file
  };

  /// Throws Error (data): not a zip archive, cut, an entry that is compressed or encrypted.
  explicit StoredZip(const std::filesystem::path& file);

  const std::map<std::string, Entry>& entries() const { return entries_; }
  const std::string& name() const { return file_.name(); }
  /// Bytes begin … begin+size−1 of an entry. Requires that they are within it.
  void read(const Entry& entry, std::uint64_t begin, void* data, std::uint64_t size);

 private:
  struct Directory {
    std::uint64_t begin = 0, size = 0, count = 0;
  };
  [[noreturn]] void refuse(const std::string& what, const std::string& remedy = {}) const;
  Directory find_directory();
  void read_directory(const Directory& directory);

  InputFile file_;
  std::uint64_t bytes_ = 0;
  std::map<std::string, Entry> entries_;
};

}  // namespace facelex
