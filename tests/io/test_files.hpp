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
#include "support/temporary_folder.hpp"

namespace facelex::test {

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
