#include <algorithm>

#include "facelex/core/error.hpp"
#include "facelex/io/recording_file.hpp"
#include "feature_settings.hpp"
#include "features_command.hpp"
#include "features_inputs.hpp"
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
    add_options("Words", bow_.list(), "bow");
    add_options("Signals", described(signals_));
  }

 private:
  int run() override {
    wcc_.signals = summary_.signals = signals_;
    wcc_.check();
    summary_.check();
    const auto bare = videos("none");
    if (tables_.empty()) tables_ = of_tokens(bare) ? Tables{"bow"} : Tables{"wcc", "summary"};
    for (const std::string& table : tables_)
      if (table != "wcc" && table != "summary" && table != "bow")
        throw usage_error("--tables: there is no " + in_quotes(table), "one of wcc, summary, bow");
    const double fps = rate_of(bare, signals_.fps);
    if (wants("wcc")) wcc_frames(wcc_.wcc, fps > 0 ? fps : 30);
    int status = 0;
    for (const std::string& table : tables_) {
      const auto file = std::filesystem::path(output_) / (table + ".csv");
      if (table == "wcc")
        status = std::max(
            status, write_features(table, file, videos(head_), wcc_.maker(fps), wcc_.list(), head_text()));
      else if (table == "summary")
        status = std::max(status, summarise(file, fps));
      else
        status = std::max(status, write_features(table, file, bare, bow_.maker(bare), bow_.list()));
    }
    return status;
  }

  int summarise(const std::filesystem::path& file, double fps) {
    const bool moves = summary_.summary.has("kinematics");
    if (moves && head_ == "none")
      throw usage_error("--head none leaves nothing to take kinematics from", "give auto or a folder");
    return write_features("summary", file, videos(moves ? head_ : "auto"), summary_.maker(fps),
                          summary_.list(), moves ? head_text() : "");
  }

  bool wants(const char* table) const {
    return std::find(tables_.begin(), tables_.end(), table) != tables_.end();
  }

  /// Whether the first file whose kind is known holds tokens.
  static bool of_tokens(const std::vector<FeatureInput>& inputs) {
    for (const FeatureInput& input : inputs) {
      if (!input.problem.empty()) continue;
      try {
        const SignalKind kind = RecordingReader(input.file).header().kind;
        if (kind != SignalKind::other) return kind == SignalKind::tokens;
      } catch (const Error&) {
        continue;  // the tables say what is wrong with it
      }
    }
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
