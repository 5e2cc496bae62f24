#include "mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "facelex/core/error.hpp"

namespace facelex {

MappedFile::MappedFile(const std::filesystem::path& file, std::string_view what, const Message& remedy) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  const bool found = descriptor >= 0 && ::fstat(descriptor, &status) == 0;
  int problem = found ? 0 : errno;
  if (found && !S_ISREG(status.st_mode)) problem = EISDIR;
  if (problem == 0) {
    size_ = static_cast<std::size_t>(status.st_size);
    if (size_ > 0) data_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor, 0);
    if (data_ == MAP_FAILED) problem = errno;
  }
  if (descriptor >= 0) ::close(descriptor);
  if (problem != 0)
    throw environment_error(
        file.string() + ": cannot open " + std::string(what) + ": " + std::strerror(problem), remedy);
}

MappedFile::~MappedFile() {
  if (size_ > 0) ::munmap(data_, size_);
}

}  // namespace facelex
