#include "batch/output_name.hpp"

#include <gtest/gtest.h>

namespace facelex {
namespace {

TEST(OutputName, IsPlain) {
  EXPECT_EQ(plain_name("a/b"), "a/b");
  EXPECT_EQ(plain_name("./a//b/"), "a/b");
  EXPECT_EQ(plain_name("a/../b"), "b");
  EXPECT_EQ(plain_name("a/../../b"), "../b");
  EXPECT_EQ(plain_name("..a/b.."), "..a/b..");
}

TEST(OutputName, LeadsOutOfTheFolderOrNot) {
  for (const char* name : {"a", "a/b", "..a", "a..b/c", ".hidden"})
    EXPECT_EQ(problem_of_name(name), "") << name;
  for (const char* name : {"", ".", "..", "../a", "/a"}) EXPECT_NE(problem_of_name(name), "") << name;
}

TEST(OutputName, KeysAreEqualForWhatReadsTheSame) {
  // é, and e with an accent; Å three ways; two marks in either order; a syllable of Hangul and its letters.
  EXPECT_EQ(name_key("caf\xc3\xa9"), name_key("cafe\xcc\x81"));
  EXPECT_EQ(name_key("\xc3\x85"), name_key("A\xcc\x8a"));
  EXPECT_EQ(name_key("\xc3\x85"), name_key("\xe2\x84\xab"));
  EXPECT_EQ(name_key("a\xcc\x81\xcc\xa3"), name_key("a\xcc\xa3\xcc\x81"));
  EXPECT_EQ(name_key("\xea\xb0\x81"), name_key("\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8"));
  EXPECT_EQ(name_key(" a / b"), name_key("a/b"));
  for (const char* other : {"cafe", "cafE\xcc\x81", "caf\xe9", "cafe\xcc\x80", "ca/fe\xcc\x81"})
    EXPECT_NE(name_key("caf\xc3\xa9"), name_key(other)) << other;
  EXPECT_NE(name_key("a\xff"), name_key("a\xfe")) << "bytes that are not text";
  EXPECT_NE(name_key("ab"), name_key("a/b"));
}

}  // namespace
}  // namespace facelex
