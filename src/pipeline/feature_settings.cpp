#include "facelex/pipeline/feature_settings.hpp"

#include "facelex/features/code_kinds.hpp"
#include "facelex/features/input_notes.hpp"

namespace facelex {

void WccSettings::check() const {
  wcc.check();
  values.check();
  signals.check();
  surrogates.check();
}

OptionList WccSettings::list() {
  OptionList list = described(wcc);
  list.append(described(signals));
  list.append(described(values));
  list.append(described(surrogates));
  return list;
}

FeatureMaker WccSettings::maker(double fps) const {
  return [this, fps](const FeatureInput& input, const Work& work) {
    return wcc_features(input, wcc, values, surrogates, signals, fps, work);
  };
}

void SummarySettings::check() const {
  summary.check();
  signals.check();
}

OptionList SummarySettings::list() {
  OptionList list = described(summary);
  list.append(described(signals));
  return list;
}

FeatureMaker SummarySettings::maker(double fps) const {
  return [this, fps](const FeatureInput& input, const Work& work) {
    return summary_features(input, summary, signals, fps, work);
  };
}

FeatureMaker BowSettings::maker(std::vector<FeatureInput>& inputs) {
  if (words.codes == 0) words.codes = codebook_size(inputs);
  words.check();
  TokenFeatureOptions settled = words;
  if (words.dwell) {
    CodeSignalOptions time;
    time.fps = words.fps;
    time.ignore_timestamps = words.ignore_timestamps;
    settled.fps = settle_frame_rate(inputs, time, false);
  }
  return [settled](const FeatureInput& input, const Work&) { return token_features(input, settled); };
}

}  // namespace facelex
