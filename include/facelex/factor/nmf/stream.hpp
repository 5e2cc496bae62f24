#pragma once

#include <cstdint>
#include <vector>

#include "facelex/core/matrix.hpp"
#include "facelex/core/work.hpp"
#include "facelex/factor/nmf/nmf.hpp"
#include "facelex/factor/sample_blocks.hpp"

namespace facelex {

struct NmfStreamResult {
  RowMatrix b;                    ///< q×n, ≥ 0; a component that is dead has zeros
  std::vector<double> objective;  ///< after each pass, what options.penalty names, for the A of that pass
  std::int64_t rows = 0;          ///< m, of all blocks
  int passes = 0;                 ///< of max_iterations
  bool converged = false;
};

/// B of factorize_nmf for an m×n matrix V whose rows come in blocks and need not fit into memory, by the fast
/// solver: each pass finds A's rows anew, block by block, from zero, and keeps only AᵀA and AᵀV. A's rows of
/// any samples, these or others, are sparse_encode(samples, b) with positive codes and alpha as
/// nmf_row_penalty(). The start is the factorisation of at most 4096 rows from all over the blocks.
///
/// In memory: three blocks, those rows and q(q + n) numbers. Blocks are read max_iterations + 2 times at
/// most; a tolerance of 1e-5 is met in some twenty passes. The same bytes for any work.threads. Throws as
/// factorize_nmf, naming the block; Error (data) too when there is no block, one is wider or narrower than
/// the first, or blocks are missing later; Error (usage) for the solver `sklearn`.
NmfStreamResult factorize_nmf_stream(const SampleBlocks& blocks, Eigen::Index components,
                                     const NmfOptions& options, const Work& work = {});

/// The penalty α of ½‖v − aB‖² + α‖a‖₁ that codes a row of V as A codes it: alpha_a/2 (paper) or alpha_a·n
/// (scikit-learn), n the columns of V.
double nmf_row_penalty(const NmfOptions& options, Eigen::Index columns);

}  // namespace facelex
