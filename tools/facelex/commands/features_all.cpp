#include <algorithm>

#include "facelex/core/error.hpp"
#include "facelex/features/code_kinds.hpp"
#include "facelex/features/input_notes.hpp"
#include "facelex/pipeline/feature_inputs.hpp"
#include "facelex/pipeline/feature_settings.hpp"
#include "facelex/pipeline/option_names.hpp"
#include "facelex/pipeline/outputs.hpp"
#include "features.hpp"
#include "features_kinds.hpp"

namespace facelex::cli {
namespace {

class FeaturesAllCommand : public FeaturesCommand {
 public:
  explicit FeaturesAllCommand(CLI::App& parent)
      : FeaturesCommand(
            parent,
            {"all", "Several tables in one pass",
             "Writes OUT/wcc.csv and OUT/summary.csv of coefficients, OUT/bow.csv of tokens: the tables that "
             "features wcc, summary and bow write, with a row per video each. evaluate takes them side by "
             "side (--features again and again).",
             "facelex features all codes --head fits -o features"},
            "Folder to write the tables to") {
    add_head_option(
        "Where wcc takes pitch, yaw and roll from, and summary (with kinematics among --summary-groups) pose "
        "and landmarks: auto the codes' own files where they have them, a folder those of its recordings "
        "with "
        "the same names, none leaves the head out (default auto)",
        "auto|none|DIR");
    app_->add_option("--tables", tables_, "Which: wcc, summary, bow (default: wcc,summary; of tokens bow)")
        ->delimiter(',')
        ->type_name("LIST")
        ->group("Input and output");
    add_options("Cross-correlation", described(wcc_.wcc), "wcc");
    add_options("Cross-correlation: table", described(wcc_.values), "wcc");
    add_options("Cross-correlation: test", described(wcc_.surrogates), "wcc");
    add_options("Summary", described(summary_.summary), "summary");
    add_options("Words", bow_names(), "bow");
    add_options("Signals", described(signals_));
  }

 private:
  int run() override {
    check_folder_path(output_);
    wcc_.signals = summary_.signals = signals_;
    if (bow_.words.dwell) {  // nothing else of words depends on time
      bow_.words.fps = signals_.fps;
      bow_.words.ignore_timestamps = signals_.ignore_timestamps;
    }
    with_names_here(wcc_names(), "wcc-", [&] { wcc_.check(); });
    with_names_here(described(summary_.summary), "summary-", [&] { summary_.check(); });
    const auto bare = videos("none");
    if (tables_.empty()) tables_ = of_tokens(bare) ? Tables{"bow"} : Tables{"wcc", "summary"};
    for (const std::string& table : tables_)
      if (table != "wcc" && table != "summary" && table != "bow")
        throw usage_error("--tables: there is no " + in_quotes(table), "one of wcc, summary, bow");
    auto timed = bare;
    const double fps = settle_frame_rate(timed, signals_);
    if (wants("wcc"))
      with_names_here(wcc_names(), "wcc-", [&] { return wcc_frames(wcc_.wcc, fps > 0 ? fps : 30); });
    int status = 0;
    for (const std::string& table : tables_) {
      try {
        status = std::max(status, write_table(table, fps, bare));
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::data) throw;
        reporter_->error(error.message());  // the other tables may be had all the same
        status = 1;
      }
    }
    return status;
  }

  int write_table(const std::string& table, double fps, const std::vector<FeatureInput>& bare) {
    const auto file = std::filesystem::path(output_) / (table + ".csv");
    if (table == "bow") {
      auto inputs = bare;
      const auto maker = with_names_here(bow_names(), "bow-", [&] { return bow_.maker(inputs); });
      return write_features(table, file, inputs, named(maker, bow_names(), "bow-"), bow_.list());
    }
    if (table == "summary") return summarise(file, fps);
    auto inputs = videos(head_);
    settle_frame_rate(inputs, signals_);
    return write_features(table, file, inputs, named(wcc_.maker(fps), wcc_names(), "wcc-"), wcc_.list(),
                          head_text());
  }

  int summarise(const std::filesystem::path& file, double fps) {
    const bool moves = summary_.summary.has("kinematics");
    if (moves && head_ == "none")
      throw usage_error("--head none leaves nothing to take kinematics from", "give auto or a folder");
    auto inputs = videos(moves ? head_ : "auto");
    settle_frame_rate(inputs, signals_);
    return write_features("summary", file, inputs,
                          named(summary_.maker(fps), described(summary_.summary), "summary-"),
                          summary_.list(), moves ? head_text() : "");
  }

  /// The options that are called --wcc-… here.
  OptionList wcc_names() {
    OptionList names = described(wcc_.wcc);
    names.append(described(wcc_.values));
    names.append(described(wcc_.surrogates));
    return names;
  }

  /// The options that are called --bow-… here: time is the same for all tables.
  OptionList bow_names() {
    OptionList names = bow_.list();
    names.remove("fps");
    names.remove("ignore-timestamps");
    return names;
  }

  static FeatureMaker named(const FeatureMaker& maker, const OptionList& list, const std::string& prefix) {
    return [maker, list, prefix](const FeatureInput& input, const Work& work) {
      return with_names_here(list, prefix, [&] { return maker(input, work); });
    };
  }

  bool wants(const char* table) const {
    return std::find(tables_.begin(), tables_.end(), table) != tables_.end();
  }

  /// Whether the first file whose kind is known holds tokens.
  static bool of_tokens(const std::vector<FeatureInput>& inputs) {
    for (const FeatureInput& input : inputs)
      if (const auto kind = kind_of(input); kind && *kind != SignalKind::other)
        return *kind == SignalKind::tokens;
    return false;
  }

  using Tables = std::vector<std::string>;
  Tables tables_;
  CodeSignalOptions signals_;
  WccSettings wcc_;
  SummarySettings summary_;
  BowSettings bow_;
};

}  // namespace

std::unique_ptr<Command> make_features_all_command(CLI::App& features) {
  return std::make_unique<FeaturesAllCommand>(features);
}

}  // namespace facelex::cli
