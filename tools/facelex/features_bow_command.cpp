#include "facelex/analysis/token_features.hpp"
#include "features_command.hpp"
#include "features_inputs.hpp"
#include "features_kinds.hpp"

namespace facelex::cli {
namespace {

class FeaturesBowCommand : public FeaturesCommand {
 public:
  explicit FeaturesBowCommand(CLI::App& parent)
      : FeaturesCommand(
            parent,
            {"bow", "Bag of words: how often each token comes",
             "Writes a row per video: the share of each of the K tokens of a discrete code, over all "
             "frames and stages; on request of each succession, and how long tokens stay.",
             "facelex features bow tokens -o words.csv"},
            "bow") {
    add_options("Words", described(options_));
  }

 private:
  int run() override {
    head_ = "none";
    const auto inputs = videos();
    if (options_.codes == 0) options_.codes = codebook_size(inputs);
    options_.check();
    const auto maker = [this](const FeatureInput& input, const Work&) {
      return token_features(input, options_);
    };
    return write_features(inputs, maker, described(options_));
  }

  TokenFeatureOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_features_bow_command(CLI::App& features) {
  return std::make_unique<FeaturesBowCommand>(features);
}

}  // namespace facelex::cli
