#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

#include "facelex/core/message.hpp"

namespace facelex {

/// A whole file's bytes as they lie in the page cache.
class MappedFile {
 public:
  /// Throws Error (environment): "<file>: cannot open <what>: No such file or directory; <remedy>".
  MappedFile(const std::filesystem::path& file, std::string_view what, const Message& remedy);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const unsigned char> bytes() const { return {static_cast<const unsigned char*>(data_), size_}; }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace facelex
