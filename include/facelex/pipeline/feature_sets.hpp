#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "facelex/core/options.hpp"
#include "facelex/features/feature_table.hpp"
#include "facelex/features/video_signals.hpp"
#include "facelex/io/recording.hpp"

namespace facelex {

/// What is said of a set of features in help.
struct FeatureSetText {
  std::string name;  ///< of its command and its table: "wcc"
  std::string summary, description, example;
  std::string head_help, head_values;  ///< of --head; empty: the set never takes the head
  std::string head_beside;             ///< the same in half a sentence, beside those of other sets
};

/// What a set of features is made of.
struct FeatureNeeds {
  SignalKind codes = SignalKind::coefficients;  ///< or tokens
  bool pairs = false;                           ///< it has a meaning for two people (--pair)
};

/// Options that stand together in help.
struct FeatureOptionGroup {
  std::string title;         ///< in the set's own command
  std::string title_beside;  ///< in commands that make several sets
  OptionList list;
  bool of_signals = false;  ///< CodeSignalOptions: one group for all sets where there are several
  bool in_power = false;    ///< facelex power has them
};

/// What of a command line is not options of the set.
struct FeatureCall {
  bool pairs = false;
  bool head_is_given = false;
  std::string head;
};

/// Why recordings of some length cannot have features, and what to do besides making them longer.
struct FeatureObstacle {
  std::string what;
  Message remedy;
};

/// A set of features with its options: the same for its own command, for features all and for power. It must
/// outlive its lists and makers.
class FeatureSet {
 public:
  virtual ~FeatureSet() = default;

  virtual FeatureSetText text() const = 0;
  virtual FeatureNeeds needs() const = 0;
  virtual std::vector<FeatureOptionGroup> groups() = 0;
  /// The options of all groups, in their order.
  OptionList list();
  /// Those of the set alone, without what CodeSignalOptions has.
  OptionList own_list();
  /// Takes the options that all sets of a command share.
  virtual void share(const CodeSignalOptions& signals) = 0;

  /// Throws Error (usage) for options out of bounds, as far as they are known without the inputs.
  virtual void check() const = 0;
  /// Throws Error (usage) for what does not go with the options.
  virtual void check_call(const FeatureCall& call) const = 0;
  /// Whether these options take the head as --head says.
  virtual bool takes_head() const = 0;
  /// --head where they do not.
  virtual std::string head_otherwise() const = 0;
  /// Finds out what the options leave to the inputs, and returns the frame rate that the features are made at
  /// (input_notes.hpp). What time stamps leave open or say otherwise stands in the inputs' notes.
  virtual double settle(std::vector<FeatureInput>& inputs) = 0;
  /// Throws Error (usage) for options that no recording of that rate can meet; 0: it is not known.
  virtual void check_rate(double /*fps*/) const {}
  /// Nothing: recordings of so many frames may have features.
  virtual std::optional<FeatureObstacle> obstacle(std::int64_t /*frames*/, double /*fps*/) const {
    return {};
  }
  /// After settle.
  virtual FeatureMaker maker(double fps) const = 0;

 protected:
  FeatureSet() = default;
  FeatureSet(const FeatureSet&) = delete;
  FeatureSet& operator=(const FeatureSet&) = delete;
};

using FeatureSets = std::vector<std::unique_ptr<FeatureSet>>;

/// Every set that there is, with its usual options.
FeatureSets make_feature_sets();
/// The one of that name; null: there is none.
FeatureSet* find_feature_set(const FeatureSets& sets, const std::string& name);
/// Names of the sets in words, of those alone that are made of such codes, where `codes` says any.
std::string feature_set_names(const FeatureSets& sets, const std::string& between, const std::string& last,
                              std::optional<SignalKind> codes = {});

}  // namespace facelex
