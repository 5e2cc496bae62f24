#pragma once

#include <memory>

#include "facelex/dfe/train/backend.hpp"

namespace facelex {

/// Whether this libtorch has CUDA and finds a graphics card.
bool torch_has_cuda();

/// The steps of training by libtorch's autograd, on options.device (automatic: a card if there is one).
/// Weights begin as those of make_cpu_backend; without dropout a step is the same but for rounding. Only in a
/// build with FACELEX_NN.
std::unique_ptr<DfeBackend> make_torch_backend(const DfeTask& task, int threads);

}  // namespace facelex
