#pragma once

#include <Eigen/Core>

#include "facelex/core/matrix.hpp"
#include "facelex/core/work.hpp"

namespace facelex {

/// Principal components of T×D samples.
struct Pca {
  Eigen::VectorXd mean;      ///< D; zero when not centred
  RowMatrix components;      ///< K×D orthonormal rows, by falling variance; the largest |entry| is positive
  Eigen::VectorXd variance;  ///< K: variance along each component (divisor T−1; T when not centred)
  Eigen::VectorXd variance_share;  ///< K: of the total variance; zero when there is none

  /// T×K scores (x − mean)·vₖ.
  RowMatrix encode(const RowMatrix& samples) const;
  /// T×D samples mean + Σ zₖvₖ.
  RowMatrix decode(const RowMatrix& codes) const;
};

/// The first K = `components` principal components by the eigenvectors of the D×D covariance. The same bytes
/// for any work.threads. Throws Error (data) when there are fewer than two samples, fewer samples than
/// components or a value that is not finite; Error (usage) unless 1 ≤ components ≤ D.
Pca fit_pca(const RowMatrix& samples, Eigen::Index components, bool centred = true, const Work& work = {});

}  // namespace facelex
