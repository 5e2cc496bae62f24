#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace facelex {

/// A file that has its final name only when it is complete: bytes go to a hidden temporary name in the same
/// folder (".<name>.<host>.<process>.tmp"), `commit` flushes them to the disk and renames. Without commit the
/// destructor removes the temporary file. Every write error (a full disk too) throws Error that names the
/// target. After an error, only the destructor may follow.
class AtomicFile {
 public:
  /// Creates missing parent folders.
  explicit AtomicFile(std::filesystem::path target);
  ~AtomicFile();
  AtomicFile(AtomicFile&&) noexcept;
  AtomicFile& operator=(AtomicFile&&) noexcept;

  /// Buffered.
  void write(const void* data, std::size_t bytes);
  void write(std::string_view text) { write(text.data(), text.size()); }
  /// What has been written so far.
  std::uint64_t bytes() const;
  /// Completes the file and returns the SHA-256 of its bytes. Throws Error (environment) when another process
  /// wrote the same file meanwhile.
  std::string commit();

  const std::filesystem::path& target() const;
  /// The temporary name, for writers that need a path (a video muxer). What they write there is committed
  /// too, but do not mix it with `write`.
  const std::filesystem::path& temporary() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Whether this is the name of a temporary file of a process of this machine that no longer runs. On a file
/// system that several machines share, the files of the others are never called stale.
bool is_stale_temporary(const std::string& file_name);

/// A whole small file at once.
void write_file_atomically(const std::filesystem::path& target, std::string_view content);

}  // namespace facelex
