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

/// How an edge calls two of its options.
std::string at_edge(const std::string& name) {
  return name == "window" ? "--wcc-window" : name == "fps" ? "--fps" : "";
}

TEST(Errors, KeepTheirPartsAndNameFieldsAsTheEdgeDoes) {
  const Error error = option_error("window", "0.05 s hold too little",
                                   "give " + field("fps") + " or a longer " + field("lag"));
  EXPECT_STREQ(error.what(), "window: 0.05 s hold too little; give fps or a longer lag");
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_EQ(error.field().name, "window");
  EXPECT_EQ(error.parts().what.text(), "0.05 s hold too little");
  EXPECT_EQ(error.parts().remedy.text(), "give fps or a longer lag");
  const Error named = error.named(at_edge);
  EXPECT_STREQ(named.what(), "--wcc-window: 0.05 s hold too little; give --fps or a longer lag");
  EXPECT_EQ(named.field().name, "window");
  // Who knows first says it: an outer edge changes nothing of it, and names what is left.
  EXPECT_STREQ(named.named([](const std::string& name) { return "-" + name; }).what(),
               "--wcc-window: 0.05 s hold too little; give --fps or a longer -lag");
  EXPECT_STREQ(error.named({}).what(), error.what());
}

TEST(Errors, AreCompletedByWhoKnowsThePlace) {
  const Error error = data_error({"", 7, "y"}, "'x' is not a number");
  EXPECT_STREQ(error.with_place({"a.csv", 9, "z"}).what(), "a.csv: line 7, column y: 'x' is not a number");
  EXPECT_STREQ(data_error({}, "is empty").with_place({"a.csv", 9, "z"}).what(),
               "a.csv: line 9, column z: is empty");
  EXPECT_STREQ(data_error({"b.csv", 0, ""}, "is empty").with_place({"a.csv", 9, "z"}).what(),
               "b.csv: is empty");
  EXPECT_STREQ(error.with_remedy("correct it").with_remedy("or not").what(),
               "line 7, column y: 'x' is not a number; correct it");
  EXPECT_EQ(error.of_kind(ErrorKind::environment).kind(), ErrorKind::environment);
}

template <class Work>
std::string message_in(const char* file, const Work& work) {
  try {
    in_file(file, work);
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

TEST(Errors, OfDataGetTheFileThatIsWorkedOn) {
  EXPECT_EQ(in_file("a.csv", [] { return 3; }), 3);
  EXPECT_EQ(message_in("a.csv", [] { throw data_error({}, "is empty"); }), "a.csv: is empty");
  EXPECT_EQ(message_in("a.csv", [] { throw data_error({"b.csv"}, "is empty"); }), "b.csv: is empty");
  EXPECT_EQ(message_in("a.csv", [] { throw option_error("fps", "is wrong"); }), "fps: is wrong");
}

TEST(Messages, KeepFieldsApartFromText) {
  Message message = "fps of " + field("fps") + std::string(" and ") + Message(Field{"lag", "--lag"});
  EXPECT_EQ(message.text(), "fps of fps and --lag");
  EXPECT_EQ(message.named(at_edge).text(), "fps of --fps and --lag");
  message += message;
  EXPECT_EQ(message.text(), "fps of fps and --lagfps of fps and --lag");
  EXPECT_TRUE(Message("").empty());
  EXPECT_TRUE((Message() + "").empty());
}

TEST(Errors, OfTheSystemSayWhyAndWhetherAnythingCanWork) {
  EXPECT_STREQ(system_error("a.mp4", "open", ENOENT).what(), "a.mp4: cannot open: No such file or directory");
  EXPECT_EQ(system_error("a.mp4", "open", ENOENT).kind(), ErrorKind::data);
  EXPECT_EQ(system_error("a.mp4", "open", ENOENT).place().file, "a.mp4");
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
