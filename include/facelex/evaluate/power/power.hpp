#pragma once

#include <string>
#include <vector>

#include "facelex/evaluate/protocol.hpp"
#include "facelex/io/recording.hpp"

namespace facelex {

/// Studies of several sizes that are drawn from a pool of subjects, to see how often each size finds what is
/// there.
struct PowerOptions {
  std::vector<int> subjects = {10, 15, 20, 30, 40, 60};  ///< of each class
  int studies = 200;                ///< of each size, and as many without a true difference; ≥ 20
  double alpha = 0.05;              ///< a difference is found when p ≤ alpha; in (0, 1)
  double target = 0.8;              ///< the power that a size is recommended for; in (0, 1)
  std::string metric = "accuracy";  ///< of metric_kinds
  long long seed = 1907;            ///< of draws and folds

  void describe(OptionList& options);
  /// Throws Error (usage): a size that is not a whole number ≥ 2, an unknown metric, too few studies for p
  /// to reach alpha.
  void check() const;
  std::vector<int> sizes() const;  ///< ascending, each once
};

/// One study of one size.
struct PowerStudy {
  int subjects = 0;   ///< of each class
  bool null = false;  ///< labels were dealt at random
  double value = 0;   ///< the metric; NaN: not defined
  double p = 0;       ///< (1 + null studies of this size at least as good) / (1 + null studies); NaN if null
};

/// What studies of one size come to.
struct PowerPoint {
  int subjects = 0;                      ///< of each class
  double mean = 0, low = 0, high = 0;    ///< of the metric, with the 2.5 % and 97.5 % quantiles over studies
  double chance = 0;                     ///< mean of the studies without a difference
  double critical = 0;                   ///< the smallest value with p ≤ alpha
  double power = 0;                      ///< share of the studies with p ≤ alpha
  double power_low = 0, power_high = 0;  ///< its 95 % interval (Wilson 1927)
};

struct PowerCurve {
  std::vector<PowerPoint> points;   ///< sizes ascending
  std::vector<PowerStudy> studies;  ///< by size; those with the difference first
  /// The smallest size such that it and every larger one have at least this power; 0: none.
  int enough(double target) const;
};

/// Draws studies of each size from the pool, subjects without replacement within a study, and runs the whole
/// nested protocol of `evaluation` (its folds, scaling and learner) on each. Null studies first deal the
/// labels of all subjects at random: what they reach is what the metric reaches where nothing is to be found,
/// the permutation distribution of a study of this size. Studies of one size share subjects, so with a pool
/// only a few times that size their spread is too small. Parallel over studies; the same whatever the number
/// of threads.
///
/// Throws Error (usage): a class with fewer subjects than the largest size, fewer subjects than folds; Error
/// (data): a subject of several classes.
PowerCurve power_curve(const EvaluationData& pool, const PowerOptions& options,
                       const EvaluationOptions& evaluation, const Work& work);

/// Throws Error (usage) when the smallest studies of `classes` classes cannot be divided into the folds, or
/// there is no such metric: what can be known before a pool is made.
void check_power(const PowerOptions& options, const FoldOptions& folds, std::size_t classes);

/// A line for each size: subjects, <metric>, low, high, chance, critical, power, power_low, power_high.
std::string power_csv(const PowerCurve& curve, const PowerOptions& options);
std::vector<Column> power_columns(const PowerOptions& options);
/// A line for each study: subjects, null, <metric>, p.
std::string power_studies_csv(const PowerCurve& curve, const PowerOptions& options);
/// For people: the table, the size that is enough, and how to read it. `pool` says what was drawn from.
std::string power_markdown(const PowerCurve& curve, const PowerOptions& options, const EvaluationData& pool,
                           const std::string& cohort);

}  // namespace facelex
