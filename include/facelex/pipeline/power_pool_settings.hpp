#pragma once

#include <optional>
#include <string>
#include <vector>

#include "facelex/evaluate/power/power.hpp"
#include "facelex/pipeline/feature_sets.hpp"
#include "facelex/pipeline/learning.hpp"
#include "facelex/pipeline/loaded_system.hpp"
#include "facelex/pipeline/simulate_stage.hpp"
#include "facelex/simulate/cohort.hpp"

namespace facelex {

/// How the pool is made and what is taken of it.
struct PowerPoolOptions {
  int pool = 0;
  long long seed = -1;
  std::string model;
  std::vector<std::string> features;

  void describe(OptionList& options);
};

/// Everything that decides what the pool of facelex power is, and what follows from it.
struct PowerPoolSettings {
  PowerPoolOptions options;
  LearnOptions learn;  ///< of the Facial Basis, where no model is given
  FeatureSets sets = make_feature_sets();

  std::string cohort_file;
  Cohort cohort;
  std::optional<LoadedSystem> system;  ///< none: it is to be learnt
  std::vector<FeatureSet*> features;   ///< of `sets`, as they are made

  /// Reads cohort and model, and throws Error (usage) for what can be known before anything is simulated.
  void resolve(const std::string& file, const PowerOptions& studies, const FoldOptions& folds);
  /// People of the pool as landmarks with noise, nothing else.
  SimulateOptions simulation() const;

 private:
  void check_learning();
  void check_features();
  void check_length() const;
};

}  // namespace facelex
