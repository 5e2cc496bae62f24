#pragma once

#include <Eigen/Core>
#include <optional>
#include <string>
#include <vector>

#include "facelex/evaluate/protocol.hpp"

namespace facelex {

/// What features that are pairs "A~B" (or "A~B sd": a figure of a pair) say of their components.
struct PairComponents {
  std::vector<std::string> names;         ///< C, in the order in which they first stand in the features
  std::vector<std::pair<int, int>> pair;  ///< P: the two components of each feature; −1, −1: no pair

  bool empty() const { return names.empty(); }
};
PairComponents pair_components(const std::vector<std::string>& features);

/// Mean of |w| over the features that a component is part of ("A~A" once), P → C: what figure 5 of the Facial
/// Basis paper (IV) plots for each component. NaN for a component whose features are all not in use (w NaN).
Eigen::VectorXd component_weights(const PairComponents& components, const Eigen::VectorXd& weights);

/// Weights of one linear function: of the positive class against the negative one, of a class against all
/// others, or of the target.
struct ContrastWeights {
  std::string name;  ///< "lively against flat", "lively against others", or the target
  /// P, of the model learnt from all videos: what the score changes by when a feature grows by one standard
  /// deviation of the videos (with FeatureScaling::none, by 1). NaN: the feature is not in use.
  Eigen::VectorXd weight;
  Eigen::VectorXd unscaled;  ///< P: the same when the feature grows by 1 in its own unit
  int subsamples = 0;        ///< in which this function could be learnt
  /// P, of the weights over subsamples (sd with n − 1); a feature that a subsample does not use has weight 0
  /// there.
  Eigen::VectorXd mean, sd;
  Eigen::VectorXd used;       ///< P: share of the subsamples in which the feature is in use
  Eigen::VectorXd same_sign;  ///< P: share of the subsamples in which the weight has the sign of `weight`
  Eigen::VectorXd component;  ///< C: component_weights of `weight`
  Eigen::MatrixXd component_draws;  ///< subsamples × C: the same of each subsample
};

struct EvaluationWeights {
  double cost = 0, epsilon = 0;  ///< chosen by the inner folds of all videos
  PairComponents components;     ///< empty when no feature is a pair
  std::vector<ContrastWeights> contrasts;
};

/// Weights of the linear model learnt from all videos, and how stable they are over `options.subsamples`
/// random subsamples of four fifths of the subjects, balanced as folds are (paper 000, figure 5). C and
/// epsilon are chosen once, by folds within all videos; scaling and selection are fitted within each
/// subsample. None for a learner with a kernel. They describe; none of them enters a prediction that is
/// judged. Throws Error (interrupted). Parallel over subsamples; the result does not depend on the threads.
std::optional<EvaluationWeights> evaluation_weights(const EvaluationData& data,
                                                    const EvaluationOptions& options, const Work& work);

/// A line for each contrast and feature, the largest |weight| first: contrast, feature, rank, weight,
/// unscaled_weight, mean, sd, same_sign, used, subsamples.
std::string evaluation_weights_csv(const EvaluationData& data, const EvaluationWeights& weights);
/// A line for each contrast and component, the largest weight first: contrast, component, features, rank,
/// weight, mean, sd, and the quantiles low (2.5 %), q1, median, q3, high (97.5 %) over subsamples. Empty
/// without components.
std::string evaluation_component_weights_csv(const EvaluationWeights& weights);
/// The ten largest for people, with their stability.
std::string evaluation_weights_markdown(const EvaluationData& data, const EvaluationWeights& weights);

}  // namespace facelex
