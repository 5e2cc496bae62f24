#pragma once

#include <Eigen/Core>

#include "facelex/core/matrix.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/core/random.hpp"
#include "facelex/core/work.hpp"
#include "factor/lasso/lanes/table.hpp"

namespace facelex {

/// The samples of dictionary learning, made ready once and held in double or float: laid out for the kernels,
/// with their norms, weights and singular value decomposition.
template <class Number>
class DictionarySamples {
 public:
  /// As DictionaryLearner's constructor.
  DictionarySamples(const RowMatrix& samples, const Eigen::VectorXd& weights, const Work& work,
                    const LaneKernelsFor<Number>& kernels = lane_kernels<Number>());

  const LaneKernelsFor<Number>& kernels() const { return *kernels_; }  ///< that work on them
  Eigen::Index count() const { return values_.rows(); }
  Eigen::Index dimensions() const { return values_.columns(); }
  const LaneTableFor<Number>& values() const { return values_; }
  Eigen::RowVectorXd sample(Eigen::Index t) const;
  const LaneTableFor<Number>& squared_norms() const { return squared_norms_; }  ///< T×1, ‖x_t‖²
  bool weighted() const { return weights_.rows() > 0; }
  bool counts(Eigen::Index t) const { return !weighted() || weights_.at(t, 0) > 0; }
  const LaneTableFor<Number>& weights() const { return weights_; }  ///< T×1; empty when not weighted
  /// n rows of a table of tiles with so many columns, each times the weight of its sample; the first is that
  /// of sample `first`, a multiple of 16.
  LaneTableFor<Number> weighted_rows(const Number* rows, Eigen::Index columns, Eigen::Index first,
                                     Eigen::Index n) const;
  double squared_norm() const { return squared_norm_; }  ///< Σ_t c_t‖x_t‖²

  /// Samples in a block of the parallel work: whole tiles.
  std::size_t block() const;

  /// How many singular values are not rounding only.
  Eigen::Index rank() const { return rank_; }
  double singular_value(Eigen::Index k) const { return singular_values_[k]; }
  /// D: the direction v of the k-th largest singular value.
  auto direction(Eigen::Index k) const { return directions_.col(k); }

  /// A random sample that counts.
  Eigen::Index draw(Random& random) const;

 private:
  void pack(ThreadPool& pool, const RowMatrix& samples, const Eigen::VectorXd& weights);
  void decompose(ThreadPool& pool, const Work& work);

  const LaneKernelsFor<Number>* kernels_;
  LaneTableFor<Number> values_, squared_norms_, weights_;
  double squared_norm_ = 0;
  Eigen::Index rank_ = 0;
  Eigen::VectorXd singular_values_;  ///< falling
  Eigen::MatrixXd directions_;       ///< D×D
};

}  // namespace facelex
