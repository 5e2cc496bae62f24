// Every way in which a table of frames can be wrong, and what the user is told.

#include <gtest/gtest.h>

#include "facelex/io/recording_file.hpp"
#include "test_files.hpp"

namespace {

using namespace facelex;
using namespace facelex::test;

struct BadTable {
  const char* name;
  std::string text;
  std::vector<const char*> words;
};

void PrintTo(const BadTable& table, std::ostream* out) {
  *out << table.name;
}

class BadTables : public ::testing::TestWithParam<BadTable> {};

TEST_P(BadTables, AreRefusedWithPlaceValueAndExpectation) {
  const TemporaryFolder folder;
  const auto file = folder.write("bad.csv", GetParam().text);
  ErrorKind kind = ErrorKind::usage;
  const auto message = error_of([&] { read_recording(file); }, &kind);
  EXPECT_EQ(kind, ErrorKind::data);
  EXPECT_TRUE(says(message, {"bad.csv: "}));
  for (const char* word : GetParam().words) EXPECT_TRUE(says(message, {word}));
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
}

const std::string head = "frame,face_id,timestamp,confidence,success,x_0,y_0\n";

INSTANTIATE_TEST_SUITE_P(
    RecordingReader, BadTables,
    ::testing::Values(
        BadTable{"Empty", "", {"is empty"}}, BadTable{"EmptyLine", "\n1,2\n", {"is empty"}},
        BadTable{"CutHeader", "frame,x_0,y", {"line 1", "ends within its header"}},
        BadTable{"CutRow",
                 head + "1,0,0,1,1,2,3\n2,0,0.1,1,1,4",
                 {"line 3", "ends within this row", "6 fields", "7 columns"}},
        BadTable{"ShortRow", head + "1,0,0,1,1,2\n2,0,0,1,1,2,3\n", {"line 2", "6 fields", "7 columns"}},
        BadTable{"LongRow", head + "1,0,0,1,1,2,3,4\n", {"line 2", "8 fields", "7 columns"}},
        BadTable{
            "EmptyRow", head + "1,0,0,1,1,2,3\n\n2,0,0,1,1,2,3\n", {"line 3", "is empty, but rows follow"}},
        BadTable{"Text",
                 head + "1,0,0,1,1,2,abc\n",
                 {"line 2", "column y_0", "'abc'", "a number or an empty field"}},
        BadTable{"TextWhereNoFaceIs", head + "1,0,0,1,0,2,abc\n", {"line 2", "column y_0", "'abc'"}},
        BadTable{"DecimalComma", head + "1,0,0,1,1,\"2,5\",3\n", {"line 2", "column x_0", "'2,5'"}},
        BadTable{"TwoNumbers", head + "1,0,0,1,1,2 5,3\n", {"line 2", "column x_0", "'2 5'"}},
        BadTable{"TooLarge", head + "1,0,0,1,1,1e999,3\n", {"line 2", "column x_0", "'1e999'"}},
        BadTable{"Infinite", head + "1,0,0,1,1,2,-inf\n", {"line 2", "column y_0", "infinite"}},
        BadTable{"SameFrame",
                 head + "1,0,0,1,1,2,3\n2,0,0,1,1,2,3\n2,0,0,1,1,2,3\n",
                 {"line 4", "column frame", "frame 2", "line 3", "face 0"}},
        BadTable{"SameFrameWithoutFace", "frame,x_0\n4,2\n4,3\n", {"line 3", "frame 4", "line 2", "face_id"}},
        BadTable{"FrameGoesBack",
                 head + "5,0,0,1,1,2,3\n4,1,0,1,1,2,3\n",
                 {"line 3", "frame 4", "frame 5", "line 2", "sort"}},
        BadTable{"TimeGoesBack",
                 head + "1,0,0.5,1,1,2,3\n2,1,0.1,1,1,2,3\n3,0,0.4,1,1,2,3\n",
                 {"line 4", "column timestamp", "0.4 s", "0.5 s", "line 2"}},
        BadTable{"TimeGoesBackOverAGap",
                 "frame,timestamp,a\n1,0.5,1\n2,,1\n3,0.4,1\n",
                 {"line 4", "0.4 s", "line 2"}},
        BadTable{"FrameZero", "frame,a\n0,1\n", {"line 2", "column frame", "'0'", "from 1"}},
        BadTable{"FrameFraction", "frame,a\n1.5,1\n", {"line 2", "'1.5'", "whole number"}},
        BadTable{"FrameMissing", "frame,a\n,1\n", {"line 2", "column frame", "''"}},
        BadTable{"FrameHuge", "frame,a\n1e300,1\n", {"line 2", "column frame"}},
        BadTable{"FaceNegative", "face_id,a\n-2,1\n", {"line 2", "column face_id", "'-2'"}},
        BadTable{"TimeInfinite", "timestamp,a\ninf,1\n", {"line 2", "column timestamp", "seconds"}},
        BadTable{"TimeText", "timestamp,a\n00:01,1\n", {"line 2", "column timestamp", "'00:01'", "seconds"}},
        BadTable{
            "ConfidencePercent", "confidence,a\n87,1\n", {"line 2", "column confidence", "'87'", "0 … 1"}},
        BadTable{"SuccessTwo", "success,a\n2,1\n", {"line 2", "column success", "'2'", "0 or 1"}},
        BadTable{"SuccessText", "success,a\nyes,1\n", {"line 2", "column success", "'yes'"}},
        BadTable{"SameColumn", "frame,a,b,a\n1,2,3,4\n", {"line 1", "columns 2 and 4", "'a'"}},
        BadTable{"NoName", "frame,a,,b\n1,2,3,4\n", {"line 1", "column 3 has no name"}},
        BadTable{"NoHeader", "1,2,3\n4,5,6\n", {"line 1", "name the columns"}},
        BadTable{"NoSignals", "frame,success\n1,1\n", {"line 1", "no column of signals"}},
        BadTable{"Semicolons", "frame;x_0;y_0\n1;2;3\n", {"line 1", "commas"}},
        BadTable{"Tabs", "frame\tx_0\ty_0\n1\t2\t3\n", {"line 1", "commas"}},
        BadTable{"CarriageReturns", "frame,x_0,y_0\r1,2,3\r2,3,4\r\n", {"line 1", "carriage return"}},
        BadTable{"OpenQuote", "frame,x_0\n1,\"2\n2,3\n", {"line 2", "quote that never closes"}},
        BadTable{"TextBehindQuote", "frame,x_0\n1,\"2\"3\n", {"line 2", "column x_0", "quotes"}},
        BadTable{"Nul", head + std::string("1,0,0,1,1,2,\0\n", 14), {"line 2", "column y_0", "\\x00"}},
        BadTable{"PyFeatRepeats", "FaceScore,frame,x_0\n1,0,1\n1,0,2\n", {"line 3", "frame 1", "line 2"}}),
    [](const auto& test) { return test.param.name; });

TEST(RecordingErrors, AreRaisedInBlocksToo) {
  const TemporaryFolder folder;
  RecordingReader reader(folder.write("a.csv", "frame,a\n1,1\n2,1\n2,1\n"));
  Recording block;
  EXPECT_TRUE(reader.read(block, 1));
  EXPECT_TRUE(reader.read(block, 1));
  EXPECT_TRUE(says(error_of([&] { reader.read(block, 1); }), {"line 4", "line 3"}));
}

TEST(RecordingErrors, ManyColumnsAreCountedOut) {
  const TemporaryFolder folder;
  std::string header;
  for (int i = 0; i < 100001; ++i) header += (i ? ",v" : "v") + std::to_string(i);
  EXPECT_TRUE(says(error_of([&] { read_recording(folder.write("wide.csv", header + "\n")); }),
                   {"100001 columns", "100000"}));
}

}  // namespace
