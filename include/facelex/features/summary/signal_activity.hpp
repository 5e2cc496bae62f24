#pragma once

#include <Eigen/Core>
#include <utility>
#include <vector>

#include "facelex/core/matrix.hpp"

namespace facelex {

/// Rows first … last − 1 of an evenly sampled signal, all of which have a value.
using Stretch = std::pair<Eigen::Index, Eigen::Index>;

/// The stretches of a signal without missing (NaN) values, in order.
std::vector<Stretch> stretches(const Eigen::Ref<const Eigen::VectorXd>& signal);
/// The stretches of rows in which no column is missing.
std::vector<Stretch> common_stretches(const Eigen::Ref<const RowMatrix>& signals);

/// When a unit was active.
struct Activations {
  double share = 0;     ///< of the frames with a value, 0 … 1
  double rate = 0;      ///< activations per minute of frames with a value
  double duration = 0;  ///< seconds, mean of those that are whole; NaN without one
  double peak = 0;      ///< mean of the largest |z| of each activation; NaN without one
};

/// An activation is a run of frames with |z| > threshold that lasts at least `shortest` seconds and ends at
/// a missing frame. One that a missing frame or an end of the video cuts counts for share, rate and peak,
/// however short, but not for duration: how long it lasted is not known. All NaN without a value.
Activations activations(const Eigen::Ref<const Eigen::VectorXd>& signal, double fps, double threshold,
                        double shortest);

/// How differently two sides of the face move; l and r ≥ 0 are their activities in each frame that has both.
struct SideDifference {
  double laterality = 0;   ///< (Σl − Σr)/(Σl + Σr): 1 left only, −1 right only
  double difference = 0;   ///< Σ|l − r|/(Σl + Σr): 0 the same in each frame, 1 never both
  double correlation = 0;  ///< Pearson's of l and r
};

/// NaN where both sides are still (correlation: where one never changes) or no frame has both.
SideDifference side_difference(const Eigen::Ref<const Eigen::VectorXd>& left,
                               const Eigen::Ref<const Eigen::VectorXd>& right);

/// Entropy of the shares of weights ≥ 0, divided by the logarithm of their number: 0 one has all, 1 all the
/// same. NaN when all are 0 or there are fewer than two.
double evenness(const Eigen::Ref<const Eigen::VectorXd>& weights);

}  // namespace facelex
