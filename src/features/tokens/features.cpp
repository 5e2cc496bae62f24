#include "facelex/features/tokens/features.hpp"

#include <cmath>
#include <limits>
#include <string>

#include "facelex/coding/encode.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/features/video_signals.hpp"

namespace facelex {
namespace {

using Eigen::Index;

/// What is counted of one face.
struct TokenCounts {
  Eigen::VectorXd words, runs, run_frames;
  RowMatrix successions;
  double frames = 0, tokens = 0, pairs = 0;
};

/// Columns of tokens, a stage each: reconstruction_error and the like are none.
std::vector<Index> token_columns(const Recording& recording, const std::string& file) {
  if (recording.kind != SignalKind::tokens)
    throw data_error({file, 1, {}}, "holds " + std::string(kind_name(recording.kind)) + ", no tokens",
                     "codes with magnitudes have features summary and features wcc");
  std::vector<Index> stages;
  for (std::size_t d = 0; d < recording.columns.size(); ++d)
    if (!accompanies_codes(recording.columns[d].name)) stages.push_back(static_cast<Index>(d));
  if (stages.empty())
    throw data_error({file, 1, {}}, "has no column of tokens", "give what facelex encode writes");
  return stages;
}

TokenCounts count_tokens(const SignalTable& table, const std::vector<Index>& rows, int codes,
                         const std::string& file) {
  TokenCounts counts;
  counts.words = counts.runs = counts.run_frames = Eigen::VectorXd::Zero(codes);
  counts.successions.setZero(codes, codes);
  Eigen::VectorXd values(std::ssize(table.frames));
  for (Index stage = 0; stage < std::ssize(table.columns); ++stage) {
    table.parts[0]->read(stage, 0, values.size(), values.data());
    Index before = -1;
    std::int64_t number_before = 0;
    for (const Index row : rows) {
      const Frame& frame = table.frames[static_cast<std::size_t>(row)];
      const double value = values[row];
      if (std::isnan(value)) {
        before = -1;
        continue;
      }
      if (value < 0 || value >= codes || value != std::floor(value))
        throw data_error({file, 0, table.columns[static_cast<std::size_t>(stage)].name},
                         "frame " + std::to_string(frame.number) + ": " + number_text(value) +
                             " is not a token 0 … " + std::to_string(codes - 1),
                         "does " + field("codes") + " say the size of the codebook?");
      const auto token = static_cast<Index>(value);
      const bool follows = before >= 0 && frame.number == number_before + 1;
      counts.words[token] += 1;
      counts.tokens += 1;
      counts.frames += stage == 0 ? 1 : 0;
      counts.run_frames[token] += 1;
      if (!follows || before != token) counts.runs[token] += 1;
      if (follows) {
        counts.successions(before, token) += 1;
        counts.pairs += 1;
      }
      before = token;
      number_before = frame.number;
    }
  }
  return counts;
}

}  // namespace

void TokenFeatureOptions::describe(OptionList& options) {
  options
      .integer("codes", codes, Bounds::at_least(0),
               "Size K of the codebook that the tokens are of; 0: as the sidecars of encode say")
      .flag("bigrams", bigrams, "Also how often each token follows each other one from frame to frame")
      .flag("dwell", dwell, "Also how long each token stays, in seconds")
      .number("fps", fps, Bounds::at_least(0),
              "Frames per second of videos without time stamps, for " + field("dwell") +
                  "; 0: the rate of most videos")
      .flag("ignore-timestamps", ignore_timestamps,
            "Frames last as " + field("fps") + " says, for " + field("dwell") +
                " of tables whose time stamps are wrong");
}

void TokenFeatureOptions::check() const {
  check_bounds(*this);
  if (codes < 1)
    throw option_error("codes", std::to_string(codes) + " is not ≥ 1",
                       "say the size of the codebook: " + field("codes") + " 64");
  if (!dwell && (fps > 0 || ignore_timestamps))
    throw usage_error(field(fps > 0 ? "fps" : "ignore-timestamps") + " is for " + field("dwell") + " alone",
                      "give " + field("dwell") + ", or leave it out");
  if (ignore_timestamps && fps == 0)
    throw usage_error(field("ignore-timestamps") + " leaves no frame rate",
                      "give the true one: " + field("fps"));
}

VideoFeatures token_features(const FeatureInput& input, const TokenFeatureOptions& options) {
  options.check();
  const std::string file = input.file.string();
  const SignalTable table =
      read_signal_table(input.file, [&](const Recording& header) { return token_columns(header, file); });
  const int codes = options.codes;
  VideoFeatures made;
  const auto name = [](Index k) { return "token-" + std::to_string(k); };
  for (Index k = 0; k < codes; ++k)
    made.columns.push_back({name(k), "share of token " + std::to_string(k) + " among all tokens", ""});
  for (Index a = 0; options.bigrams && a < codes; ++a)
    for (Index b = 0; b < codes; ++b)
      made.columns.push_back({name(a) + ">" + std::to_string(b),
                              "share of " + std::to_string(a) + " then " + std::to_string(b) +
                                  " among successions of frames in one stage",
                              ""});
  for (Index k = 0; options.dwell && k < codes; ++k)
    made.columns.push_back({name(k) + " dwell", "mean duration of runs of token " + std::to_string(k), "s"});
  const auto faces = faces_of(table.frames);
  for (const auto& rows : faces) {
    const TokenCounts counts = count_tokens(table, rows, codes, file);
    if (counts.tokens == 0)
      throw data_error({file, 0, {}}, "no frame has tokens", "is there a face in the video?");
    FeatureRow row;
    if (faces.size() > 1) row.face_id = table.frames[static_cast<std::size_t>(rows[0])].face_id;
    for (Index k = 0; k < codes; ++k) row.values.push_back(counts.words[k] / counts.tokens);
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    if (options.bigrams)
      for (Index k = 0; k < counts.successions.size(); ++k)
        row.values.push_back(counts.pairs > 0 ? counts.successions.data()[k] / counts.pairs : none);
    if (options.dwell) {
      const double fps =
          options.ignore_timestamps ? options.fps : frame_rate(table.frames, rows).value_or(options.fps);
      if (!(fps > 0))
        throw data_error({file, 0, {}}, "has no time stamps, so dwell times have no unit",
                         "give its frame rate: " + field("fps"));
      for (Index k = 0; k < codes; ++k)
        row.values.push_back(counts.runs[k] > 0 ? counts.run_frames[k] / counts.runs[k] / fps : none);
    }
    row.details["frames"] = static_cast<std::int64_t>(counts.frames);
    row.details["stages"] = table.columns.size();
    made.rows.push_back(std::move(row));
  }
  if (made.rows.empty()) throw data_error({file, 0, {}}, "has no rows", "was its video empty?");
  return made;
}

}  // namespace facelex
