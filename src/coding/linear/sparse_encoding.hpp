#pragma once

#include "facelex/coding/coding_system.hpp"
#include "facelex/coding/linear/linear_model.hpp"

namespace facelex {

/// The options as they act on a system with sparse codes whose own penalty is `model_alpha`.
Json resolved_sparse(const EncodeOptions& options, double model_alpha);

/// Sparse codes of T×D signals: at alpha group by group, or, with most_units or l1_budget, along each frame's
/// lasso path over the units of all groups together. `positive`: only codes ≥ 0.
EncodedFrames encode_sparse(const LinearModel& model, double model_alpha, bool positive,
                            const RowMatrix& signals, const EncodeOptions& options, const Work& work);

}  // namespace facelex
