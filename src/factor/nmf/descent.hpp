#pragma once

#include <Eigen/Core>

#include "facelex/core/matrix.hpp"
#include "facelex/core/work.hpp"
#include "facelex/factor/nmf/nmf.hpp"
#include "factor/dictionary/code_statistics.hpp"

namespace facelex {

/// The penalties of V ≈ R·C (T×q, q×n) for squares that are halved, and what the objective is multiplied with
/// to be the one that options.penalty names.
struct NmfPenalties {
  double rows = 0, columns = 0, scale = 1;

  /// transposed: R is what the options call Bᵀ, and C Aᵀ.
  NmfPenalties(const NmfOptions& options, Eigen::Index rows_of_v, Eigen::Index columns_of_v, bool transposed);
};

/// The factor R, wherever it and V's rows are.
class NmfRowFactor {
 public:
  virtual ~NmfRowFactor() = default;
  /// Lowers ½‖V − RC‖² + penalty·ΣR over R ≥ 0.
  virtual void update(const RowMatrix& c, double penalty) = 0;
  /// Multiplies each component of R, q numbers.
  virtual void scale(const Eigen::VectorXd& factors) = 0;
  /// Of R as the last update or scale left it: RᵀR, RᵀV, ΣR.
  virtual const CodeStatistics& statistics() const = 0;
  virtual double squares() const = 0;  ///< ‖V‖²
};

/// The descent over both factors.
class NmfDescent {
 public:
  /// columns: q×n, the start of C. All must outlive this; `result` gets objective, iterations, converged.
  NmfDescent(NmfRowFactor& rows, RowMatrix& columns, const NmfPenalties& penalties, const NmfOptions& options,
             const Work& work, NmfResult& result)
      : rows_(rows),
        columns_(columns),
        penalties_(penalties),
        options_(options),
        work_(work),
        result_(result) {}

  /// NmfSolver::fast, to its end.
  void run_fast();

  /// Sweeps over C; returns scikit-learn's violation.
  double update_columns(int sweeps);
  bool goes_on() const { return result_.iterations < options_.max_iterations && !result_.converged; }
  /// An iteration is over.
  void record();

 private:
  void balance();
  void remove_dead();
  double objective() const;

  NmfRowFactor& rows_;
  RowMatrix& columns_;
  const NmfPenalties& penalties_;
  const NmfOptions& options_;
  const Work& work_;
  NmfResult& result_;
};

}  // namespace facelex
