#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "facelex/core/matrix.hpp"
#include "facelex/core/options.hpp"
#include "facelex/core/work.hpp"

namespace facelex {

/// min over W, Z of ½‖X − ZW‖² + α‖Z‖₁ with ‖w_k‖ ≤ 1: paper 000, equation 4, for one facial feature, with
/// λ = 2α (its mask makes the features independent problems); paper 001, equation 1, with positive codes.
struct DictionaryOptions {
  double alpha = 0.21;         ///< penalty α of the ½-form, in the unit of the samples; > 0
  double tolerance = 1e-8;     ///< ends when an iteration lowers the objective by less than this share; ≥ 0
  int max_iterations = 10000;  ///< ≥ 1; the release's value
  bool positive_codes = false;
  int max_sweeps = 1000;  ///< coordinate descent sweeps for a sample in one iteration; ≥ 1
  long long seed = 1907;  ///< of the samples that replace unused atoms; the release's value

  void describe(OptionList& options);
  /// Throws Error (usage) naming the field, its value and the bound.
  void check() const;
};

struct DictionaryResult {
  RowMatrix atoms;  ///< K×D, norms ≤ 1
  RowMatrix codes;  ///< T×K: those of the last iteration, coded under the atoms before its update
  std::vector<double> objective;  ///< after each iteration; its last entry is that of `atoms` and `codes`
  int iterations = 0;
  bool converged = false;        ///< the tolerance was met before max_iterations
  std::int64_t resampled = 0;    ///< times that an unused atom was replaced by a sample
  std::int64_t unconverged = 0;  ///< samples that met max_sweeps in the last iteration
};

/// Learns K = `atoms` atoms from T×D samples by scikit-learn 1.2.1's iteration (dict_learning with method
/// "cd"): start at the thin SVD, W = S·Vᵀ with the signs of svd_flip; then, until the tolerance is met, codes
/// by coordinate descent with scikit-learn's stopping rule from the codes before, A = ZᵀZ, B = ZᵀX, and one
/// Gauss–Seidel pass w_k += (B_k − A_k·W) / A_kk, projected to ‖w_k‖ ≤ 1. An atom with A_kk ≤ 1e-6 becomes a
/// random sample plus 1 % noise. The same to rounding, but for those random samples. No residual is formed:
/// the objective comes from A, B and ‖Z‖₁.
///
/// The same bytes for any work.threads: sums are taken in blocks of samples and added in the blocks' order.
/// work.progress counts iterations. Throws Error (data) when there are fewer samples than atoms or a value is
/// not finite; Error (usage) for options or atoms out of bounds.
DictionaryResult learn_dictionary(const RowMatrix& samples, Eigen::Index atoms,
                                  const DictionaryOptions& options, const Work& work = {});

}  // namespace facelex
