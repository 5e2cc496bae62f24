#include "facelex/core/error.hpp"
#include "facelex/features/input_notes.hpp"
#include "facelex/pipeline/feature_settings.hpp"
#include "features.hpp"
#include "features_kinds.hpp"

namespace facelex::cli {
namespace {

class FeaturesSummaryCommand : public FeaturesCommand {
 public:
  explicit FeaturesSummaryCommand(CLI::App& parent)
      : FeaturesCommand(
            parent,
            {"summary", "Means, activations, peaks, asymmetry and kinematics",
             "Writes a row per video of what can be said of its codes one unit at a time: mean, spread and "
             "quantiles, how often and how long units are active, peaks on several time scales, how "
             "differently left and right move, how many units share the activity; and how head and landmarks "
             "move. The table's sidecar says what each column means, with its unit.",
             "facelex features summary codes --head fits --groups statistics,kinematics -o features.csv"}) {
    add_head_option(
        "Where kinematics takes the head's pose and the landmarks from: auto the codes' own files, a folder "
        "those of its recordings with the same names (landmarks, fits, motion) (default auto)",
        "auto|DIR");
    add_options("Figures", described(settings_.summary));
    add_options("Signals", described(settings_.signals));
  }

 private:
  int run() override {
    settings_.check();
    if (app_->count("--head") > 0 && !settings_.summary.has("kinematics"))
      throw usage_error("--head has no meaning without kinematics among --groups",
                        "add it, or leave --head away");
    if (head_ == "none")
      throw usage_error("--head none leaves nothing to take kinematics from", "give auto or a folder");
    auto inputs = videos(head_);
    const double fps = settle_frame_rate(inputs, settings_.signals);
    return write_features("summary", output_, inputs, settings_.maker(fps), settings_.list(), head_text());
  }

  SummarySettings settings_;
};

}  // namespace

std::unique_ptr<Command> make_features_summary_command(CLI::App& features) {
  return std::make_unique<FeaturesSummaryCommand>(features);
}

}  // namespace facelex::cli
