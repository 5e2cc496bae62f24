#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "code_statistics.hpp"
#include "facelex/core/matrix.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/core/work.hpp"
#include "lane_coder.hpp"
#include "lane_table.hpp"

namespace facelex {

/// The long side of a factorisation V ≈ R·C: V's rows (T×n) with their factor R (T×q), laid out for the
/// kernels, and what the update of C (q×n) and the objective need of them.
class NmfRows {
 public:
  /// start: T×q.
  NmfRows(const RowMatrix& v, const Eigen::MatrixXd& start, ThreadPool& pool, const Work& work);

  /// Sweeps over R for this C: each of its columns in turn goes to max(0, its minimum of
  /// ½‖V − RC‖² + penalty·ΣR).
  void update(const RowMatrix& c, double penalty, int sweeps);
  /// One sweep; returns scikit-learn's violation.
  double update_as_sklearn(const RowMatrix& c, double penalty);
  /// Multiplies each component of R, q numbers.
  void scale(const Eigen::VectorXd& factors);
  /// Of R as the last update or scale left it: RᵀR, RᵀV, ΣR.
  const CodeStatistics& statistics() const { return statistics_; }

  Eigen::MatrixXd factor() const;  ///< T×q
  double squares() const { return squares_; }

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
