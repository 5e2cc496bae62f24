// What is said of inputs before their features are made, and times by number instead of time stamps.
#include "facelex/features/input_notes.hpp"

#include <gtest/gtest.h>

#include "facelex/core/error.hpp"
#include "facelex/io/recording_file.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

class InputNotes : public ::testing::Test {
 protected:
  /// 20 frames at that rate; 0: without time stamps.
  static Recording recording(double fps) {
    Recording made;
    made.kind = SignalKind::expression;
    made.columns = {{"e_a", "", ""}};
    made.values.resize(20, 1);
    for (int t = 0; t < 20; ++t) {
      made.frames.push_back(
          {t + 1, 0, fps > 0 ? t / fps : std::numeric_limits<double>::quiet_NaN(), 1, true});
      made.values(t, 0) = t;
    }
    return made;
  }
  FeatureInput input(const std::string& name, double fps) const {
    const Recording made = recording(fps);
    RecordingWriter writer(folder / (name + ".csv"), made.columns, TableFormat::csv);
    writer.write(made);
    writer.finish();
    return {{folder / (name + ".csv"), name}};
  }

  test::TemporaryFolder folder;
  CodeSignalOptions options;
};

TEST_F(InputNotes, TheRateOfMostIsTakenAndWhoseDiffersSaysSo) {
  std::vector<FeatureInput> inputs = {input("a", 25), input("b", 29.97), input("c", 25.1), input("d", 0)};
  inputs.push_back({{folder / "gone.csv", "gone", "no such file"}});
  const auto plain = inputs;
  EXPECT_EQ(settle_frame_rate(inputs, options), 25);
  EXPECT_EQ(inputs[0].note, "");
  EXPECT_EQ(inputs[1].note, "its time stamps say 29.97 frames per second");
  EXPECT_EQ(inputs[2].note, "") << "within 1 %";
  EXPECT_NE(inputs[3].note.find("has no time stamps: 25 frames per second are assumed"), std::string::npos);
  EXPECT_EQ(inputs[4].note, "");
  inputs = plain;
  options.fps = 30;
  EXPECT_EQ(settle_frame_rate(inputs, options), 30);
  EXPECT_NE(inputs[0].note.find("25 frames per second, not the 30 of the option fps"), std::string::npos);
  EXPECT_EQ(inputs[1].note, "");
  EXPECT_EQ(inputs[3].note, "") << "its rate was given";
  inputs = plain;
  options.ignore_timestamps = true;
  EXPECT_EQ(settle_frame_rate(inputs, options), 30);
  for (const FeatureInput& one : inputs) EXPECT_EQ(one.note, "");
}

TEST_F(InputNotes, NothingIsSaidOfRatesWhereTheyTellNothing) {
  folder.write("broken.csv", "\x01\x02");
  std::vector<FeatureInput> inputs = {
      input("a", 25), input("b", 30), input("c", 25), {{folder / "broken.csv", "broken"}}};
  const auto plain = inputs;
  EXPECT_EQ(settle_frame_rate(inputs, options), 25);
  EXPECT_EQ(inputs[3].note, "") << "its own turn says that it cannot be read";
  inputs = plain;
  EXPECT_EQ(settle_frame_rate(inputs, options, false), 25);
  EXPECT_EQ(inputs[1].note, "") << "each is measured at its own rate";
  inputs = plain;
  options.fps = 25;
  settle_frame_rate(inputs, options, false);
  EXPECT_NE(inputs[1].note.find("not the 25 of the option fps"), std::string::npos);
}

TEST_F(InputNotes, IgnoredTimeStampsChangeNothing) {
  options.ignore_timestamps = true;
  EXPECT_THROW(options.check(), Error);
  options.fps = 25;
  EXPECT_NO_THROW(options.check());
  const auto made = even_signals(SignalTable(recording(50), {0}), options, 25, "a.csv");
  ASSERT_EQ(made.size(), 1U);
  EXPECT_FALSE(made[0].resampled);
  EXPECT_EQ(made[0].fps, 25);
  EXPECT_EQ(made[0].signals({0}), recording(0).values);
  options.ignore_timestamps = false;
  EXPECT_TRUE(even_signals(SignalTable(recording(50), {0}), options, 25, "a.csv")[0].resampled);
}

}  // namespace
}  // namespace facelex
