#include <algorithm>

#include "facelex/core/error.hpp"
#include "facelex/features/code_kinds.hpp"
#include "facelex/features/input_notes.hpp"
#include "facelex/pipeline/feature_inputs.hpp"
#include "facelex/pipeline/option_names.hpp"
#include "facelex/pipeline/outputs.hpp"
#include "features.hpp"
#include "features_kinds.hpp"

namespace facelex::cli {
namespace {

/// "OUT/wcc.csv and OUT/summary.csv".
std::string tables_of(const FeatureSets& sets, SignalKind codes) {
  return "OUT/" + feature_set_names(sets, ".csv, OUT/", ".csv and OUT/", codes) + ".csv";
}

std::string heads_of(const FeatureSets& sets) {
  std::string text;
  for (const auto& set : sets)
    if (const std::string head = set->text().head_beside; !head.empty())
      text.append(text.empty() ? "" : ", and ").append(head);
  return text;
}

class FeaturesAllCommand : public FeaturesCommand {
 public:
  explicit FeaturesAllCommand(CLI::App& parent) : FeaturesAllCommand(parent, make_feature_sets()) {}

 private:
  FeaturesAllCommand(CLI::App& parent, FeatureSets sets)
      : FeaturesCommand(parent,
                        {"all", "Several tables in one pass",
                         "Writes " + tables_of(sets, SignalKind::coefficients) + " of coefficients, " +
                             tables_of(sets, SignalKind::tokens) + " of tokens: the tables that features " +
                             feature_set_names(sets, ", ", " and ") +
                             " write, with a row per video each. evaluate takes them side by side "
                             "(--features again and again).",
                         "facelex features all codes --head fits -o features"},
                        "Folder to write the tables to"),
        sets_(std::move(sets)) {
    add_head_option("Where " + heads_of(sets_) +
                        ": auto the codes' own files where they have them, a folder those of its recordings "
                        "with the same names, none leaves the head out (default auto)",
                    "auto|none|DIR");
    app_->add_option("--tables", tables_,
                     "Which: " + feature_set_names(sets_, ", ", ", ") +
                         " (default: " + feature_set_names(sets_, ",", ",", SignalKind::coefficients) +
                         "; of tokens " + feature_set_names(sets_, ",", ",", SignalKind::tokens) + ")")
        ->delimiter(',')
        ->type_name("LIST")
        ->group("Input and output");
    const OptionList shared = described(signals_);
    for (const auto& set : sets_)
      for (FeatureOptionGroup& group : set->groups()) {
        if (group.of_signals) continue;
        for (const Option& option : shared.options()) group.list.remove(option.name);
        add_options(group.title_beside, std::move(group.list), set->text().name);
      }
    add_options("Signals", described(signals_));
  }

  int run() override {
    check_folder_path(output_);
    for (const auto& set : sets_) {
      set->share(signals_);
      with_names_here(set->own_list(), prefix_of(*set), [&] { set->check(); });
    }
    const auto bare = videos("none");
    choose_tables(bare);
    auto timed = bare;
    const double fps = settle_frame_rate(timed, signals_);
    for (const std::string& table : tables_) {
      FeatureSet& set = *find_feature_set(sets_, table);
      with_names_here(set.own_list(), prefix_of(set), [&] { set.check_rate(fps); });
    }
    int status = 0;
    for (const std::string& table : tables_) {
      try {
        status = std::max(status, write_table(*find_feature_set(sets_, table), fps));
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::data) throw;
        reporter_->error(error.message());  // the other tables may be had all the same
        status = 1;
      }
    }
    return status;
  }

  /// Without --tables, those that are made of what the first file whose kind is known holds.
  void choose_tables(const std::vector<FeatureInput>& inputs) {
    if (tables_.empty())
      for (const auto& set : sets_)
        if ((set->needs().codes == SignalKind::tokens) == of_tokens(inputs))
          tables_.push_back(set->text().name);
    for (const std::string& table : tables_)
      if (!find_feature_set(sets_, table))
        throw usage_error("--tables: there is no " + in_quotes(table),
                          "one of " + feature_set_names(sets_, ", ", ", "));
  }

  int write_table(FeatureSet& set, double fps) {
    const std::string name = set.text().name;
    set.check_call({false, false, head_});
    auto inputs = videos(set.takes_head() ? head_ : set.head_otherwise());
    const OptionList own = set.own_list();
    const std::string prefix = prefix_of(set);
    const FeatureMaker maker = with_names_here(own, prefix, [&] {
      set.settle(inputs);
      return set.maker(fps);
    });
    return write_features(
        name, std::filesystem::path(output_) / (name + ".csv"), std::move(inputs),
        [maker, own, prefix](const FeatureInput& input, const Work& work) {
          return with_names_here(own, prefix, [&] { return maker(input, work); });
        },
        set.list(), set.takes_head() ? head_text() : "");
  }

  static std::string prefix_of(const FeatureSet& set) { return set.text().name + "-"; }

  static bool of_tokens(const std::vector<FeatureInput>& inputs) {
    for (const FeatureInput& input : inputs)
      if (const auto kind = kind_of(input); kind && *kind != SignalKind::other)
        return *kind == SignalKind::tokens;
    return false;
  }

  FeatureSets sets_;
  std::vector<std::string> tables_;
  CodeSignalOptions signals_;
};

}  // namespace

std::unique_ptr<Command> make_features_all_command(CLI::App& features) {
  return std::make_unique<FeaturesAllCommand>(features);
}

}  // namespace facelex::cli
