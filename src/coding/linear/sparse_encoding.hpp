#pragma once

#include <memory>

#include "facelex/coding/coding_system.hpp"
#include "facelex/coding/linear/linear_model.hpp"

namespace facelex {

/// The options as they act on a system with sparse codes whose own penalty is `model_alpha`.
Json resolved_sparse(EncodeOptions options, double model_alpha);

/// Sparse codes under the model's units: at alpha group by group, or, with most_units or l1_budget, along
/// each frame's lasso path over the units of all groups together. `positive`: only codes ≥ 0. The model must
/// outlive the encoder.
std::unique_ptr<Encoder> sparse_encoder(const LinearModel& model, double model_alpha, bool positive,
                                        const SparseCodeOptions& options);

}  // namespace facelex
