#include "facelex/core/error.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>

namespace {

using namespace facelex;

TEST(Place, LeavesOutWhatItDoesNotKnow) {
  EXPECT_EQ((Place{"a.csv", 7, "y_3"}.text()), "a.csv: line 7, column y_3");
  EXPECT_EQ((Place{"a.csv", 7, ""}.text()), "a.csv: line 7");
  EXPECT_EQ((Place{"a.csv", 0, "y_3"}.text()), "a.csv: column y_3");
  EXPECT_EQ((Place{"", 7, ""}.text()), "line 7");
  EXPECT_EQ((Place{"", 7, "y_3"}.text()), "line 7, column y_3");
  EXPECT_EQ((Place{"", 0, "y_3"}.text()), "column y_3");
  EXPECT_EQ(Place().text(), "");
}

TEST(Errors, HaveOneLineAndAKind) {
  const auto data = data_error({"a.csv", 7, "y_3"}, "'x' is not a number", "correct it");
  EXPECT_STREQ(data.what(), "a.csv: line 7, column y_3: 'x' is not a number; correct it");
  EXPECT_EQ(data.kind(), ErrorKind::data);
  EXPECT_STREQ(data_error({}, "nothing is known").what(), "nothing is known");
  EXPECT_EQ(usage_error("no such option", "see --help").kind(), ErrorKind::usage);
  EXPECT_STREQ(usage_error("no such option", "see --help").what(), "no such option; see --help");
  EXPECT_EQ(environment_error("no model").kind(), ErrorKind::environment);
}

TEST(Errors, OfTheSystemSayWhyAndWhetherAnythingCanWork) {
  EXPECT_STREQ(system_error("a.mp4", "open", ENOENT).what(), "a.mp4: cannot open: No such file or directory");
  EXPECT_EQ(system_error("a.mp4", "open", ENOENT).kind(), ErrorKind::data);
  EXPECT_EQ(system_error("a.csv", "write", ENOSPC).kind(), ErrorKind::environment);
  EXPECT_EQ(system_error("a.csv", "write", EDQUOT).kind(), ErrorKind::environment);
  EXPECT_EQ(system_error("a.csv", "write", EFBIG).kind(), ErrorKind::environment);
  EXPECT_EQ(system_error("a.csv", "write", EROFS).kind(), ErrorKind::environment);
}

TEST(InQuotes, EscapesAndCuts) {
  EXPECT_EQ(in_quotes("abc"), "'abc'");
  EXPECT_EQ(in_quotes(""), "''");
  EXPECT_EQ(in_quotes("a\nb\x7f"), "'a\\x0ab\\x7f'");
  EXPECT_EQ(in_quotes(std::string(40, 'x')), "'" + std::string(40, 'x') + "'");
  EXPECT_EQ(in_quotes(std::string(41, 'x')), "'" + std::string(40, 'x') + "…'");
}

}  // namespace
