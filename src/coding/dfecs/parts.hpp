#pragma once

#include <memory>
#include <string>
#include <vector>

#include "facelex/coding/dfecs/learn.hpp"
#include "facelex/coding/dfecs/positive_units.hpp"
#include "facelex/coding/observed_columns.hpp"
#include "facelex/factor/dictionary/learning.hpp"

namespace facelex {

/// A part of the face that moves in the data.
struct DfecsPart {
  FacialFeature feature;
  std::vector<Eigen::Index> columns;           ///< of the signal
  std::vector<Eigen::Index> moving;            ///< those of them that are not always zero
  std::unique_ptr<const RowMatrix> samples;    ///< T×moving, scaled
  std::unique_ptr<DictionaryLearner> learner;  ///< of `samples`
};

/// The parts of the data that move; a line in `warnings` for each that does not. Throws Error (data) when
/// none does.
std::vector<DfecsPart> moving_parts(const TrainingData& data, double scale, Precision precision,
                                    std::vector<Message>& warnings, const Work& work);

/// The units and the penalty of a part, as `--part-units` and `--part-alpha` give them.
struct PartSettings {
  int units = 0;
  double alpha = 0;
};
/// Throws Error (usage) for an entry that is not FEATURE=NUMBER, an unknown or repeated part, a value out of
/// bounds.
PartSettings part_settings(const DfecsOptions& options, const std::string& part);

/// A part's dictionary: units×moving, codes T×units as learning left them.
struct PartFit {
  DictionaryResult learnt;
  double residual = 0;  ///< Σ (x − x̂)² over observed values

  double variance_explained(const DfecsPart& part) const {
    return 1 - residual / part.learner->squared_norm();
  }
};
/// Throws Error (data) for fewer frames than units; Error (usage) for more units than moving columns.
PartFit fit_part(const DfecsPart& part, const PartSettings& settings, const DfecsOptions& options,
                 const ObservedColumns& observed, const Work& work);

/// The first level: all parts, with the codes V that the second level factorises.
struct PartLevel {
  PartModels models;  ///< without mixing
  RowMatrix codes;    ///< T×k, exact, ≥ 0
  Json summaries = Json::array();
  std::vector<Message> warnings;
};
/// settings: of each part; those with 0 units are left out. `input_columns`: D.
PartLevel learn_parts(const std::vector<DfecsPart>& parts, const std::vector<PartSettings>& settings,
                      const std::string& unit, Eigen::Index input_columns, const DfecsOptions& options,
                      const ObservedColumns& observed, const Work& work);

/// Brings K×D atoms of positive codes T×K into canonical order: by decreasing mean code, equal ones by their
/// entries. Returns the order.
std::vector<Eigen::Index> order_by_use(const RowMatrix& atoms, const RowMatrix& codes);
/// [{"name", "mean_magnitude", "share_active"} …] of positive codes.
Json use_of_positive(const std::vector<Column>& units, const RowMatrix& codes);

}  // namespace facelex
