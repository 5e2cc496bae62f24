#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "facelex/core/matrix.hpp"
#include "facelex/core/options.hpp"
#include "facelex/core/work.hpp"

namespace facelex {

/// The factors of the penalties of a non-negative factorisation. Paper 001 prints equation 2 and used
/// scikit-learn, whose objective is another; which of the two the authors ran is not known.
enum class NmfPenalty {
  paper,   ///< ‖V − AB‖² + α_A‖A‖₁ + α_B‖B‖₁, the printed equation 2
  sklearn  ///< ½‖V − AB‖² + α_A·n·‖A‖₁ + α_B·m·‖B‖₁ for an m×n matrix V: scikit-learn ≥ 1.0, l1_ratio = 1
};

enum class NmfStart {
  /// fast: starts from both of the next two and keeps the result with the lower objective (they may differ by
  /// 3 %); sklearn: nndsvda
  best,
  nndsvd,   ///< Boutsidis & Gallopoulos 2008: zeros stay zero
  nndsvda,  ///< the same, zeros filled with the mean of V: scikit-learn's default for coordinate descent
  random    ///< |normal| · √(mean V / q)
};

/// When the iteration ends.
enum class NmfSolver {
  /// Hierarchical alternating least squares (Cichocki & Phan 2009) with several sweeps a factor, each
  /// component's scale set exactly, and momentum; ends when three iterations in a row change the objective by
  /// less
  fast,
  /// scikit-learn 1.2.1's solver "cd": one sweep a factor, A first, by its violation; its iterations. The SVD
  /// of our start is exact, scikit-learn's randomised: where singular values fall slowly its last vectors are
  /// rough, and its result differs from seed to seed (10100×35 codes of facial parts, 16 components, 2000
  /// iterations: by 7e-7 of the objective). With an exact SVD in its place scikit-learn's objective is ours
  /// to 1e-9.
  sklearn
};

/// min over A, B ≥ 0 of the objective that `penalty` names, for V (m×n) ≈ A (m×q) · B (q×n).
struct NmfOptions {
  double alpha_a = 0.1;  ///< penalty of A; ≥ 0
  double alpha_b = 0.1;  ///< penalty of B; ≥ 0
  NmfPenalty penalty = NmfPenalty::paper;
  NmfStart start = NmfStart::best;
  NmfSolver solver = NmfSolver::fast;
  double tolerance = 1e-7;     ///< fast: relative change of the objective; sklearn: its tol; ≥ 0
  int max_iterations = 10000;  ///< ≥ 1
  long long seed = 1907;       ///< of NmfStart::random

  void describe(OptionList& options);
  /// Throws Error (usage) naming the field, its value and the bound; and for the fast solver with one penalty
  /// 0 and the other not: then the penalised factor can shrink while the other grows, and there is no
  /// minimum.
  void check() const;
};

struct NmfResult {
  RowMatrix a;  ///< m×q, ≥ 0
  RowMatrix b;  ///< q×n, ≥ 0; fast: a component that is dead has zeros in both
  /// After each iteration, what `penalty` names. fast: it may rise where momentum is given up.
  std::vector<double> objective;
  int iterations = 0;
  bool converged = false;
};

/// Factorises m×n `v` ≥ 0 into q = `components`. Throws Error (data) for a negative value or one that is not
/// finite (naming row and column) and for a matrix of zeros; Error (usage) for options, or unless 1 ≤
/// components ≤ min(m, n) (NNDSVD) or ≥ 1 (random). The same bytes whatever work.threads.
NmfResult factorize_nmf(const RowMatrix& v, Eigen::Index components, const NmfOptions& options,
                        const Work& work = {});

}  // namespace facelex
