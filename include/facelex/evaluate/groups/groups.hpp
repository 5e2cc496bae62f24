#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "facelex/core/matrix.hpp"
#include "facelex/core/options.hpp"
#include "facelex/core/work.hpp"
#include "facelex/evaluate/covariates.hpp"
#include "facelex/evaluate/data.hpp"

namespace facelex {

struct GroupOptions {
  std::string label;  ///< column of the groups; empty: the first of label, group, class that exists
  std::string score;  ///< column of a number to correlate with, instead of groups; empty: groups
  std::vector<std::string> classes;  ///< only these groups, the last against the others; empty: all
  CovariateOptions covariates;
  int permutations = 10000;  ///< of the subjects; ≥ 1
  int draws = 2000;          ///< of subjects with replacement, for 95 % intervals; ≥ 0
  long long seed = 1907;     ///< of permutations and draws; ≥ 0

  void describe(OptionList& options);
  void check() const;
  bool correlates() const { return !score.empty(); }
  EvaluationTask task() const { return correlates() ? EvaluationTask::regress : EvaluationTask::classify; }
  /// For read_evaluation_data: missing values stay missing.
  EvaluationDataOptions data_options() const;
};

/// A row for each subject: what is compared. Videos of a subject are averaged.
struct SubjectTable {
  std::vector<std::string> subjects;    ///< S
  std::vector<int> videos;              ///< S
  std::vector<std::string> features;    ///< P
  RowMatrix x;                          ///< S×P; mean of the videos that have a value, NaN: none has
  std::vector<std::string> classes;     ///< K ≥ 2; empty: a score
  Eigen::VectorXd y;                    ///< S: index of the class, or mean of the score
  std::vector<std::string> covariates;  ///< Q
  RowMatrix z;                          ///< S×Q, mean over the videos
  std::string label;                    ///< of y
};
/// Throws Error (data) for a subject of two classes.
SubjectTable subject_table(const EvaluationData& data, const Covariates& covariates);

/// What a feature shows in one contrast. NaN: not known, or does not apply.
struct FeatureContrast {
  std::vector<int> count;        ///< K, subjects of each group with a value; of a score one number
  std::vector<double> mean, sd;  ///< likewise, of the feature as it is, n − 1
  double difference = 0;         ///< second minus first group, adjusted; in the feature's unit
  double effect = 0;             ///< Hedges' g, or r; of all groups together partial η²
  double low = 0, high = 0;      ///< 95 % of the effect
  double statistic = 0;          ///< t with its sign; of all groups together F
  int df = 0;                    ///< of the residuals
  double p = 0;                  ///< two-sided, by permutation
  double q = 0;                  ///< false discovery rate over all features (and pairs of groups)
  double q_family = 0;           ///< over the features of its family (and pairs of groups)
  double p_max = 0;  ///< of the largest statistic of all features: the family-wise error rate of the contrast

  bool known() const { return df > 0; }
};

/// A unit, or a pair of signals: all features whose names begin with the same word.
struct FamilyContrast {
  double p = 0;  ///< of the largest statistic of its features, by the same permutations
  double q = 0;  ///< over the families (and pairs of groups)
  Eigen::Index features = 0, best = -1;  ///< with a figure; the one with the largest statistic
};

struct GroupContrast {
  std::string name;                       ///< "lively - flat", "all groups", or the score
  int first = -1, second = -1;            ///< groups; −1: all groups together, or the score
  std::vector<FeatureContrast> features;  ///< P
  std::vector<FamilyContrast> families;
};

struct GroupComparison {
  std::vector<std::string> families;     ///< in the order in which they first stand in the features
  std::vector<int> family;               ///< P
  std::vector<GroupContrast> contrasts;  ///< of more than two groups: all together, then each pair
};

/// For each feature the linear model x = 1 + covariates + group (or score), by ordinary least squares over
/// the subjects that have a value:
/// - difference: coefficient of the second group; g = J(df) · difference / residual SD, with Hedges' exact
///   J(m) = Γ(m/2) / (√(m/2) Γ((m − 1)/2)) (Hedges 1981). Without covariates the pooled SD of two groups.
/// - r: t / √(t² + df), the (partial) correlation.
/// - p: (1 + number at least as large) / (1 + permutations) of |t| or F. The subjects are exchanged; with
///   covariates the residuals of x on them are (Freedman & Lane 1983).
/// - interval: subjects are drawn with replacement, within groups; the draws are reflected at the estimate on
///   a scale of constant variance: √(2 df)·asinh(g / √(2 df v)), v the variance of the difference for a
///   residual SD of 1; atanh(r), there with draws √(n/df) times as far from the estimate.
/// - families and q: facelex/core/false_discovery.hpp.
/// A pair of groups is compared without the people of other groups. A feature without two subjects in each
/// group (four for a score), or that does not vary beside the covariates, has counts and no figures. Throws
/// Error (data): no contrast of groups beside the covariates, or no feature with a figure. Parallel; the
/// result does not depend on the number of threads. Progress counts permutations.
GroupComparison compare_groups(const SubjectTable& table, const GroupOptions& options, const Work& work);

/// "LB-1" of "LB-1 mean", "LB-1~yaw" of "LB-1~yaw sd".
std::string feature_family(const std::string& feature);

}  // namespace facelex
