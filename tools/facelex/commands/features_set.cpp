#include <utility>

#include "facelex/core/error.hpp"
#include "facelex/pipeline/feature_inputs.hpp"
#include "features.hpp"
#include "features_kinds.hpp"

namespace facelex::cli {
namespace {

Command::Text command_text_of(FeatureSetText text) {
  return {std::move(text.name), std::move(text.summary), std::move(text.description),
          std::move(text.example)};
}

class FeatureSetCommand : public FeaturesCommand {
 public:
  FeatureSetCommand(CLI::App& parent, std::unique_ptr<FeatureSet> set)
      : FeaturesCommand(parent, command_text_of(set->text())), set_(std::move(set)) {
    const FeatureSetText text = set_->text();
    if (set_->needs().pairs)
      app_->add_flag(
              "--pair", pair_,
              "Two people: the inputs are two files, or two folders whose files of the same name are a pair")
          ->group("Input and output");
    if (!text.head_help.empty()) add_head_option(text.head_help, text.head_values);
    for (FeatureOptionGroup& group : set_->groups()) add_options(group.title, std::move(group.list));
  }

 private:
  int run() override {
    set_->check();
    const bool head_is_given = !set_->text().head_help.empty() && app_->count("--head") > 0;
    if (pair_ && head_is_given)
      throw usage_error("--head has no meaning with --pair", "leave one of them out");
    set_->check_call({pair_, head_is_given, head_});
    auto videos_or_pairs = pair_ ? paired_inputs(input_arguments_, output_)
                                 : videos(set_->takes_head() ? head_ : set_->head_otherwise());
    const double fps = set_->settle(videos_or_pairs);
    set_->check_rate(fps);
    return write_features(set_->text().name, output_, std::move(videos_or_pairs), set_->maker(fps),
                          set_->list(),
                          pair_                ? " --pair"
                          : set_->takes_head() ? head_text()
                                               : "");
  }

  std::unique_ptr<FeatureSet> set_;
  bool pair_ = false;
};

}  // namespace

std::unique_ptr<Command> make_feature_set_command(CLI::App& features, std::unique_ptr<FeatureSet> set) {
  return std::make_unique<FeatureSetCommand>(features, std::move(set));
}

}  // namespace facelex::cli
