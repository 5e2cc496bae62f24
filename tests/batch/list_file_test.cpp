#include "facelex/batch/list_file.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "facelex/core/error.hpp"

namespace facelex {
namespace {

std::vector<ListedPath> read(const std::string& text) {
  std::istringstream in(text);
  return read_list(in, "list");
}

TEST(ListFile, EveryNameReadsBack) {
  for (const std::string name :
       {"plain", "two words", " ends ", "tab\there", "line\nend", "\"quoted\"", "back\\slash", "\\t",
        "caf\xc3\xa9", "\x01\x7f", "bytes \xff\xfe", "carriage\r", "inner \"quote\""}) {
    const auto listed = read(list_line({"/clips/" + name, name}) + list_line({name, "other"}));
    ASSERT_EQ(listed.size(), 2u) << name;
    EXPECT_EQ(listed[0].path, "/clips/" + name);
    EXPECT_EQ(listed[0].name, name);
    EXPECT_EQ(listed[1].path, name);
  }
  EXPECT_EQ(list_line({"/clips/two words.mp4", "a\\b"}), "/clips/two words.mp4\ta\\b\n")
      << "what stands for itself is not quoted";
}

TEST(ListFile, LinesOfBeforeAreReadAsBefore) {
  const auto listed = read("a.mp4\n\n  b.mp4\r\nc.mp4\t site 1/c \n\\t.mp4\n");
  ASSERT_EQ(listed.size(), 4u);
  EXPECT_EQ(listed[1].path, "b.mp4");
  EXPECT_EQ(listed[2].name, "site 1/c");
  EXPECT_EQ(listed[3].path, "\\t.mp4");
}

TEST(ListFile, WhatIsWrongIsSaidWithItsLine) {
  for (const std::string line : {"\"open", "\"a\" b", "\"a\\x\"", "\"a\\", "\"a\\01", "a\tb\tc"}) {
    try {
      read("good\n" + line + "\n");
      FAIL() << line;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_NE(std::string(error.what()).find("list: line 2: "), std::string::npos) << error.what();
    }
  }
}

TEST(ListFile, NulBytesEndPathsAsTheyAre) {
  std::istringstream in(std::string(" a\t\n\0b\0\0\"c\"", 12));
  const auto listed = read_list0(in);
  ASSERT_EQ(listed.size(), 3u);
  EXPECT_EQ(listed[0].path, " a\t\n");
  EXPECT_EQ(listed[2].path, "\"c\"");
}

}  // namespace
}  // namespace facelex
