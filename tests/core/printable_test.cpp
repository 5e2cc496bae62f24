#include "facelex/core/printable.hpp"

#include <gtest/gtest.h>

namespace {

using facelex::printable;

TEST(Printable, EscapesWhatATerminalTakesForACommand) {
  EXPECT_EQ(printable("a\x1b[2Jb\x7f\r\n\t"), "a\\x1b[2Jb\\x7f\\x0d\\x0a\\x09");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "\\x9b31m");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
}

TEST(Printable, LeavesEverythingElse) {
  EXPECT_EQ(printable("clips/Größe ✓ \\x1b.mp4"), "clips/Größe ✓ \\x1b.mp4");
  EXPECT_EQ(printable("caf\xe9 \xc2\xa0 \xc2"), "caf\xe9 \xc2\xa0 \xc2");
}

}  // namespace
