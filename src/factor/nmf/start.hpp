#pragma once

#include <Eigen/Core>

#include "facelex/core/matrix.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/core/work.hpp"
#include "facelex/factor/nmf/nmf.hpp"

namespace facelex {

struct NmfFactors {
  Eigen::MatrixXd rows;     ///< T×q
  Eigen::MatrixXd columns;  ///< n×q; V ≈ rows·columnsᵀ
};

/// Where the factorisation of a T×n matrix, T ≥ n, starts. NNDSVD takes the singular vectors from the
/// eigenvectors of VᵀV; singular values below 1e-7 of the largest give components of zeros.
NmfFactors start_nmf(const RowMatrix& v, Eigen::Index components, const NmfOptions& options, ThreadPool& pool,
                     const Work& work);

}  // namespace facelex
