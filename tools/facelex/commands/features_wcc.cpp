#include "facelex/core/error.hpp"
#include "facelex/features/input_notes.hpp"
#include "facelex/pipeline/feature_inputs.hpp"
#include "facelex/pipeline/feature_settings.hpp"
#include "features.hpp"
#include "features_kinds.hpp"

namespace facelex::cli {
namespace {

class FeaturesWccCommand : public FeaturesCommand {
 public:
  explicit FeaturesWccCommand(CLI::App& parent)
      : FeaturesCommand(
            parent,
            {"wcc", "Windowed cross-correlation of all pairs of units",
             "Writes a row per video: for each ordered pair of signals (units of a coding system, and the "
             "head's "
             "pitch, yaw and roll) their correlation at the best lag in windows of a few seconds, averaged "
             "over "
             "the video. With --pair, the signals of one person with those of another. Signals that never "
             "change have empty fields.",
             "facelex features wcc codes --head fits -o features.csv"}) {
    app_->add_flag(
            "--pair", pair_,
            "Two people: the inputs are two files, or two folders whose files of the same name are a pair")
        ->group("Input and output");
    add_head_option(
        "Pitch, yaw and roll as further signals: auto takes pose_Rx, pose_Ry, pose_Rz of the codes' own "
        "files where they have them, a folder those of its recordings with the same names (landmarks, "
        "fits), none leaves them out (default auto)",
        "auto|none|DIR");
    add_options("Windows", described(settings_.wcc));
    add_options("Signals", described(settings_.signals));
    add_options("Table", described(settings_.values));
    add_options("Test", described(settings_.surrogates));
  }

 private:
  int run() override {
    settings_.check();
    if (pair_ && app_->count("--head") > 0)
      throw usage_error("--head has no meaning with --pair", "leave one of them away");
    if (pair_ && settings_.values.triangle)
      throw usage_error("--triangle has no meaning with --pair: the two orders of a pair are different pairs",
                        "leave it away");
    auto videos_or_pairs = pair_ ? paired_inputs(input_arguments_, output_) : videos(head_);
    const double fps = settle_frame_rate(videos_or_pairs, settings_.signals);
    wcc_frames(settings_.wcc, fps > 0 ? fps : 30);  // a window that no video can hold is no video's fault
    return write_features("wcc", output_, videos_or_pairs, settings_.maker(fps), settings_.list(),
                          pair_ ? " --pair" : head_text());
  }

  bool pair_ = false;
  WccSettings settings_;
};

}  // namespace

std::unique_ptr<Command> make_features_wcc_command(CLI::App& features) {
  return std::make_unique<FeaturesWccCommand>(features);
}

}  // namespace facelex::cli
