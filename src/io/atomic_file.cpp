#include "facelex/io/atomic_file.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <limits>
#include <system_error>
#include <utility>
#include <vector>

#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/path_text.hpp"
#include "facelex/core/text.hpp"

namespace facelex {
namespace {

constexpr std::size_t buffer_size = std::size_t{1} << 20;

/// The name of this machine without dots.
std::string host_name() {
  char name[256] = "";
  if (::gethostname(name, sizeof name - 1) != 0) return "unknown";
  std::string text = name;
  std::replace(text.begin(), text.end(), '.', '-');
  return text;
}

std::filesystem::path temporary_name(const std::filesystem::path& target) {
  constexpr std::size_t longest_name = 255;  // bytes, of every common file system
  const std::string tail = "." + host_name() + "." + std::to_string(::getpid()) + ".tmp";
  const std::string name = target.filename().string().substr(0, longest_name - 1 - tail.size());
  return target.parent_path() / ("." + name + tail);
}

/// So that the rename itself survives a power cut. Some file systems cannot flush a folder: nothing is lost.
void flush_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

struct AtomicFile::State {
  std::filesystem::path target, temporary;
  int descriptor = -1;
  bool committed = false;
  std::vector<char> buffer;
  std::uint64_t bytes = 0;
  Sha256 digest;

  explicit State(std::filesystem::path file) : target(std::move(file)), temporary(temporary_name(target)) {
    if (target.filename().empty())
      throw usage_error(path_in_quotes(target.string()) + " is not the name of a file");
    if (const auto folder = target.parent_path(); !folder.empty()) {
      std::error_code error;
      std::filesystem::create_directories(folder, error);
      if (error) throw system_error(folder.string(), "create the folder", error.value());
    }
    // A file of this name is left over from a killed process that had our number.
    ::unlink(temporary.c_str());
    descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0) throw system_error(target.string(), "create", errno);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (descriptor >= 0) ::close(descriptor);
    if (!committed) ::unlink(temporary.c_str());
  }

  void put(const char* data, std::size_t size) {
    digest.update(data, size);
    while (size > 0) {
      const auto put = ::write(descriptor, data, size);
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) throw system_error(target.string(), "write", errno);
      data += put;
      size -= static_cast<std::size_t>(put);
    }
  }

  void flush() {
    put(buffer.data(), buffer.size());
    buffer.clear();
  }

  /// Whether the temporary name still is the file that we opened: another process with our number (on another
  /// machine that shares the folder) may have taken it.
  void check_still_ours() const {
    struct stat opened {
    }, named{};
    if (::fstat(descriptor, &opened) != 0 || ::lstat(temporary.c_str(), &named) != 0)
      throw system_error(target.string(), "complete", errno);
    if (opened.st_dev != named.st_dev || opened.st_ino != named.st_ino)
      throw environment_error(target.string() + ": another process writes the same file",
                              "give each process its own inputs or its own output folder");
    if (static_cast<std::uint64_t>(opened.st_size) != bytes)
      throw environment_error(target.string() + ": " + std::to_string(opened.st_size) +
                              " bytes on disk, but " + std::to_string(bytes) + " were written");
  }
};

AtomicFile::AtomicFile(std::filesystem::path target) : state_(std::make_unique<State>(std::move(target))) {}
AtomicFile::~AtomicFile() = default;
AtomicFile::AtomicFile(AtomicFile&&) noexcept = default;
AtomicFile& AtomicFile::operator=(AtomicFile&&) noexcept = default;

void AtomicFile::write(const void* data, std::size_t bytes) {
  State& s = *state_;
  s.bytes += bytes;
  if (s.buffer.size() + bytes > buffer_size) s.flush();
  const auto* from = static_cast<const char*>(data);
  if (bytes >= buffer_size) return s.put(from, bytes);
  s.buffer.insert(s.buffer.end(), from, from + bytes);
}

std::uint64_t AtomicFile::bytes() const {
  return state_->bytes;
}

std::string AtomicFile::commit() {
  State& s = *state_;
  s.flush();
  const bool written_by_another = s.bytes == 0;
  if (!written_by_another) s.check_still_ours();
  if (written_by_another) {
    // The other writer may have made a new file under the name; that is the one to flush.
    const int descriptor = ::open(s.temporary.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) throw system_error(s.target.string(), "complete", errno);
    ::close(s.descriptor);
    s.descriptor = descriptor;
  }
  if (::fsync(s.descriptor) != 0) throw system_error(s.target.string(), "write", errno);
  const int descriptor = std::exchange(s.descriptor, -1);
  if (::close(descriptor) != 0) throw system_error(s.target.string(), "write", errno);
  std::string hex = written_by_another ? sha256_of_file(s.temporary) : s.digest.hex();
  if (std::rename(s.temporary.c_str(), s.target.c_str()) != 0)
    throw system_error(s.target.string(), "complete", errno);
  s.committed = true;
  flush_folder(s.target.parent_path());
  return hex;
}

const std::filesystem::path& AtomicFile::target() const {
  return state_->target;
}

const std::filesystem::path& AtomicFile::temporary() const {
  return state_->temporary;
}

bool is_stale_temporary(const std::string& file_name) {
  constexpr std::string_view end = ".tmp";
  if (!file_name.starts_with('.') || !file_name.ends_with(end)) return false;
  const std::string stem = file_name.substr(0, file_name.size() - end.size());
  const auto dot = stem.rfind('.');
  const auto process = parse_integer(stem.substr(dot + 1));
  if (!process || *process <= 0 || *process > std::numeric_limits<pid_t>::max()) return false;
  if (!stem.substr(0, dot).ends_with("." + host_name())) return false;
  return ::kill(static_cast<pid_t>(*process), 0) != 0 && errno == ESRCH;
}

void write_file_atomically(const std::filesystem::path& target, std::string_view content) {
  AtomicFile file(target);
  file.write(content);
  file.commit();
}

}  // namespace facelex
