#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>
#include <thread>

#include "facelex/core/random.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/io/sidecar.hpp"
#include "test_files.hpp"

namespace {

using namespace facelex;
using namespace facelex::test;

using Names = std::vector<std::string>;

Names names_of(const Recording& recording) {
  Names names;
  for (const auto& column : recording.columns) names.push_back(column.name);
  return names;
}

Recording read_text(const std::string& text) {
  const TemporaryFolder folder;
  return read_recording(folder.write("clip.csv", text));
}

TEST(RecordingReader, ReadsOurTable) {
  const auto r = read_text(
      "frame,face_id,timestamp,confidence,success,x_0,y_0\n"
      "1,0,0.5,0.9,1,1.5,-2\n"
      "2,,0.54,0,0,,\n"
      "5,3,,1,1,3e2,\n");
  EXPECT_EQ(r.name, "clip");
  EXPECT_EQ(r.kind, SignalKind::landmarks);
  EXPECT_EQ(names_of(r), (Names{"x_0", "y_0"}));
  ASSERT_EQ(r.rows(), 3);
  EXPECT_EQ(r.frames[0].number, 1);
  EXPECT_EQ(r.frames[0].face_id, 0);
  EXPECT_EQ(r.frames[0].timestamp, 0.5);
  EXPECT_EQ(r.frames[0].confidence, 0.9);
  EXPECT_TRUE(r.frames[0].success);
  EXPECT_EQ(r.values(0, 1), -2);
  EXPECT_EQ(r.frames[1].face_id, -1);
  EXPECT_FALSE(r.frames[1].success);
  EXPECT_TRUE(std::isnan(r.values(1, 0)));
  EXPECT_EQ(r.frames[2].number, 5);
  EXPECT_TRUE(std::isnan(r.frames[2].timestamp));
  EXPECT_EQ(r.values(2, 0), 300);
  EXPECT_TRUE(std::isnan(r.values(2, 1)));
}

TEST(RecordingReader, FillsInAbsentColumnsOfFrames) {
  const auto r = read_text("a,b\n1,2\n,\nnan,4\n");
  EXPECT_EQ(r.kind, SignalKind::other);
  for (std::size_t i = 0; i < 3; ++i) {
    const bool present = i != 1;
    EXPECT_EQ(r.frames[i].number, static_cast<std::int64_t>(i) + 1);
    EXPECT_EQ(r.frames[i].face_id, -1);
    EXPECT_TRUE(std::isnan(r.frames[i].timestamp));
    EXPECT_EQ(r.frames[i].success, present);
    EXPECT_EQ(r.frames[i].confidence, present ? 1 : 0);
  }
  EXPECT_EQ(r.values(2, 1), 4);
}

TEST(RecordingReader, EveryDialectOfTheSameTableIsTheSame) {
  const auto plain = read_text("frame,success,x_0,y_0\n1,1,2,3\n2,0,4,5\n");
  for (const char* text : {"frame, success, x_0, y_0\n1, 1, 2, 3\n2, 0, 4, 5\n",  // OpenFace
                           "frame, success, x_0, y_0\n1,1,2,3\n2,0,4,5\n",        // its spaced header alone
                           "\xef\xbb\xbf"
                           "frame,success,x_0,y_0\r\n1,1,2,3\r\n2,0,4,5\r\n",
                           "frame,success,x_0,y_0\n1,1,2,3\n2,0,4,5",           // no newline at the end
                           "frame,success,x_0,y_0\n1,1,2,3\n2,0,4,5\n\n \r\n",  // empty lines at the end
                           "\"frame\",\"success\",\"x_0\",\"y_0\"\n1,1,\"2\",3\n2,0,4,5\n",
                           "\"\",\"frame\",\"success\",\"x_0\",\"y_0\"\n\"1\",1,1,2,3\n\"2\",2,0,4,5\n",  // R
                           "frame,file,success,x_0,y_0\n1,a.png,1,2,3\n2,\"b,c.png\",0,4,5\n",
                           " frame\t,success , x_0,y_0\n 1 ,1\t,2 , 3\n2,0,4,5 \n",
                           "frame,success,x_0,y_0\n1.0,1.0,+2,3.0\n2,False,NA,null\n"}) {
    const auto r = read_text(text);
    EXPECT_EQ(names_of(r), names_of(plain)) << text;
    ASSERT_EQ(r.rows(), 2) << text;
    EXPECT_EQ(r.values.row(0), plain.values.row(0)) << text;
    EXPECT_TRUE(r.values.row(1).array().isNaN().all()) << text;
    EXPECT_EQ(r.frames[1].number, 2) << text;
    EXPECT_FALSE(r.frames[1].success) << text;
  }
}

TEST(RecordingReader, ARowWithoutSuccessHasNoValues) {
  // OpenFace leaves its last guess, or worse, where it found no face.
  const auto r = read_text("frame,confidence,success,x_0,y_0\n1,0.2,0,-1e30,inf\n2,0.03,0,-nan(ind),7\n");
  EXPECT_TRUE(r.values.array().isNaN().all());
  EXPECT_EQ(r.frames[0].confidence, 0.2);
}

TEST(RecordingReader, FrameColumnsAreKnownWhateverTheirCapitals) {
  const auto r = read_text("Frame,Timestamp,Confidence,Success,AU06_r\n1,0,0.98,1,0.5\n2,0.04,0.97,0,9.6\n");
  EXPECT_EQ(names_of(r), (Names{"AU06_r"})) << "no clock among the signals";
  EXPECT_EQ(r.frames[1].timestamp, 0.04);
  EXPECT_EQ(r.frames[0].confidence, 0.98);
  EXPECT_FALSE(r.frames[1].success);
  EXPECT_TRUE(std::isnan(r.values(1, 0))) << "OpenFace's guess in a frame without a face";
  try {
    read_text("frame,Frame,e_0\n1,1,0.5\n");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("'frame' and 'Frame', say the same of a frame"),
              std::string::npos)
        << error.what();
  }
}

TEST(RecordingReader, ReadsPyFeatsDialect) {
  const auto r = read_text(
      "FaceScore,x_0,y_0,Pitch,input,frame,approx_time,Identity\n"
      "0.99,1,2,3,a.mp4,0,00:00,Person_1\n"
      "0.98,3,4,5,a.mp4,0,00:00,Person_0\n"
      ",,,,a.mp4,2,00:00,\n"
      "0.5,5,6,7,a.mp4,4,00:01,Person_1\n");
  EXPECT_EQ(names_of(r), (Names{"x_0", "y_0", "Pitch"}));
  EXPECT_EQ(r.kind, SignalKind::landmarks);
  ASSERT_EQ(r.rows(), 4);
  const std::int64_t numbers[] = {1, 1, 3, 5};
  const int faces[] = {0, 1, -1, 0};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(r.frames[i].number, numbers[i]);
    EXPECT_EQ(r.frames[i].face_id, faces[i]);
    EXPECT_TRUE(std::isnan(r.frames[i].timestamp));
    EXPECT_EQ(r.frames[i].success, i != 2);
  }
  EXPECT_EQ(r.frames[3].confidence, 0.5);
  EXPECT_EQ(r.frames[2].confidence, 0);
  EXPECT_EQ(r.values(3, 2), 7);
}

TEST(RecordingReader, BlocksOfEverySizeMakeTheSameTable) {
  const TemporaryFolder folder;
  std::string text = "frame,x_0,y_0\n";
  for (int i = 1; i <= 100; ++i) text += std::to_string(i) + "," + std::to_string(i * 2) + ",0.5\n";
  const auto file = folder.write("a.csv", text);
  const auto whole = read_recording(file, "b/a");
  ASSERT_EQ(whole.rows(), 100);
  EXPECT_EQ(whole.name, "b/a");
  for (const Eigen::Index most : {1, 3, 50, 100, 101}) {
    RecordingReader reader(file, "b/a");
    Recording block;
    Eigen::Index rows = 0;
    while (reader.read(block, most)) {
      ASSERT_LE(block.rows(), most);
      EXPECT_EQ(block.columns, whole.columns);
      EXPECT_EQ(block.name, "b/a");
      EXPECT_EQ(block.values, whole.values.middleRows(rows, block.rows()));
      EXPECT_EQ(block.frames[0].number, rows + 1);
      rows += block.rows();
    }
    EXPECT_EQ(rows, 100) << most;
    EXPECT_EQ(block.rows(), 0);
    EXPECT_TRUE(block.frames.empty());
  }
}

TEST(RecordingReader, AHeaderAloneIsATableWithoutRows) {
  const auto r = read_text("frame,x_0,y_0\n");
  EXPECT_EQ(r.rows(), 0);
  EXPECT_EQ(r.values.cols(), 2);
}

TEST(RecordingReader, OneColumnMayHaveEmptyLines) {
  const auto r = read_text("a\n1\n\n3\n");
  ASSERT_EQ(r.rows(), 3);
  EXPECT_TRUE(std::isnan(r.values(1, 0)));
  EXPECT_EQ(r.values(2, 0), 3);
}

TEST(RecordingReader, ReadsAPipe) {
  const TemporaryFolder folder;
  const auto pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::thread writer([&] {
    std::ofstream out(pipe);
    out << "x_0,y_0\n";
    for (int i = 0; i < 50000; ++i) out << i << ",1\n";
  });
  const auto r = read_recording(pipe);
  writer.join();
  ASSERT_EQ(r.rows(), 50000);
  EXPECT_EQ(r.values(49999, 0), 49999);
}

TEST(RecordingReader, ManyColumnsDoNotAskForManyRowsAtOnce) {
  const TemporaryFolder folder;
  constexpr int width = 90000;
  std::string header, row;
  for (int i = 0; i < width; ++i) {
    header += (i ? ",v" : "v") + std::to_string(i);
    row += i ? ",1" : "1";
  }
  RecordingReader reader(folder.write("wide.csv", header + "\n" + row + "\n" + row + "\n"));
  Recording block;
  Eigen::Index rows = 0;
  while (reader.read(block, 1'000'000'000)) rows += block.rows();
  EXPECT_EQ(rows, 2);
}

TEST(RecordingReader, TheSidecarsKindAndUnitsWin) {
  const TemporaryFolder folder;
  const auto file = folder.write("a.csv", "frame,x_0,y_0,extra\n1,2,3,4\n");
  Sidecar sidecar;
  sidecar.result.kind = SignalKind::coefficients;
  sidecar.result.columns = {{"y_0", "of the brow", "mm"}, {"x_0", "", "px"}, {"gone", "", ""}};
  write_sidecar(file, sidecar);
  const auto r = read_recording(file);
  EXPECT_EQ(r.kind, SignalKind::coefficients);
  EXPECT_EQ(r.columns,
            (std::vector<Column>{{"x_0", "", "px"}, {"y_0", "of the brow", "mm"}, {"extra", "", ""}}));
  folder.write("a.json", "{\"kind\": \"tokens\"}");  // another program's
  EXPECT_EQ(read_recording(file).kind, SignalKind::landmarks);
}

TEST(RecordingReader, ReadsRealTables) {
  const auto openface = shared_data("openface/OpenFace_Test.csv"),
             pyfeat = shared_data("news_sample/001.csv");
  if (!openface) GTEST_SKIP() << "set FACELEX_SHARED_DATA to the folder of real data";
  const auto a = read_recording(*openface);
  EXPECT_EQ(a.kind, SignalKind::landmarks);
  ASSERT_EQ(a.rows(), 100);
  EXPECT_EQ(a.values.cols(), 431 - 4);
  EXPECT_EQ(a.values(0, a.column("x_0")), 277.276);
  EXPECT_EQ(a.values(0, a.column("pose_Tx")), 16.6573);
  EXPECT_EQ(a.frames[99].number, 100);
  EXPECT_EQ(a.frames[99].timestamp, 0.099);
  EXPECT_EQ(a.frames[99].confidence, 0.883333);
  EXPECT_TRUE(a.frames[99].success);
  const auto b = read_recording(*pyfeat);
  EXPECT_EQ(b.kind, SignalKind::landmarks);
  ASSERT_EQ(b.rows(), 20);
  EXPECT_EQ(b.values.cols(), 2183 - 5);  // FaceScore, input, frame, approx_time, Identity
  EXPECT_EQ(b.frames[0].number, 1);
  EXPECT_EQ(b.frames[1].number, 3);
  EXPECT_EQ(b.values(0, b.column("x_0")), 359.3672);
  EXPECT_EQ(b.frames[0].confidence, 0.9999895);
  EXPECT_TRUE(std::isnan(b.values(0, b.column("Identity_1"))));
  EXPECT_EQ(b.faces().size(), 1u);
}

}  // namespace
