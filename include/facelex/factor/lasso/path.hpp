#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <vector>

#include "facelex/core/matrix.hpp"
#include "facelex/core/work.hpp"

namespace facelex {

/// Where a lasso path ends: at whichever of these comes first. With none set it ends at α = 0, which is
/// (non-negative) least squares.
struct PathStop {
  double alpha = 0;             ///< the penalty of the ½-form; ≥ 0
  Eigen::Index most_units = 0;  ///< the last point with at most this many codes ≠ 0; 0: any number
  double l1_budget = 0;         ///< where ‖z‖₁ reaches this; 0: any; > 0 otherwise

  /// Throws Error (usage) naming the field, its value and the bound.
  void check() const;
};

/// The path z(α) = argmin ½‖x − Wᵀz‖² + α‖z‖₁ (z ≥ 0 when positive) of one sample, from α where z leaves
/// zero: piecewise linear between its breakpoints. Paper 001, equations 3 and 4, whose penalty (no ½) is 2α;
/// LARS with the lasso modification (Efron et al. 2004), and its positive form.
struct LassoPath {
  std::vector<double> alphas;            ///< P, falling
  RowMatrix codes;                       ///< P×K
  std::vector<double> squared_residual;  ///< P, ‖x − Wᵀz‖²
};

/// gram: K×K, WWᵀ. projection: K, Wx. squared_norm: ‖x‖². Ends at the exact optimum of α = 0 (scikit-learn's
/// lars_path_gram may end short of it). A unit linearly dependent on the active ones does not enter.
LassoPath lasso_path(const Eigen::MatrixXd& gram, const Eigen::VectorXd& projection, double squared_norm,
                     bool positive, const PathStop& stop = {});

class PathAtoms;

/// Codes samples under one fixed dictionary at the end of each one's path: at most k units, or an L1 budget.
/// A sample's code depends on that sample and the dictionary alone, to the last bit. Safe to use from several
/// threads.
class PathCoder {
 public:
  /// atoms: K×D. Throws Error (usage) for a stop out of bounds; Error (data) for atoms that are not finite.
  PathCoder(const RowMatrix& atoms, bool positive, const PathStop& stop);
  ~PathCoder();

  /// T×K codes of T×D samples. Throws Error (data) when the widths differ or a value is not finite.
  RowMatrix encode(const RowMatrix& samples, const Work& work = {}) const;

 private:
  std::unique_ptr<const PathAtoms> atoms_;
  bool positive_;
  PathStop stop_;
};

/// PathCoder(atoms, positive, stop).encode(samples, work).
RowMatrix encode_by_path(const RowMatrix& samples, const RowMatrix& atoms, bool positive,
                         const PathStop& stop, const Work& work = {});

/// What the whole paths of T samples explain (paper 001, 3.4): at most k units a sample, and at a budget of
/// the L1 norm. "At k units" is the best point of a sample's path with at most k codes ≠ 0.
struct PathCurves {
  Eigen::VectorXd residual_by_units;  ///< K+1: Σ over samples of ‖x − x̂‖² with at most k = 0 … K units
  /// K+1: Σ over samples with ‖x‖ > 0 of ‖x − x̂‖²/‖x‖²; divided by `moving` it is the mean of the shares
  Eigen::VectorXd share_by_units;
  std::vector<double> l1;                ///< the budgets asked for
  Eigen::VectorXd residual_by_l1;        ///< Σ‖x − x̂‖² at each budget
  double squares = 0;                    ///< Σ‖x‖²
  std::int64_t samples = 0, moving = 0;  ///< all, and those with ‖x‖ > 0
  std::int64_t breakpoints = 0;          ///< of all paths together
};

/// l1: budgets, ascending, > 0, else Error (usage). The same bytes whatever work.threads. Throws Error (data)
/// when the widths differ or a value is not finite.
PathCurves lasso_path_curves(const RowMatrix& samples, const RowMatrix& atoms, bool positive,
                             const std::vector<double>& l1, const Work& work = {});

}  // namespace facelex
