#pragma once

#include <vector>

#include "facelex/dfe/network.hpp"

namespace facelex {

/// Residual vector quantisation of a block of frames: z₀ = points, e_i = the code nearest to z_{i−1},
/// z_i = z_{i−1} − e_i, for L stages with one codebook.
struct DfeQuantization {
  FloatRowMatrix residual;                      ///< n×Z: z_L
  FloatRowMatrix quantized;                     ///< n×Z: Σe_i
  FloatRowMatrix residual_sum;                  ///< n×Z: Σz_i, i = 1 … L
  std::vector<std::vector<Eigen::Index>> code;  ///< L × n; the first of equals
  FloatRowMatrix code_residual_sum;             ///< K×Z: Σz_i over the frames and stages that chose a code
  double squared_residuals = 0;                 ///< Σᵢ‖z_i‖² over all frames

  void quantize(const FloatRowMatrix& points, Eigen::Index frames, const FloatRowMatrix& codebook,
                const Eigen::VectorXf& code_squares, int stages);

 private:
  FloatRowMatrix products_;
};

/// Σ_{i≠j}(e_i·e_j)² / (K(K−1)), and its gradient (K×Z): paper 002, equation 6.
double code_orthogonality(const FloatRowMatrix& codebook, FloatRowMatrix& gradient);

}  // namespace facelex
