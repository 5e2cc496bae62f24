#include "facelex/coding/frame_history.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "dfe/naive.hpp"
#include "facelex/coding/encode.hpp"
#include "facelex/coding/training_data.hpp"
#include "facelex/dfe/system.hpp"
#include "factor/fixture.hpp"
#include "synthetic.hpp"

namespace facelex {
namespace {

using test::error_of;
using test::says;

/// The rule of frame_history.hpp, looked up in the whole recording for each row.
class NaiveHistory {
 public:
  NaiveHistory(const Recording& recording, int frames) : recording_(recording), frames_(frames) {
    std::int64_t least = INT64_MAX;
    for (Eigen::Index t = 0; t < recording.rows(); ++t) {
      if (t > 0 && frame(t).number > frame(t - 1).number)
        least = std::min(least, frame(t).number - frame(t - 1).number);
      step_.push_back(least);
    }
  }

  bool has_values(Eigen::Index t) const { return frame(t).success && recording_.values.row(t).allFinite(); }

  /// The rows of frame t and of those before it, t itself where there are none.
  std::vector<Eigen::Index> rows(Eigen::Index t) const {
    std::vector<Eigen::Index> all = {t};
    while (static_cast<int>(all.size()) <= frames_) all.push_back(before(all.back()).value_or(all.back()));
    return all;
  }
  Eigen::RowVectorXd widened(Eigen::Index t) const {
    const Eigen::Index width = recording_.values.cols();
    Eigen::RowVectorXd wide(width * (frames_ + 1));
    Eigen::Index at = 0;
    for (const auto row : rows(t)) wide.segment(width * at++, width) = recording_.values.row(row);
    return wide;
  }

 private:
  const Frame& frame(Eigen::Index t) const { return recording_.frames[static_cast<std::size_t>(t)]; }
  std::optional<Eigen::Index> before(Eigen::Index t) const {
    for (Eigen::Index i = t - 1; i >= 0; --i) {
      if (frame(i).face_id != frame(t).face_id) continue;
      if (!has_values(i) || frame(t).number - frame(i).number != step_[static_cast<std::size_t>(t)])
        return std::nullopt;
      return i;
    }
    return std::nullopt;
  }

  const Recording& recording_;
  int frames_;
  std::vector<std::int64_t> step_;  ///< of each row
};

/// Two faces side by side, of which the second comes and goes; numbers left out, a share of them twice (which
/// no file has), rows without a face and without a value.
Recording two_faces(Eigen::Index frames, int columns, int step = 1, double twice = 0) {
  Recording recording;
  recording.kind = SignalKind::expression;
  recording.columns = test::expression_columns(columns);
  Random random(31);
  std::int64_t number = 1;
  for (Eigen::Index t = 0; t < frames; ++t) {
    for (const int face : {0, 1}) {
      if (face == 1 && t / 50 % 3 == 1) continue;
      recording.frames.push_back({number, face, 0.04 * static_cast<double>(t), 0.9, random.uniform() > 0.03});
    }
    number += random.uniform() < 0.02 ? 3 * step : random.uniform() < twice ? 0 : step;
  }
  recording.values = normal_matrix(random, static_cast<Eigen::Index>(recording.frames.size()), columns);
  for (Eigen::Index t = 7; t < recording.rows(); t += 61) recording.values(t, 1) = std::nan("");
  return recording;
}

TEST(FrameHistory, IsThatOfTheWholeRecordingForBlocksOfAnyLength) {
  for (const int step : {1, 5})
    for (const int frames : {0, 1, 2, 7}) {
      const Recording recording = two_faces(400, 3, step, 0.01);
      const NaiveHistory naive(recording, frames);
      for (const Eigen::Index rows_at_once : {1, 2, 37, 10000}) {
        FrameHistory history(frames, 3);
        EXPECT_EQ(history.width(), 3 * (frames + 1));
        for (Eigen::Index first = 0; first < recording.rows(); first += rows_at_once) {
          const Eigen::Index count = std::min(rows_at_once, recording.rows() - first);
          const RowMatrix wide =
              history.widened({recording.frames.begin() + first, recording.frames.begin() + first + count},
                              recording.values.middleRows(first, count));
          for (Eigen::Index i = 0; i < count; ++i) {
            if (naive.has_values(first + i)) {
              EXPECT_EQ(wide.row(i), naive.widened(first + i)) << first + i;
            } else {
              EXPECT_TRUE(wide.row(i).array().isNaN().all()) << first + i;
            }
          }
        }
      }
    }
}

TEST(FrameHistory, RepeatsTheEarliestFrameOfAStretch) {
  FrameHistory history(2, 1);
  const auto wide = [&](std::int64_t number, int face, double value, bool success = true) {
    return history.widened(Frame{number, face, 0, 1, success}, Eigen::RowVectorXd::Constant(1, value));
  };
  const auto is = [](double now, double before, double earlier) {
    return Eigen::RowVectorXd(Eigen::RowVector3d(now, before, earlier));
  };
  EXPECT_EQ(wide(1, 0, 10), is(10, 10, 10));
  EXPECT_EQ(wide(2, 0, 20), is(20, 10, 10));
  EXPECT_EQ(wide(3, 0, 30), is(30, 20, 10));
  EXPECT_EQ(wide(4, 0, 40), is(40, 30, 20));
  EXPECT_EQ(wide(6, 0, 60), is(60, 60, 60)) << "a gap";
  EXPECT_EQ(wide(6, 1, 61), is(61, 61, 61)) << "another face";
  EXPECT_EQ(wide(7, 0, 70), is(70, 60, 60));
  EXPECT_TRUE(wide(8, 0, 80, false).array().isNaN().all());
  EXPECT_EQ(wide(8, 0, 81), is(81, 81, 81)) << "the same number again, after a row without a face";
}

class EncodeWithHistory : public testing::Test {
 protected:
  static DiscreteFacialEncoding system(DfeEncoder encoder, int history) {
    DfeShape shape;
    shape.inputs = 6, shape.token_width = 4, shape.layers = 1, shape.heads = 2, shape.width = 8;
    shape.feed_forward = 16, shape.latent = 5, shape.stages = 3, shape.codes = 12;
    shape.encoder = encoder;
    shape.history = history;
    return {test::random_network(shape, 8), test::expression_columns(6), SignalKind::expression};
  }
  const test::TemporaryFolder folder_;
};

TEST_F(EncodeWithHistory, RowByRowInDoubleGivesTheSameLatentsAcrossBlocksAndFaces) {
  Recording recording = two_faces(2800, 6);  // two blocks of the reader
  const auto file = test::write(folder_, "a", recording).file;
  recording = read_recording(file);
  for (const auto encoder : {DfeEncoder::transformer, DfeEncoder::mlp}) {
    const auto dfe = system(encoder, 3);
    const NaiveHistory naive(recording, 3);
    const test::NaiveDfe network(dfe.network());
    EncodeOptions options;
    options.tokens.residuals = options.reconstruct = true;
    Work work;
    work.threads = 3;
    const auto out = folder_ / "codes.csv";
    encode_recording(file, out, dfe, options, TableFormat::csv, work);
    const Recording codes = read_recording(out);
    constexpr Eigen::Index block = 4096;
    ASSERT_EQ(codes.rows(), recording.rows());
    ASSERT_GT(codes.rows(), block);
    const auto error = codes.column("reconstruction_error"), first = codes.column("hat_e_0");
    for (Eigen::Index t = 0; t < codes.rows(); ++t) {
      ASSERT_EQ(codes.frames[static_cast<std::size_t>(t)].success, naive.has_values(t)) << t;
      if (!naive.has_values(t) || (t % 16 != 0 && std::abs(t - block) > 6)) continue;
      const Eigen::RowVectorXd wide = naive.widened(t);
      const auto latent = network.latent({wide.begin(), wide.end()});
      // The first token is the nearest code, but for rounding where two are as near.
      const FloatRowMatrix& codebook = dfe.network().weights.at("codebook");
      const Eigen::Map<const Eigen::RowVectorXd> point(latent.data(),
                                                       static_cast<Eigen::Index>(latent.size()));
      const Eigen::VectorXd far = (codebook.cast<double>().rowwise() - point).rowwise().squaredNorm();
      EXPECT_NEAR(far[static_cast<Eigen::Index>(codes.values(t, 0))], far.minCoeff(), 1e-4) << t;
      EXPECT_NEAR(codes.values(t, codes.column("r1")), std::sqrt(far.minCoeff()), 1e-4) << t;
      const RowMatrix alone = wide;
      const auto encoded = dfe.encode(alone, options);
      EXPECT_EQ(encoded.codes.row(0), codes.values.row(t).head(3)) << t;
      const RowMatrix decoded = dfe.decode(encoded.codes);
      EXPECT_EQ(decoded.row(0), codes.values.row(t).segment(first, 6)) << t;
      EXPECT_NEAR(codes.values(t, error),
                  std::sqrt((recording.values.row(t) - decoded.row(0)).squaredNorm() / 6), 1e-12);
    }
  }
}

TEST_F(EncodeWithHistory, NoLaterFrameChangesACode) {
  Recording recording = two_faces(120, 6);
  const auto dfe = system(DfeEncoder::mlp, 4);
  const auto codes = [&](const Recording& coded) {
    FrameHistory history(4, 6);
    return dfe.latent(history.widened(coded.frames, coded.values));
  };
  const FloatRowMatrix before = codes(recording);
  const Eigen::Index t = 90;
  recording.values.row(t).array() += 1;
  const FloatRowMatrix after = codes(recording);
  EXPECT_TRUE(
      (before.topRows(t).array() == after.topRows(t).array() || before.topRows(t).array().isNaN()).all());
  int others = 0;
  for (Eigen::Index i = t; i < after.rows(); ++i) others += before.row(i) != after.row(i) ? 1 : 0;
  EXPECT_GE(others, 2);
}

TEST_F(EncodeWithHistory, SignalsWithoutHistoryAreRefused) {
  const auto dfe = system(DfeEncoder::mlp, 2);
  EXPECT_EQ(dfe.history(), 2);
  EXPECT_EQ(dfe.resolved({})["history"], 2);
  EXPECT_FALSE(system(DfeEncoder::mlp, 0).resolved({}).contains("history"));
  EXPECT_TRUE(says(error_of([&] { dfe.encode(RowMatrix::Zero(1, 6)); }),
                   {"6 columns", "takes 18", "6 of each frame and of 2 before it"}));
}

TEST_F(EncodeWithHistory, TrainingRowsHaveTheFramesOfTheirRecordingWhicheverAreLearntFrom) {
  std::vector<NamedFile> inputs;
  std::vector<Recording> recordings;
  for (const char* name : {"a", "b"}) {
    inputs.push_back(test::write(folder_, name, two_faces(150, 3)));
    recordings.push_back(read_recording(inputs.back().file));
  }
  const ColumnChoice first_two = [](const Recording&, const std::string&) {
    return std::vector<Eigen::Index>{2, 0};
  };
  TrainingOptions options;
  for (const int every : {1, 4}) {
    options.every = every;
    const TrainingData data = read_training_data(inputs, first_two, options, {}, 0, 2);
    EXPECT_EQ(data.history, 2);
    ASSERT_EQ(data.columns.size(), 2U);
    ASSERT_EQ(data.values.cols(), 6);
    Eigen::Index row = 0;
    for (const Recording& recording : recordings) {
      // What is missing in a column that is not chosen ends no stretch.
      Recording chosen = recording;
      chosen.values = recording.values(Eigen::all, std::vector<Eigen::Index>{2, 0});
      const NaiveHistory naive(chosen, 2);
      for (Eigen::Index t = 0; t < chosen.rows(); ++t) {
        if (!naive.has_values(t) || (chosen.frames[static_cast<std::size_t>(t)].number - 1) % every != 0)
          continue;
        ASSERT_LT(row, data.values.rows());
        EXPECT_EQ(data.values.row(row++), naive.widened(t));
      }
    }
    EXPECT_EQ(row, data.values.rows());
  }
}

}  // namespace
}  // namespace facelex
