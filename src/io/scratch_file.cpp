#include "facelex/io/scratch_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "facelex/core/error.hpp"

namespace facelex {

ScratchFile::ScratchFile(const std::string& what) : name_("temporary file of " + what + " (in $TMPDIR)") {
  const char* const folder = std::getenv("TMPDIR");
  std::string path = (std::filesystem::path(folder && *folder ? folder : "/tmp") / "facelex-XXXXXX").string();
  file_ = mkostemp(path.data(), O_CLOEXEC);
  if (file_ < 0) throw system_error(path, "make", errno).of_kind(ErrorKind::environment);
  unlink(path.c_str());
}

ScratchFile::~ScratchFile() {
  close(file_);
}

void ScratchFile::write(const void* data, std::size_t bytes, std::int64_t at) {
  for (const auto* from = static_cast<const char*>(data); bytes > 0;) {
    const ssize_t done = pwrite(file_, from, bytes, at);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) throw system_error(name_, "write", errno).of_kind(ErrorKind::environment);
    from += done;
    bytes -= static_cast<std::size_t>(done);
    at += done;
  }
}

void ScratchFile::read(void* data, std::size_t bytes, std::int64_t at) const {
  for (auto* to = static_cast<char*>(data); bytes > 0;) {
    const ssize_t done = pread(file_, to, bytes, at);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) throw system_error(name_, "read", done < 0 ? errno : EIO).of_kind(ErrorKind::environment);
    to += done;
    bytes -= static_cast<std::size_t>(done);
    at += done;
  }
}

}  // namespace facelex
