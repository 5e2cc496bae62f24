#include "facelex/features/wcc/features.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "facelex/core/error.hpp"
#include "facelex/core/random.hpp"
#include "facelex/io/recording_file.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

using Eigen::Index;
using test::TemporaryFolder;
constexpr double missing_value = std::numeric_limits<double>::quiet_NaN();

/// Two courses, the second 8 frames after the first, and one of its own.
RowMatrix coupled(std::uint64_t seed, Index frames) {
  Random random(seed);
  RowMatrix x(frames, 3);
  std::vector<double> wave(static_cast<std::size_t>(frames) + 8), other(wave.size());
  for (std::size_t t = 1; t < wave.size(); ++t) {
    wave[t] = 0.8 * wave[t - 1] + random.normal();
    other[t] = 0.8 * other[t - 1] + random.normal();
  }
  for (Index t = 0; t < frames; ++t)
    x.row(t) << wave[static_cast<std::size_t>(t) + 8],
        wave[static_cast<std::size_t>(t)] + 0.5 * random.normal(), other[static_cast<std::size_t>(t)];
  return x;
}

TEST(Surrogates, FindTheCouplingAndNothingElse) {
  int found = 0, false_alarms = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const RowMatrix x = coupled(seed, 1500);
    WccOptions wcc;
    wcc.window = 2;
    const WccFrames frames = wcc_frames(wcc, 25);
    SurrogateOptions options;
    options.surrogates = 39;
    options.kind = seed % 2 == 0 ? SurrogateOptions::Kind::shifted : SurrogateOptions::Kind::shuffled;
    int used = 0;
    const RowMatrix p = surrogate_p_values(x, x, frames, windowed_correlation(x, frames), options, {}, used);
    EXPECT_EQ(used, 39);
    found += p(0, 1) < 0.05 ? 1 : 0;
    false_alarms += p(0, 2) < 0.05 ? 1 : 0;
    Work work;
    work.threads = 3;
    EXPECT_EQ(p, surrogate_p_values(x, x, frames, windowed_correlation(x, frames), options, work, used));
    options.seed = 1 + options.seed;
    EXPECT_NE(p, surrogate_p_values(x, x, frames, windowed_correlation(x, frames), options, work, used));
  }
  EXPECT_GE(found, 9);
  EXPECT_LE(false_alarms, 3);  // more than three of ten at 0.05: p < 0.002
}

TEST(Surrogates, TooFewShiftsAreAnError) {
  const RowMatrix x = coupled(1, 300);
  const WccFrames frames = wcc_frames({}, 25);
  SurrogateOptions options;
  options.surrogates = 99;
  int used = 0;
  EXPECT_THROW(surrogate_p_values(x, x, frames, windowed_correlation(x, frames), options, {}, used), Error);
  options.surrogates = 5;
  EXPECT_THROW(options.check(), Error);
}

class WccFeatures : public ::testing::Test {
 protected:
  /// Codes of a file: rate, start, and which frames there are.
  std::filesystem::path write(const std::string& name, const RowMatrix& x, double fps, double start = 0,
                              double jitter = 0, int faces = 1) {
    Recording recording;
    recording.kind = SignalKind::expression;
    for (Index j = 0; j < x.cols(); ++j) recording.columns.push_back({"e_" + std::to_string(j), "", ""});
    recording.values.resize(x.rows() * faces, x.cols());
    for (Index t = 0; t < x.rows(); ++t)
      for (int face = 0; face < faces; ++face) {
        const double at = start + (static_cast<double>(t) + (t % 2 == 0 ? 0 : jitter)) / fps;
        recording.frames.push_back({t + 1, face, at, 1, true});
        recording.values.row(t * faces + face) = x.row(t) * (face + 1);
      }
    RecordingWriter writer(folder / name, recording.columns, TableFormat::csv);
    writer.write(recording);
    writer.finish();
    return folder / name;
  }

  VideoFeatures features(const FeatureInput& input, double fps = 0) const {
    return wcc_features(input, wcc, options, surrogates, signals, fps, {});
  }

  TemporaryFolder folder;
  WccOptions wcc;
  WccFeatureOptions options;
  SurrogateOptions surrogates;
  CodeSignalOptions signals;
};

TEST_F(WccFeatures, ColumnsSayThePair) {
  options.values = {"mean", "lag", "windows", "sd"};
  surrogates.surrogates = 19;
  wcc.window = 2;
  const RowMatrix x = coupled(2, 1500);
  const auto made = features({{write("a.csv", x, 25), "a"}});
  ASSERT_EQ(made.rows.size(), 1U);
  ASSERT_EQ(made.columns.size(), 9U * 6);
  EXPECT_EQ(made.columns[1].name, "e_0~e_1");
  EXPECT_EQ(made.columns[9 + 1].name, "e_0~e_1 lag");
  EXPECT_EQ(made.columns[9 + 1].unit, "s");
  EXPECT_NEAR(made.rows[0].values[9 + 1], 8 / 25.0, 0.02);
  EXPECT_NEAR(made.rows[0].values[9 + 3], -8 / 25.0, 0.02);
  EXPECT_EQ(made.columns[4 * 9 + 1].name, "e_0~e_1 p");
  EXPECT_LE(made.rows[0].values[4 * 9 + 1], 0.05);
  EXPECT_TRUE(std::isnan(made.rows[0].values[4 * 9])) << "a signal with itself is not tested";
  EXPECT_EQ(made.rows[0].details["fps"], 25);
  options.values = {"mean"};
  surrogates.surrogates = 0;
  options.triangle = true;
  const auto triangle = features({{folder / "a.csv", "a"}});
  ASSERT_EQ(triangle.columns.size(), 3U);
  EXPECT_EQ(triangle.columns[2].name, "e_1~e_2");
  EXPECT_EQ(triangle.rows[0].values[0], made.rows[0].values[1]);
}

TEST_F(WccFeatures, OtherRatesAreResampledOrRefused) {
  const RowMatrix x = coupled(3, 900);
  const auto file = write("a.csv", x, 30);
  EXPECT_EQ(features({{file, "a"}}, 30.1).note, "");
  const auto resampled = features({{file, "a"}}, 25);
  EXPECT_NE(resampled.note.find("resampled to 25"), std::string::npos);
  EXPECT_EQ(resampled.rows[0].details["frames"], 750);
  EXPECT_NEAR(resampled.rows[0].values[1], features({{file, "a"}}, 30).rows[0].values[1], 0.1);
  signals.strict = true;
  EXPECT_THROW(features({{file, "a"}}, 25), Error);
  EXPECT_NE(features({{write("b.csv", x, 30, 0, 0.4), "b"}}, 30).note, "") << "uneven time stamps";
  EXPECT_EQ(common_frame_rate({file, write("c.csv", x, 25), write("d.csv", x, 25.05)}), 25);
}

TEST_F(WccFeatures, LinesStayLinesAndGapsStayGaps) {
  Recording recording;
  recording.columns = {{"a", "", ""}};
  recording.values.resize(60, 1);
  for (Index t = 0; t < 60; ++t) {
    // Frames 21 … 30 are not in the file, and frame 41 has no value.
    const Index number = t < 20 ? t + 1 : t + 11;
    const double time = static_cast<double>(number - 1) / 30;
    recording.frames.push_back({number, 0, time, 1, true});
    recording.values(t, 0) = number == 41 ? missing_value : 2 + 3 * time;
  }
  for (const double fps : {30.0, 20.0, 47.0}) {
    const auto even = even_signals(SignalTable(recording, {0}), {}, fps, "a.csv");
    ASSERT_EQ(even.size(), 1U);
    EXPECT_EQ(even[0].resampled, fps != 30);
    const Eigen::VectorXd values = even[0].signal(0);
    Index missing = 0;
    for (Index t = 0; t < values.size(); ++t) {
      const double time = static_cast<double>(t) / fps;
      const bool gap = (time > 19 / 30.0 + 1e-9 && time < 30 / 30.0 - 1e-9) ||
                       (time > 39 / 30.0 + 1e-9 && time < 41 / 30.0 - 1e-9);
      EXPECT_EQ(std::isnan(values[t]), gap) << fps << " " << time;
      missing += gap ? 1 : 0;
      if (!gap) {
        EXPECT_NEAR(values[t], 2 + 3 * time, 1e-9);
      }
    }
    EXPECT_GT(missing, 3);
  }
}

TEST_F(WccFeatures, TwoPeopleMeetAtTheTimesThatBothHave) {
  const RowMatrix x = coupled(4, 1200);
  const auto a = write("a.csv", x.leftCols(1), 25);
  // The second camera began two seconds later.
  const auto b = write("b.csv", x.bottomRows(1150).rightCols(2), 25, 2);
  options.values = {"mean", "lag"};
  const auto made = features({{a, "a~b"}, b}, 25);
  ASSERT_EQ(made.columns.size(), 4U);
  EXPECT_GT(made.rows[0].values[0], 0.8);
  EXPECT_NEAR(made.rows[0].values[2], 8 / 25.0, 0.02);
  EXPECT_EQ(made.rows[0].details["frames"], 1150);
  EXPECT_THROW(features({{a, "x"}, write("late.csv", x, 25, 500)}, 25), Error);
  EXPECT_THROW(features({{a, "x"}, write("two.csv", x, 25, 0, 0, 2)}, 25), Error);
}

TEST_F(WccFeatures, WhyNoPairHasAWindowIsSaid) {
  const auto problem = [&](const FeatureInput& input) -> std::string {
    try {
      features(input, 25);
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  };
  const RowMatrix x = coupled(6, 400), still = RowMatrix::Constant(400, 7, 0.5);
  RowMatrix empty = RowMatrix::Constant(400, 2, missing_value), sparse = x, mixed(400, 4);
  for (Index t = 0; t < 400; ++t)
    if (t % 4 > 0) sparse.row(t).setConstant(missing_value);
  mixed << sparse, still.col(0);
  const auto moving = write("moving.csv", x, 25), lying = write("still.csv", still, 25);
  EXPECT_EQ(problem({{moving, "a"}}), "none");
  EXPECT_NE(problem({{lying, "a"}})
                .find("still.csv: none of its 7 signals ever changes (e_0, e_1, e_2, e_3, e_4 …)"),
            std::string::npos)
      << problem({{lying, "a"}});
  EXPECT_NE(problem({{moving, "a~b"}, lying}).find("still.csv: none of its 7 signals"), std::string::npos)
      << "the second person's";
  EXPECT_NE(problem({{write("empty.csv", empty, 25), "a"}}).find("is there a face in the video?"),
            std::string::npos);
  const std::string few = problem({{write("mixed.csv", mixed, 25), "a"}});
  EXPECT_NE(few.find("enough values; never changing: e_3; valid lowers"), std::string::npos) << few;
}

TEST_F(WccFeatures, FewerSurrogatesThanWereAskedForAreInTheNote) {
  surrogates.surrogates = 500;
  wcc.window = 2;
  const auto made = features({{write("a.csv", coupled(7, 1500), 30), "a"}}, 25);
  const int used = made.rows[0].details["surrogates"];
  EXPECT_LT(used, 500);
  EXPECT_NE(made.note.find("; " + std::to_string(used) + " of the 500 surrogates"), std::string::npos)
      << "beside the note on resampling: " << made.note;
  surrogates.surrogates = 19;
  EXPECT_EQ(features({{folder / "a.csv", "a"}}, 30).note, "");
}

TEST_F(WccFeatures, EachFaceIsARow) {
  const auto made = features({{write("a.csv", coupled(5, 400), 25, 0, 0, 2), "a"}});
  ASSERT_EQ(made.rows.size(), 2U);
  EXPECT_EQ(made.rows[1].face_id, 1);
  EXPECT_NEAR(made.rows[0].values[1], made.rows[1].values[1], 1e-12);
}

}  // namespace
}  // namespace facelex
