#include "input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "facelex/core/error.hpp"

namespace facelex {

InputFile::InputFile(const std::filesystem::path& file)
    : name_(file.string()), descriptor_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (descriptor_ < 0) throw system_error(name_, "open", errno);
}

InputFile::~InputFile() {
  ::close(descriptor_);
}

std::size_t InputFile::read(void* data, std::size_t bytes) {
  for (;;) {
    const auto got = ::read(descriptor_, data, bytes);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) throw system_error(name_, "read", errno);
  }
}

void InputFile::read_at(std::uint64_t offset, void* data, std::size_t bytes) {
  auto* to = static_cast<char*>(data);
  while (bytes > 0) {
    const auto got = ::pread(descriptor_, to, bytes, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw system_error(name_, "read", errno);
    if (got == 0)
      throw data_error(
          {name_, 0, {}},
          "ends at byte " + std::to_string(offset) + ", " + std::to_string(bytes) + " bytes too early",
          "the file was cut while it was read");
    to += got;
    offset += static_cast<std::uint64_t>(got);
    bytes -= static_cast<std::size_t>(got);
  }
}

std::optional<std::uint64_t> InputFile::size() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) throw system_error(name_, "read", errno);
  if (!S_ISREG(status.st_mode)) return {};
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace facelex
