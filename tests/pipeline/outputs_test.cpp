#include "facelex/pipeline/outputs.hpp"

#include <gtest/gtest.h>

#include "facelex/core/error.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

template <class Check>
std::string problem_of(ErrorKind kind, const Check& check) {
  try {
    check();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
  return "none";
}

TEST(Outputs, ATableIsNamedCsvAndIsNoFolder) {
  const test::TemporaryFolder folder;
  const auto problem = [](const std::filesystem::path& path) {
    return problem_of(ErrorKind::usage, [&] { check_table_path(path, "--table"); });
  };
  EXPECT_EQ(problem(folder / "a.csv"), "none");
  EXPECT_NE(problem("").find("--table is empty"), std::string::npos);
  EXPECT_NE(problem(folder / "a.txt").find("a.txt' is not named .csv"), std::string::npos);
  std::filesystem::create_directory(folder / "b.csv");
  EXPECT_NE(problem(folder / "b.csv").find("b.csv' is a folder"), std::string::npos);
}

TEST(Outputs, AFolderIsNoFileAndNotNamedLikeATable) {
  const test::TemporaryFolder folder;
  const auto problem = [](const std::filesystem::path& path) {
    return problem_of(ErrorKind::usage, [&] { check_folder_path(path); });
  };
  EXPECT_EQ(problem(folder.path()), "none");
  EXPECT_EQ(problem(folder / "new"), "none");
  EXPECT_NE(problem("").find("output is empty"), std::string::npos);
  EXPECT_NE(problem(folder / "new.csv").find("is named like a table"), std::string::npos);
  EXPECT_NE(problem(folder.write("file", "")).find("is a file"), std::string::npos);
}

TEST(Outputs, WhatCannotBeWrittenIsKnownBeforeTheWork) {
  const test::TemporaryFolder folder;
  check_writable(folder / "deep/down/a.csv");
  EXPECT_FALSE(std::filesystem::exists(folder / "deep/down/a.csv")) << "the probe is gone";
  folder.write("file", "");
  EXPECT_NE(problem_of(ErrorKind::environment, [&] { check_writable(folder / "file/a.csv"); })
                .find("nothing can be written there"),
            std::string::npos);
}

}  // namespace
}  // namespace facelex
