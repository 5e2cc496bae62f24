#include "facelex/pipeline/feature_inputs.hpp"
#include "facelex/pipeline/feature_settings.hpp"
#include "features.hpp"
#include "features_kinds.hpp"

namespace facelex::cli {
namespace {

class FeaturesBowCommand : public FeaturesCommand {
 public:
  explicit FeaturesBowCommand(CLI::App& parent)
      : FeaturesCommand(
            parent, {"bow", "Bag of words: how often each token comes",
                     "Writes a row per video: the share of each of the K tokens of a discrete code, over all "
                     "frames and stages; on request of each succession, and how long tokens stay.",
                     "facelex features bow tokens -o words.csv"}) {
    add_options("Words", settings_.list());
  }

 private:
  int run() override {
    auto inputs = videos("none");
    const FeatureMaker maker = settings_.maker(inputs);
    return write_features("bow", output_, inputs, maker, settings_.list());
  }

  BowSettings settings_;
};

}  // namespace

std::unique_ptr<Command> make_features_bow_command(CLI::App& features) {
  return std::make_unique<FeaturesBowCommand>(features);
}

}  // namespace facelex::cli
