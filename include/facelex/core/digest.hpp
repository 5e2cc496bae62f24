#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "facelex/core/work.hpp"

namespace facelex {

/// SHA-256 of a stream of bytes, through OpenSSL (which uses the processor's instructions for it).
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(const void* data, std::size_t bytes);
  void update(std::string_view text) { update(text.data(), text.size()); }
  /// 64 lower-case hexadecimal digits. Ends the stream: only the destructor may follow.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256_of_text(std::string_view text);
/// Digest of a file's bytes; of a folder: of the names and bytes of the regular files directly in it, in
/// natural order. Throws Error: data, that names the file when it cannot be read; interrupted.
std::string sha256_of_file(const std::filesystem::path& file, const Work& work = {});

}  // namespace facelex
