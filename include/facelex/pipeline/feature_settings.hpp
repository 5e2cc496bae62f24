#pragma once

#include "facelex/features/summary/features.hpp"
#include "facelex/features/tokens/features.hpp"
#include "facelex/features/wcc/features.hpp"

namespace facelex {

/// What a kind of features is made with: the same for its own command, for features all and for power. The
/// settings must outlive lists and makers.
struct WccSettings {
  WccOptions wcc;
  CodeSignalOptions signals;
  WccFeatureOptions values;
  SurrogateOptions surrogates;

  void check() const;
  OptionList list();
  FeatureMaker maker(double fps) const;
};

struct SummarySettings {
  SummaryOptions summary;
  CodeSignalOptions signals;

  void check() const;
  OptionList list();
  FeatureMaker maker(double fps) const;
};

struct BowSettings {
  TokenFeatureOptions words;

  OptionList list() { return described(words); }
  /// Takes the size of the codebook from the sidecars of the inputs where `words` does not name it. How long
  /// tokens stay goes by the time stamps: what these leave open or say otherwise stands in the inputs' notes.
  FeatureMaker maker(std::vector<FeatureInput>& inputs);
};

}  // namespace facelex
