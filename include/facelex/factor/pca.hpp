#pragma once

#include <Eigen/Core>

#include "facelex/core/matrix.hpp"
#include "facelex/core/options.hpp"
#include "facelex/core/work.hpp"

namespace facelex {

/// Principal components of T×D samples.
struct Pca {
  Eigen::VectorXd mean;  ///< D; zero when not centred
  /// K×D orthonormal rows, by decreasing variance; the largest |entry| is positive.
  RowMatrix components;
  Eigen::VectorXd variance;        ///< K: variance along each component (divisor T−1; T when not centred)
  Eigen::VectorXd variance_share;  ///< K: of the total variance; zero when there is none

  /// T×K scores (x − mean)·vₖ.
  RowMatrix encode(const RowMatrix& samples) const;
  /// T×D samples mean + Σ zₖvₖ.
  RowMatrix decode(const RowMatrix& codes) const;
};

enum class PcaSolver {
  exact,      ///< all eigenvectors of the D×D covariance, or of the T×T products of the samples when T < D
  randomized  ///< Halko, Martinsson & Tropp 2011: the first K alone, by subspace iteration
};

/// Exact costs 2·T·D·min(T, D) operations, randomised 4·T·D·(K + oversampling)·(power_iterations + 1): it
/// pays where both T and D are thousands.
struct PcaFitOptions {
  bool centred = true;  ///< subtract the mean
  PcaSolver solver = PcaSolver::exact;
  int oversampling = 10;  ///< randomised: directions beyond K; ≥ 0
  /// Randomised: passes over the samples that sharpen the directions, by (λ_{K+oversampling+1}/λ_k)² each:
  /// with a spectrum that hardly falls after K the last components stay inexact. ≥ 0
  int power_iterations = 4;
  long long seed = 1907;  ///< of the random directions; ≥ 0

  void describe(OptionList& options);
  /// Throws Error (usage) naming the field, its value and the bound.
  void check() const;
};

/// The first K = `components` principal components. The same bytes for any work.threads. Throws Error (data)
/// when there are fewer than two samples, fewer samples than components or a value that is not finite; Error
/// (usage) for options, or unless 1 ≤ components ≤ D.
Pca fit_pca(const RowMatrix& samples, Eigen::Index components, const PcaFitOptions& options,
            const Work& work = {});
/// The exact ones.
Pca fit_pca(const RowMatrix& samples, Eigen::Index components, bool centred = true, const Work& work = {});

}  // namespace facelex
