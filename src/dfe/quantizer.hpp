#pragma once

#include <vector>

#include "forward.hpp"

namespace facelex {

/// What residual vector quantisation makes of n latent vectors.
struct Quantized {
  std::vector<int> tokens;   ///< n×L
  std::vector<float> norms;  ///< n×L: ‖z_1‖ … ‖z_L‖, what is left after each stage
};

/// Stage by stage the nearest code of what is left; of codes equally near the first. beam > 1 keeps the
/// `beam` best sums of codes after each stage, and takes the best at the end, or the nearest codes' where
/// these leave less: never worse than beam 1, and the best of all K^L when beam ≥ K^(L−1). A sum counts once,
/// whatever the order of its codes; of equal ones the first tokens win. latents: n×Z; codebook: K×Z.
Quantized quantize(const DfeForward& forward, const FloatRowMatrix& codebook, const FloatRowMatrix& latents,
                   int stages, int beam, DfeForward::Scratch& scratch);

}  // namespace facelex
