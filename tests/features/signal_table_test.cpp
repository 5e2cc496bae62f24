#include "facelex/features/signal_table.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "facelex/core/error.hpp"
#include "facelex/features/video_signals.hpp"
#include "facelex/io/recording_file.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

using Eigen::Index;

double value_at(Index row, Index signal) {
  return static_cast<double>(row) * 100 + static_cast<double>(signal);
}

RowMatrix some_rows(Index first, Index n, Index count) {
  return RowMatrix::NullaryExpr(n, count, [&](Index t, Index u) { return value_at(first + t, u); });
}

/// Whatever the blocks in which they come, and whether memory or a file holds them.
TEST(SignalColumns, GiveBackWhatTheyGot) {
  for (const auto& [rows, count] :
       {std::pair<Index, Index>{1, 1}, {5000, 3}, {90000, 31}, {9, 40000}, {130, 40000}}) {
    SignalColumns columns(count);
    for (Index first = 0; first < rows;) {
      const Index n = std::min<Index>(1 + first % 3001, rows - first);
      columns.append(some_rows(first, n, count));
      first += n;
    }
    ASSERT_EQ(columns.rows(), rows);
    for (const Index u : {Index{0}, count / 2, count - 1})
      for (const Index first : {Index{0}, rows / 3, rows - 1}) {
        Eigen::VectorXd values(rows - first);
        columns.read(u, first, values.size(), values.data());
        for (Index t = 0; t < values.size(); ++t)
          ASSERT_EQ(values[t], value_at(first + t, u)) << rows << " " << u;
      }
  }
}

TEST(SignalColumns, AFolderForTheFileThatIsNotThereIsTheEnvironmentsFault) {
  const char* const before = std::getenv("TMPDIR");
  const std::string kept = before ? before : "";
  setenv("TMPDIR", "/nonexistent", 1);
  SignalColumns columns(31);
  try {
    for (Index first = 0; first < 90000; first += 3000) columns.append(some_rows(first, 3000, 31));
    ADD_FAILURE() << "all in memory?";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::environment) << error.what();
  }
  if (before)
    setenv("TMPDIR", kept.c_str(), 1);
  else
    unsetenv("TMPDIR");
}

TEST(SignalTable, HasTheColumnsThatAreChosenInTheirOrder) {
  const test::TemporaryFolder folder;
  Recording recording;
  recording.columns = {{"a", "", ""}, {"b", "", ""}, {"c", "", ""}};
  recording.values = some_rows(0, 10, 3);
  for (int t = 0; t < 10; ++t) recording.frames.push_back({t + 1, 0, t / 25.0, 1, true});
  RecordingWriter writer(folder / "x.csv", recording.columns, TableFormat::csv);
  writer.write(recording);
  writer.finish();
  const SignalTable table = read_signal_table(folder / "x.csv", [](const Recording& header) {
    EXPECT_EQ(header.columns.size(), 3U);
    return std::vector<Index>{2, 0};
  });
  ASSERT_EQ(table.columns.size(), 2U);
  EXPECT_EQ(table.columns[0].name, "c");
  EXPECT_EQ(table.frames.size(), 10U);
  const auto even = even_signals(table, {}, 25, "x.csv");
  ASSERT_EQ(even.size(), 1U);
  EXPECT_EQ(even[0].signals({0, 1}), recording.values(Eigen::all, std::vector<Index>{2, 0}));
  EXPECT_EQ(even[0].rows(3, 4), recording.values(Eigen::seqN(3, 4), std::vector<Index>{2, 0}));
}

/// Half the rate of the middle of a recording of two faces, from the third frame on.
TEST(VideoSignals, OfOneFaceAreNotThoseOfAnother) {
  Recording recording;
  recording.columns = {{"a", "", ""}};
  recording.values.resize(40, 1);
  for (int row = 0; row < 40; ++row) {
    const int t = row / 2, face = row % 2;
    recording.frames.push_back({t + 1, face, t / 20.0, 1, true});
    recording.values(row, 0) = 100 * face + t;
  }
  const SignalTable table(recording, {0});
  for (const double fps : {20.0, 10.0, 40.0}) {
    auto even = even_signals(table, {}, fps, "a.csv");
    ASSERT_EQ(even.size(), 2U);
    for (const int face : {0, 1}) {
      VideoSignals& signals = even[static_cast<std::size_t>(face)];
      EXPECT_EQ(signals.face_id, face);
      const Eigen::VectorXd whole = signals.signal(0);
      for (Index t = 0; t < whole.size(); ++t)
        EXPECT_NEAR(whole[t], 100 * face + static_cast<double>(t) * 20 / fps, 1e-9) << fps << " " << t;
      const Index frames = signals.frames() - 5;
      signals.cut(3, frames);
      EXPECT_EQ(signals.signal(0), whole.segment(3, frames));
    }
  }
}

}  // namespace
}  // namespace facelex
