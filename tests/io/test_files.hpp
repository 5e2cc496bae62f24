#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "facelex/core/error.hpp"

namespace facelex::test {

/// A folder of its own for each test, removed after it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::temp_directory_path() / ("facelex_" + std::string(test->test_suite_name()) +
                                                      "_" + test->name() + "_" + std::to_string(::getpid()));
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  /// Writes a file in it.
  std::filesystem::path file(const std::string& name, std::string_view content) const {
    std::filesystem::remove(path_ /
                            name);  // some file systems flush a file that is overwritten, which is slow
    std::ofstream(path_ / name, std::ios::binary) << content;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

inline std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The message of the Error that `work` throws, or "no error".
template <class Work>
std::string error_of(const Work& work, ErrorKind* kind = nullptr) {
  try {
    work();
  } catch (const Error& error) {
    if (kind) *kind = error.kind();
    return error.what();
  }
  return "no error";
}

/// Whether the message holds all of the words; a failure says which is missing.
inline ::testing::AssertionResult says(const std::string& message, std::initializer_list<const char*> words) {
  for (const char* word : words)
    if (message.find(word) == std::string::npos)
      return ::testing::AssertionFailure() << "'" << word << "' is not in: " << message;
  return ::testing::AssertionSuccess();
}

/// A file of ../shared/data, or nothing where that is not there.
inline std::optional<std::filesystem::path> shared_data(const std::string& name) {
  const char* folder = std::getenv("FACELEX_SHARED_DATA");
  if (!folder) return {};
  return std::filesystem::path(folder) / name;
}

}  // namespace facelex::test
