// Each option of a set of features changes the table, or is refused.
#include "support/every_option.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "facelex/core/random.hpp"
#include "facelex/core/text.hpp"
#include "facelex/features/input_notes.hpp"
#include "facelex/features/summary/features.hpp"
#include "facelex/features/tokens/features.hpp"
#include "facelex/features/wcc/features.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/io/sidecar.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

using test::every_option;

std::string text_of(const VideoFeatures& features) {
  std::string text;
  for (const Column& column : features.columns) text += column.name + ",";
  for (const FeatureRow& row : features.rows) {
    for (const double value : row.values) text += number_text(value) + ",";
    text += row.details.dump();
  }
  return text + features.note;
}

class EveryOptionOfFeatures : public ::testing::Test {
 protected:
  EveryOptionOfFeatures() {
    inputs_ = {{{folder_ / "a.csv", "a"}, {}, folder_ / "head.csv"}, {{folder_ / "b.csv", "b"}, {}, {}}};
    write("a.csv", {"LB-1", "RB-1", "MO-1", "smile_L", "smile_R"}, 25, 1);
    write("b.csv", {"LB-1", "RB-1", "MO-1", "smile_L", "smile_R"}, 30, 2);
    std::vector<std::string> head = {"pose_Tx", "pose_Ty", "pose_Tz", "pose_Rx", "pose_Ry", "pose_Rz"};
    for (const char* axis : {"x_", "y_"})
      for (int point = 0; point < 68; ++point) head.push_back(axis + std::to_string(point));
    write("head.csv", head, 25, 3);
  }

  /// 24 seconds of courses that rise and fall, some of them 0 for a while, with rows without a face.
  void write(const std::string& name, const std::vector<std::string>& columns, double fps,
             std::uint64_t seed) const {
    Recording recording;
    for (const auto& column : columns) recording.columns.push_back({column, "", ""});
    Random random(seed);
    const auto rows = static_cast<Eigen::Index>(24 * fps);
    recording.values = RowMatrix::Zero(rows, static_cast<Eigen::Index>(columns.size()));
    for (Eigen::Index t = 0; t < rows; ++t) {
      const bool lost = t % 97 < 11;
      recording.frames.push_back({t + 1, 0, static_cast<double>(t) / fps, 0.9, !lost});
      for (Eigen::Index d = 0; d < recording.values.cols(); ++d) {
        double& value = recording.values(t, d);
        value = (t > 0 && std::isfinite(recording.values(t - 1, d)) ? 0.9 * recording.values(t - 1, d) : 0) +
                random.normal();
        if (t / 60 % 3 == 2 && d % 2 == 1) value = 0;
      }
      if (lost) recording.values.row(t).setConstant(std::nan(""));
    }
    RecordingWriter writer(folder_ / name, recording.columns, TableFormat::csv);
    writer.write(recording);
    writer.finish();
    Sidecar sidecar;
    sidecar.stage = "test";
    sidecar.options = Json::object();
    sidecar.result.kind = columns.front() == "LB-1" ? SignalKind::coefficients : SignalKind::landmarks;
    sidecar.result.columns = recording.columns;
    write_sidecar(folder_ / name, sidecar);
  }

  /// The features of both recordings, by what makes those of one at a frame rate.
  template <class Maker>
  std::string made(const CodeSignalOptions& signals, const Maker& maker) const {
    signals.check();
    std::vector<FeatureInput> inputs = inputs_;
    const double fps = settle_frame_rate(inputs, signals);
    std::string text;
    for (const FeatureInput& input : inputs) text += text_of(maker(input, fps)) + input.note + "\n";
    return text;
  }

  test::TemporaryFolder folder_;
  std::vector<FeatureInput> inputs_;
};

TEST_F(EveryOptionOfFeatures, OfWindowedCrossCorrelation) {
  WccOptions wcc;
  wcc.window = 1;
  wcc.step = 0.5;
  wcc.lag = 0.2;
  WccFeatureOptions features;
  SurrogateOptions surrogates;
  surrogates.surrogates = 19;
  CodeSignalOptions signals;
  const auto result = [&] {
    wcc.check();
    features.check();
    surrogates.check();
    return made(signals, [&](const FeatureInput& input, double fps) {
      return wcc_features(input, wcc, features, surrogates, signals, fps, {});
    });
  };
  every_option<WccOptions>(wcc, {}, result,
                           {{"leave-out-zeros", "no correlation is exactly 0 with these courses"}});
  every_option<WccFeatureOptions>(features, {{"values", "mean,sd"}}, result);
  every_option<SurrogateOptions>(surrogates, {}, result);
  every_option<CodeSignalOptions>(signals, {{"columns", "MO-1,LB-1"}, {"fps", "20"}}, result);
}

TEST_F(EveryOptionOfFeatures, OfSummaries) {
  SummaryOptions summary;
  summary.groups = {"statistics", "activations", "expressivity", "diversity", "kinematics", "asymmetry"};
  summary.window = 1;
  summary.active_above = 1;
  inputs_.pop_back();
  const CodeSignalOptions signals;
  every_option<SummaryOptions>(summary,
                               {{"groups", "statistics"},
                                {"quantiles", "0.1,0.5"},
                                {"scales", "0.5,1"},
                                {"least-peak", "2"},
                                {"shortest", "3"}},
                               [&] {
                                 summary.check();
                                 return made(signals, [&](const FeatureInput& input, double fps) {
                                   return summary_features(input, summary, signals, fps, {});
                                 });
                               });
}

TEST_F(EveryOptionOfFeatures, OfTokens) {
  const std::string header = "frame,face_id,timestamp,confidence,success,q0,q1\n";
  const std::vector<FeatureInput> inputs = {
      {{folder_.write("timed.csv", header + "1,0,0,1,1,0,2\n2,0,0.1,1,1,0,1\n3,0,0.2,1,1,3,1\n"), "timed"}},
      {{folder_.write("bare.csv", header + "1,0,,1,1,0,2\n2,0,,1,1,0,1\n3,0,,1,1,3,1\n"), "bare"}}};
  TokenFeatureOptions options{4, false, true, 25, false};
  every_option<TokenFeatureOptions>(options, {}, [&] {
    options.check();
    std::string text;
    for (const FeatureInput& input : inputs) text += text_of(token_features(input, options));
    return text;
  });
}

}  // namespace
}  // namespace facelex
