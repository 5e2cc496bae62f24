#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <memory>

#include "facelex/core/matrix.hpp"
#include "facelex/core/options.hpp"
#include "facelex/core/work.hpp"

namespace facelex {

/// When coordinate descent on one sample ends.
enum class LassoSolver {
  exact,  ///< at the optimum: every KKT condition holds to 1e-10 of the largest correlation (or of alpha)
  sklearn  ///< where scikit-learn 1.2.1's lasso_cd ends: max|Δz| < 1e-4·max|z|, then duality gap < 1e-4·‖x‖²
};

/// The sparse code of a sample x in R^D under atoms W (rows of a K×D matrix):
///   z = argmin ½‖x − Wᵀz‖² + α‖z‖₁,  and z ≥ 0 when `positive`.
/// That is the coding step of paper 000, equation 4, with λ = 2α, and scikit-learn's objective.
struct LassoOptions {
  double alpha = 0.21;  ///< penalty α of the ½-form, in the unit of the samples; > 0. The release's value.
  LassoSolver solver = LassoSolver::exact;
  bool positive = false;  ///< only codes ≥ 0
  int max_sweeps = 1000;  ///< sweeps over the atoms for a sample; ≥ 1

  void describe(OptionList& options);
  /// Throws Error (usage) naming the field, its value and the bound.
  void check() const;
};

/// Codes samples under one fixed dictionary by cyclic coordinate descent on its Gram matrix. The code of a
/// sample depends on that sample, its start and the dictionary alone, to the last bit: not on its neighbours.
/// Safe to use from several threads.
class SparseCoder {
 public:
  /// atoms: K×D, a row per atom, finite. Throws Error (usage) for options out of bounds.
  SparseCoder(const RowMatrix& atoms, const LassoOptions& options);
  ~SparseCoder();
  SparseCoder(SparseCoder&&) noexcept;
  SparseCoder& operator=(SparseCoder&&) noexcept;

  Eigen::Index atoms() const;
  Eigen::Index dimensions() const;

  /// Codes T samples in the calling thread. samples: T×D, finite. codes: T×K, the start on entry (zeros when
  /// there is no better one; ≥ 0 with positive codes), the codes on return. Returns how many samples met
  /// `max_sweeps` before their stopping rule: their codes are the best reached, which is not an error.
  std::int64_t encode(const Eigen::Ref<const RowMatrix>& samples, Eigen::Ref<RowMatrix> codes) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct SparseCodes {
  RowMatrix codes;               ///< T×K
  std::int64_t unconverged = 0;  ///< samples that met max_sweeps
};

/// Codes T×D samples under K×D atoms from a start at zero, in blocks over work.threads. Throws Error (data)
/// when the widths differ or a value is not finite.
SparseCodes sparse_encode(const RowMatrix& samples, const RowMatrix& atoms, const LassoOptions& options,
                          const Work& work = {});

/// Σ over rows of ½‖x − Wᵀz‖² + α‖z‖₁; samples T×D, atoms K×D, codes T×K.
double lasso_objective(const RowMatrix& samples, const RowMatrix& atoms, const RowMatrix& codes,
                       double alpha);

}  // namespace facelex
