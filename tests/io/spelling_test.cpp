#include "facelex/io/spelling.hpp"

#include <gtest/gtest.h>

namespace facelex {
namespace {

TEST(Spelling, OneNameHasOneKey) {
  const auto same = [](const char* a, const char* b, const char* difference) {
    EXPECT_EQ(spelling_key(a), spelling_key(b)) << a;
    EXPECT_EQ(spelling_difference(a, b), difference) << a;
  };
  same("S01", "s01", "letter case");
  same("S01", "S1", "leading zeros");
  same("01", "1", "leading zeros");
  same("S 01", "S 01 ", "spaces");
  same("S  01", "S 01", "spaces");
  same("Ren\xC3\xA9", "Rene\xCC\x81", "how a letter is encoded");
  same("STRASSE",
       "stra\xC3\x9F"
       "e",
       "letter case");
  same("S\xEF\xBC\x91", "S1", "spelling alone");  // a full-width digit
  same("S01b", "s1B", "spelling alone");
}

TEST(Spelling, OtherNamesHaveOthers) {
  for (const auto& [a, b] :
       {std::pair{"S10", "S1"}, {"S0", "S"}, {"0", "00 1"}, {"S1", "S1_2"}, {"S100", "S10"}, {"a1", "b1"}})
    EXPECT_NE(spelling_key(a), spelling_key(b)) << a;
  EXPECT_EQ(spelling_key("S00"), "s0");
  EXPECT_EQ(spelling_key("\xFF\xFE S01"), "\xFF\xFE S01") << "no UTF-8";
}

}  // namespace
}  // namespace facelex
