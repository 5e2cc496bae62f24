#include "reader.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "facelex/core/error.hpp"

namespace facelex::fuzz {
namespace {

/// A folder of this process, in memory where the machine has that.
class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp";
    name += "/facelex_fuzz_XXXXXX";
    require(mkdtemp(name.data()) != nullptr, "a folder for the files");
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

int read_as_file(const std::uint8_t* bytes, std::size_t size, const std::string& name,
                 const std::function<void(const std::filesystem::path&)>& read) {
  static const Folder folder;
  const auto file = folder.path() / name;
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  require(descriptor >= 0 && ::write(descriptor, bytes, size) == static_cast<ssize_t>(size),
          "a file is written");
  ::close(descriptor);
  try {
    read(file);
  } catch (const Error& error) {
    constexpr std::size_t longest = 600;
    const std::string_view message = error.what();
    require(error.kind() == ErrorKind::data, "the file is what the error is about");
    require(message.find(name) != std::string_view::npos, "the message names the file");
    require(message.size() < longest, "the message is short");
  }
  return 0;
}

}  // namespace facelex::fuzz
