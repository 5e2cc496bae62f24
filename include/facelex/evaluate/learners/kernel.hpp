#pragma once

#include <Eigen/Core>
#include <vector>

#include "facelex/core/matrix.hpp"
#include "facelex/core/options.hpp"
#include "facelex/evaluate/folds.hpp"

namespace facelex {

enum class FeatureScaling { standardize, none };

/// What is fitted on training rows before a learner sees them.
struct ScalingOptions {
  FeatureScaling scaling = FeatureScaling::standardize;
  int select = 0;  ///< features kept: those that on their own tell most in the training rows; 0: all

  void describe(OptionList& options);
};

/// What the training rows say of the features; z = (x − mean)·factor, missing x give z = 0 (or the mean,
/// without scaling).
struct FeatureScale {
  /// Q features in use, ascending: those that vary in the training rows, and are selected.
  std::vector<Eigen::Index> columns;
  Eigen::VectorXd center;    ///< Q: what is subtracted (0 without scaling)
  Eigen::VectorXd stand_in;  ///< Q: means, for missing values
  Eigen::VectorXd factor;    ///< Q: 1/standard deviation (of the population; 1 without scaling)
  double variance = 1;       ///< of all scaled training values together

  /// Rows × Q.
  RowMatrix apply(const RowMatrix& x, const std::vector<Eigen::Index>& rows) const;
};
/// Fitted on `rows` of x (N×P) alone. `y` (N) and `classes` (0: regression) decide the selection: largest F
/// of an analysis of variance, or largest |r|; ties go to the earlier column.
FeatureScale fit_scale(const RowMatrix& x, const Eigen::VectorXd& y, int classes,
                       const std::vector<Eigen::Index>& rows, const ScalingOptions& options);

/// Gram matrices of one split.
struct SplitKernel {
  Eigen::MatrixXd train;          ///< n×n
  Eigen::MatrixXd test;           ///< m×n
  Eigen::VectorXd test_diagonal;  ///< m: k(x, x) of the test rows
  double variance = 1;            ///< FeatureScale::variance
  Eigen::Index features = 0;      ///< in use

  /// exp(−gamma·‖z − z'‖²) of the same rows.
  SplitKernel rbf(double gamma) const;
};

/// Gram matrices of splits of the same features. Where nothing depends on the training rows (no scaling, no
/// selection, no gaps) one N×N matrix serves all splits; otherwise each has its own, in its own scale.
class KernelSource {
 public:
  /// The data must outlive the source.
  KernelSource(const EvaluationData& data, const ScalingOptions& options);
  SplitKernel split(const RowSplit& rows, const Eigen::VectorXd& y) const;

 private:
  const EvaluationData& data_;
  const ScalingOptions options_;
  Eigen::MatrixXd all_;  ///< empty: not the same for all splits
};

}  // namespace facelex
