#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "facelex/core/matrix.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/core/work.hpp"

namespace facelex {

/// What the update of the columns' factor C (n×q) and the objective need of the rows' factor R (T×q).
struct NmfStatistics {
  Eigen::MatrixXd products;  ///< q×q, RᵀR
  Eigen::MatrixXd values;    ///< n×q, VᵀR
  Eigen::VectorXd l1;        ///< q, Σ_t R
  double violation = 0;      ///< scikit-learn's, of the update that made R

  NmfStatistics(Eigen::Index columns, Eigen::Index components)
      : products(Eigen::MatrixXd::Zero(components, components)),
        values(Eigen::MatrixXd::Zero(columns, components)),
        l1(Eigen::VectorXd::Zero(components)) {}

  NmfStatistics& operator+=(const NmfStatistics& other) {
    products += other.products;
    values += other.values;
    l1 += other.l1;
    violation += other.violation;
    return *this;
  }
};

/// One pass of hierarchical alternating least squares: each column of `factor` (rows×q) in turn goes to
/// max(0, its minimum of ½⟨FG, F⟩ − ⟨F, target⟩). gram: q×q; target: rows×q, penalty already subtracted.
/// Returns Σ|projected gradient| as met on the way: scikit-learn's violation. A component whose G_jj is 0
/// stays as it is.
double sweep_nmf_factor(Eigen::Ref<Eigen::MatrixXd> factor, const Eigen::MatrixXd& gram,
                        const Eigen::MatrixXd& target);

/// V's rows with the factor that has as many, in blocks that are gone through once an iteration.
class NmfRows {
 public:
  NmfRows(const RowMatrix& v, const Eigen::MatrixXd& start);

  /// `sweeps` passes over the rows' factor for the columns' factor given; the statistics after them.
  NmfStatistics update(const Eigen::MatrixXd& columns, double penalty, int sweeps, ThreadPool& pool,
                       const Work& work);
  NmfStatistics statistics(ThreadPool& pool, const Work& work) const;
  /// Multiplies each component of the factor, q numbers; takes effect with the next update().
  void scale(const Eigen::VectorXd& factors);

  Eigen::MatrixXd factor() const;  ///< T×q
  double squares() const { return squares_; }

 private:
  struct Block {
    Eigen::MatrixXd values;  ///< rows×n
    Eigen::MatrixXd factor;  ///< rows×q
  };

  std::size_t index_of(Eigen::Index first) const;  ///< of the block that begins with that row

  Eigen::Index rows_, columns_, components_;
  std::vector<Block> blocks_;
  Eigen::VectorXd scale_;
  double squares_ = 0;
};

}  // namespace facelex
