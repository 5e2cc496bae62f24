#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "facelex/dfe/network.hpp"
#include "facelex/dfe/train/options.hpp"

namespace facelex {

/// The terms of the loss (paper 002, equations 5 to 7), each summed over frames and not yet weighted, and how
/// often each code was chosen.
struct DfeLosses {
  std::int64_t frames = 0;
  double reconstruction = 0;  ///< Σ‖ψ − ψ̂‖²
  double quantization = 0;  ///< Σᵢ‖z_{i−1} − e_i‖², over the stages: commitment and codebook loss alike
  double sparsity = 0;                 ///< ‖ψ̂‖₁
  double orthogonality = 0;            ///< Σ_{i≠j}(e_i·e_j)² / (K(K−1)), times frames
  double decoder_sparsity = 0;         ///< Σ|w| of the decoder, times frames
  std::vector<std::int64_t> code_use;  ///< K: over all stages

  void add(const DfeLosses& other);
  /// The loss that is minimised, a mean over frames.
  double total(const DfeOptions& options) const;
};

/// What training changes: weights as DfeLayout lays them out, Adam's moments, and the steps made.
struct DfeState {
  std::vector<float> weights, first_moment, second_moment;
  std::int64_t steps = 0;
};

/// Rows of a table of frames, D·(history+1) numbers in each: the frame, which is reconstructed, then those
/// before it, backwards. Standardised already if they are to be.
struct DfeBatch {
  const FloatRowMatrix& frames;
  std::span<const std::int64_t> rows;
  /// Changes whenever other frames stand in the same memory: a backend may keep a copy of the table.
  std::uint64_t version = 0;
};

/// Makes the steps of training.
class DfeBackend {
 public:
  virtual ~DfeBackend() = default;

  /// One step of Adam on these rows, with dropout drawn from DfeOptions::training.seed and the number of the
  /// step. Returns the losses before the step.
  virtual DfeLosses step(const DfeBatch& batch) = 0;
  /// The losses without dropout, and nothing changed.
  virtual DfeLosses evaluate(const DfeBatch& batch) = 0;
  /// The latent points of these rows before quantisation, without dropout.
  virtual FloatRowMatrix latent(const DfeBatch& batch) = 0;

  virtual DfeState state() const = 0;
  virtual void set_state(DfeState state) = 0;

 protected:
  DfeBackend() = default;
  DfeBackend(const DfeBackend&) = default;
  DfeBackend& operator=(const DfeBackend&) = default;
};

/// The backend of the processor: forward and backward passes written out, without libtorch. Blocks of frames
/// are divided among threads; sums have a fixed order, so the weights are the same whatever their number.
std::unique_ptr<DfeBackend> make_cpu_backend(const DfeTask& task, int threads);

}  // namespace facelex
