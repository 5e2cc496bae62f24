#include "facelex/pipeline/feature_sets.hpp"

#include <algorithm>
#include <cmath>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/features/code_kinds.hpp"
#include "facelex/features/input_notes.hpp"
#include "facelex/features/summary/features.hpp"
#include "facelex/features/tokens/features.hpp"
#include "facelex/features/wcc/features.hpp"

namespace facelex {
namespace {

/// A set of coefficients, which are signals in time.
class SignalFeatures : public FeatureSet {
 public:
  void share(const CodeSignalOptions& signals) override { signals_ = signals; }
  double settle(std::vector<FeatureInput>& inputs) override { return settle_frame_rate(inputs, signals_); }

 protected:
  FeatureOptionGroup signals_group() { return {"Signals", "Signals", described(signals_), true, false}; }

  CodeSignalOptions signals_;
};

class WccSet final : public SignalFeatures {
 public:
  FeatureSetText text() const override {
    return {"wcc",
            "Windowed cross-correlation of all pairs of units",
            "Writes a row per video: for each ordered pair of signals (units of a coding system, and the "
            "head's pitch, yaw and roll) their correlation at the best lag in windows of a few seconds, "
            "averaged over the video. With --pair, the signals of one person with those of another. Signals "
            "that never change have empty fields.",
            "facelex features wcc codes --head fits -o features.csv",
            "Pitch, yaw and roll as further signals: auto takes pose_Rx, pose_Ry, pose_Rz of the codes' own "
            "files where they have them, a folder those of its recordings with the same names (landmarks, "
            "fits), none leaves them out (default auto)",
            "auto|none|DIR",
            "wcc takes pitch, yaw and roll from"};
  }
  FeatureNeeds needs() const override { return {SignalKind::coefficients, true}; }
  std::vector<FeatureOptionGroup> groups() override {
    return {{"Windows", "Cross-correlation", described(wcc_), false, true},
            signals_group(),
            {"Table", "Cross-correlation: table", described(values_), false, false},
            {"Test", "Cross-correlation: test", described(surrogates_), false, false}};
  }
  void check() const override {
    wcc_.check();
    values_.check();
    signals_.check();
    surrogates_.check();
  }
  void check_call(const FeatureCall& call) const override {
    if (call.pairs && values_.triangle)
      throw usage_error(field("triangle") + " has no meaning with " + field("pair") +
                            ": the two orders of a pair are different pairs",
                        "leave it out");
  }
  bool takes_head() const override { return true; }
  std::string head_otherwise() const override { return "none"; }
  void check_rate(double fps) const override {
    wcc_frames(wcc_, fps > 0 ? fps : 30);  // a window that no video can hold is no video's fault
  }
  std::optional<FeatureObstacle> obstacle(std::int64_t frames, double fps) const override {
    const WccFrames laid = wcc_frames(wcc_, fps);
    if (laid.windows(frames) > 0) return {};
    const double min_seconds = std::ceil(100 * static_cast<double>(laid.reach()) / fps) / 100;
    return FeatureObstacle{"hold no window: one takes " + number_text(min_seconds) + " s with its lags",
                           "a shorter " + field("window") + " or " + field("lag")};
  }
  FeatureMaker maker(double fps) const override {
    return [this, fps](const FeatureInput& input, const Work& work) {
      return wcc_features(input, wcc_, values_, surrogates_, signals_, fps, work);
    };
  }

 private:
  WccOptions wcc_;
  WccFeatureOptions values_;
  SurrogateOptions surrogates_;
};

class SummarySet final : public SignalFeatures {
 public:
  FeatureSetText text() const override {
    return {"summary",
            "Means, activations, peaks, asymmetry and kinematics",
            "Writes a row per video of what can be said of its codes one unit at a time: mean, spread and "
            "quantiles, how often and how long units are active, peaks on several time scales, how "
            "differently left and right move, how many units share the activity; and how head and landmarks "
            "move. The table's sidecar says what each column means, with its unit.",
            "facelex features summary codes --head fits --groups statistics,kinematics -o features.csv",
            "Where kinematics takes the head's pose and the landmarks from: auto the codes' own files, a "
            "folder those of its recordings with the same names (landmarks, fits, motion) (default auto)",
            "auto|DIR",
            "summary (with kinematics among --summary-groups) pose and landmarks"};
  }
  FeatureNeeds needs() const override { return {SignalKind::coefficients, false}; }
  std::vector<FeatureOptionGroup> groups() override {
    return {{"Figures", "Summary", described(summary_), false, true}, signals_group()};
  }
  void check() const override {
    summary_.check();
    signals_.check();
  }
  void check_call(const FeatureCall& call) const override {
    if (call.head_is_given && !takes_head())
      throw usage_error(field("head") + " has no meaning without kinematics among " + field("groups"),
                        "add it, or leave " + field("head") + " away");
    if (takes_head() && call.head == "none")
      throw usage_error(field("head") + " none leaves nothing to take kinematics from",
                        "give auto or a folder");
  }
  bool takes_head() const override { return summary_.has("kinematics"); }
  std::string head_otherwise() const override { return "auto"; }
  FeatureMaker maker(double fps) const override {
    return [this, fps](const FeatureInput& input, const Work& work) {
      return summary_features(input, summary_, signals_, fps, work);
    };
  }

 private:
  SummaryOptions summary_;
};

class BowSet final : public FeatureSet {
 public:
  FeatureSetText text() const override {
    return {"bow",
            "Bag of words: how often each token comes",
            "Writes a row per video: the share of each of the K tokens of a discrete code, over all frames "
            "and stages; on request of each succession, and how long tokens stay.",
            "facelex features bow tokens -o words.csv",
            {},
            {},
            {}};
  }
  FeatureNeeds needs() const override { return {SignalKind::tokens, false}; }
  std::vector<FeatureOptionGroup> groups() override {
    return {{"Words", "Words", described(words_), false, false}};
  }
  void share(const CodeSignalOptions& signals) override {
    if (!words_.dwell) return;  // nothing else of words depends on time
    words_.fps = signals.fps;
    words_.ignore_timestamps = signals.ignore_timestamps;
  }
  void check() const override {}  // the size of the codebook may be the inputs' to say
  void check_call(const FeatureCall&) const override {}
  bool takes_head() const override { return false; }
  std::string head_otherwise() const override { return "none"; }
  double settle(std::vector<FeatureInput>& inputs) override {
    if (words_.codes == 0) words_.codes = codebook_size({inputs.begin(), inputs.end()});
    words_.check();
    settled_ = words_;
    if (words_.dwell) {
      CodeSignalOptions time;
      time.fps = words_.fps;
      time.ignore_timestamps = words_.ignore_timestamps;
      settled_.fps = settle_frame_rate(inputs, time, false);
    }
    return settled_.fps;
  }
  FeatureMaker maker(double) const override {
    return [settled = settled_](const FeatureInput& input, const Work&) {
      return token_features(input, settled);
    };
  }

 private:
  TokenFeatureOptions words_;
  TokenFeatureOptions settled_;  ///< with the rate that dwell goes by
};

}  // namespace

OptionList FeatureSet::list() {
  OptionList all;
  for (const FeatureOptionGroup& group : groups()) all.append(group.list);
  return all;
}

OptionList FeatureSet::own_list() {
  OptionList own = list();
  CodeSignalOptions shared;
  const OptionList theirs = described(shared);
  for (const Option& option : theirs.options()) own.remove(option.name);
  return own;
}

FeatureSets make_feature_sets() {
  FeatureSets sets;
  sets.push_back(std::make_unique<WccSet>());
  sets.push_back(std::make_unique<SummarySet>());
  sets.push_back(std::make_unique<BowSet>());
  return sets;
}

FeatureSet* find_feature_set(const FeatureSets& sets, const std::string& name) {
  const auto found =
      std::find_if(sets.begin(), sets.end(), [&](const auto& set) { return set->text().name == name; });
  return found == sets.end() ? nullptr : found->get();
}

std::string feature_set_names(const FeatureSets& sets, const std::string& between, const std::string& last,
                              std::optional<SignalKind> codes) {
  std::vector<std::string> names;
  for (const auto& set : sets)
    if (!codes || set->needs().codes == *codes) names.push_back(set->text().name);
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text.append(i == 0 ? "" : i + 1 == names.size() ? last : between).append(names[i]);
  return text;
}

}  // namespace facelex
