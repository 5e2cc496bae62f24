#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "descent.hpp"
#include "facelex/core/matrix.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/core/work.hpp"
#include "factor/lasso/lanes/coder.hpp"
#include "factor/lasso/lanes/table.hpp"

namespace facelex {

/// V's rows (T×n) and R (T×q) in memory, laid out for the kernels.
class NmfRows : public NmfRowFactor {
 public:
  /// start: T×q.
  NmfRows(const RowMatrix& v, const Eigen::MatrixXd& start, ThreadPool& pool, const Work& work);

  /// Three sweeps: each column of R in turn goes to max(0, its minimum).
  void update(const RowMatrix& c, double penalty) override { sweep(c, penalty, 3); }
  void sweep(const RowMatrix& c, double penalty, int sweeps);
  /// One sweep; returns scikit-learn's violation.
  double update_as_sklearn(const RowMatrix& c, double penalty);
  void scale(const Eigen::VectorXd& factors) override;
  const CodeStatistics& statistics() const override { return statistics_; }
  double squares() const override { return squares_; }

  Eigen::MatrixXd factor() const;  ///< T×q

 private:
  template <class Sweep>
  void go_through(Sweep sweep);

  ThreadPool& pool_;
  const Work& work_;
  std::size_t block_;  ///< rows of V, whole tiles
  LaneTable values_, factor_;
  Eigen::VectorXd pending_;            ///< what R is multiplied with before the next sweep
  std::vector<CodeStatistics> parts_;  ///< of each block
  std::vector<double> violations_;
  CodeStatistics statistics_;
  double squares_ = 0;
};

}  // namespace facelex
