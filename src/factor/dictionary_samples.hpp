#pragma once

#include <Eigen/Core>

#include "facelex/core/matrix.hpp"
#include "facelex/core/random.hpp"
#include "facelex/core/work.hpp"

namespace facelex {

/// The samples of dictionary learning, made ready once: their weights and their singular value decomposition.
class DictionarySamples {
 public:
  /// As DictionaryLearner's constructor.
  DictionarySamples(const RowMatrix& samples, const Eigen::VectorXd& weights, const Work& work);

  const RowMatrix& values() const { return values_; }
  Eigen::Index count() const { return values_.rows(); }
  Eigen::Index dimensions() const { return values_.cols(); }
  bool weighted() const { return weights_.size() > 0; }
  double weight(Eigen::Index sample) const { return weighted() ? weights_[sample] : 1; }
  double squared_norm() const { return squared_norm_; }

  /// How many singular values are not rounding only.
  Eigen::Index rank() const { return rank_; }
  double singular_value(Eigen::Index k) const { return singular_values_[k]; }
  /// D: the direction v of a singular value, the k-th largest.
  auto direction(Eigen::Index k) const { return directions_.col(k); }

  /// A random sample that counts.
  Eigen::Index draw(Random& random) const;

 private:
  const RowMatrix& values_;
  Eigen::VectorXd weights_;  ///< T; empty: all 1
  double squared_norm_ = 0;
  Eigen::Index rank_ = 0;
  Eigen::VectorXd singular_values_;  ///< falling
  Eigen::MatrixXd directions_;       ///< D×D
};

}  // namespace facelex
