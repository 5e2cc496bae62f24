#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "facelex/core/options.hpp"
#include "facelex/core/work.hpp"
#include "facelex/evaluate/data.hpp"
#include "facelex/evaluate/folds.hpp"
#include "facelex/evaluate/learners/kernel.hpp"
#include "facelex/evaluate/learners/learner.hpp"

namespace facelex {

/// What is exchanged in a permutation of the labels.
enum class PermutedLabels { automatic, subjects, blocks, within };

struct EvaluationOptions {
  FoldOptions folds;
  ScalingOptions scaling;
  LearnerOptions learner;
  int permutations = 1000;  ///< of the labels, each with the whole nested protocol; ≥ 0
  PermutedLabels permuted = PermutedLabels::automatic;
  int draws = 2000;      ///< of subjects with replacement, for intervals; ≥ 0
  int subsamples = 100;  ///< of 80 % of the subjects, for the stability of weights; ≥ 0
  long long seed = 1907;

  void describe(OptionList& options, EvaluationTask task);
  void check() const;
};

/// What one outer fold came to.
struct FoldOutcome {
  /// The values chosen; gamma as the kernel has it, epsilon in units of the target.
  double cost = 0, gamma = 0, epsilon = 0;
  /// Mean accuracy (or −mean squared error) of the inner folds; NaN: nothing was to be chosen.
  double inner_score = 0;
  Eigen::Index features = 0;  ///< in use
  bool converged = true;
  KernelPredictions predictions;  ///< of the fold's test rows
};

/// The nested protocol on one outer fold: for each point of the grid the mean over the inner folds of the
/// accuracy (or the negative mean squared error), everything refitted within each; the best (ties: smallest
/// C, then epsilon, then gamma) is learnt from all training rows.
FoldOutcome run_outer_fold(const EvaluationData& data, const KernelSource& source, const Eigen::VectorXd& y,
                           const OuterFold& fold, const LearnerOptions& options, const Work& work);

/// Predictions of all folds together. Rows that no fold judges (training rows of a given split) are NaN.
struct PooledPredictions {
  Eigen::VectorXd values;          ///< N
  Eigen::MatrixXd scores;          ///< N×K
  std::vector<int> fold;           ///< N, −1: not judged
  std::vector<Eigen::Index> rows;  ///< that are judged, ascending
};
PooledPredictions pool_predictions(const EvaluationData& data, const std::vector<OuterFold>& folds,
                                   const std::vector<FoldOutcome>& outcomes);

/// Exchanges labels:
///   subjects  between subjects that each have one label, all videos together
///   blocks    between subjects of equally many videos, the labels of their videos in order
///   within    between the videos of each subject
/// automatic: subjects when no subject has different labels, else within. Throws Error (usage) when nothing
/// can be exchanged.
Eigen::VectorXd permuted_labels(const EvaluationData& data, PermutedLabels kind, std::uint64_t seed);
PermutedLabels resolved_permutation(const EvaluationData& data, PermutedLabels kind);

struct MetricResult {
  double value = 0;
  double low = 0, high = 0;  ///< 95 % interval over subjects; NaN: none
  double p = 0;  ///< (1 + number of permutations at least as good) / (1 + permutations); NaN: none
  double chance = 0, chance_low = 0, chance_high = 0;  ///< mean, 2.5 % and 97.5 % of the permutations
};

/// Whether labels without meaning could be predicted: only a leak of the test rows into the training would
/// allow it.
struct LeakageCheck {
  std::string metric;        ///< balanced_accuracy or pearson
  double expected = 0;       ///< 1/K, or 0
  double mean = 0;           ///< over the permutations
  double low = 0, high = 0;  ///< 99 % interval of that mean
  bool passed = true;  ///< low ≤ expected (leaving one out lies below chance by itself, and that is no leak)
  bool done = false;   ///< false: fewer than 20 permutations
};

struct EvaluationResult {
  std::vector<OuterFold> folds;
  std::vector<FoldOutcome> outcomes;
  PooledPredictions predictions;
  std::vector<MetricResult> metrics;  ///< of metric_kinds
  Eigen::MatrixXd permuted;           ///< permutations × metrics
  LeakageCheck leakage;
  PermutedLabels permutation = PermutedLabels::subjects;  ///< as resolved
  std::size_t not_converged = 0;                          ///< folds of the observed labels
};

/// Throws Error (usage, data) for what evaluate() refuses of these data whatever the features hold: options,
/// folds, classes that cannot be learnt, labels that cannot be exchanged.
void check_evaluation(const EvaluationData& data, const EvaluationOptions& options);

/// The whole evaluation: nested protocol, permutations, intervals. Parallel over permutations and folds; the
/// result does not depend on the number of threads. Progress counts outer folds.
EvaluationResult evaluate(const EvaluationData& data, const EvaluationOptions& options, const Work& work);

}  // namespace facelex
