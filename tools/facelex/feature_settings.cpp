#include "feature_settings.hpp"

#include <algorithm>
#include <cmath>

#include "facelex/analysis/code_kinds.hpp"
#include "facelex/core/text.hpp"

namespace facelex::cli {

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
    VideoFeatures made = wcc_features(input, wcc, values, surrogates, signals, fps, work);
    // A short video has fewer different shifts than were asked for, and its p cannot be as small.
    int least = surrogates.surrogates;
    for (const FeatureRow& row : made.rows) least = std::min(least, row.details.value("surrogates", least));
    if (least < surrogates.surrogates)
      made.note += (made.note.empty() ? "" : "; ") + std::to_string(least) + " of the " +
                   std::to_string(surrogates.surrogates) +
                   " surrogates, for its windows can be shifted in no more ways: p is at least " +
                   number_text(std::round(1e4 / (1 + least)) / 1e4);
    return made;
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

FeatureMaker BowSettings::maker(const std::vector<FeatureInput>& inputs) {
  if (words.codes == 0) words.codes = codebook_size(inputs);
  words.check();
  return [this](const FeatureInput& input, const Work&) { return token_features(input, words); };
}

}  // namespace facelex::cli
