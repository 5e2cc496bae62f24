#pragma once

#include <memory>
#include <string>
#include <vector>

#include "facelex/coding/learn.hpp"
#include "facelex/coding/training_data.hpp"
#include "facelex/core/options.hpp"
#include "facelex/dfe/network.hpp"

namespace facelex {

/// What trains: this program on the processor, or facelex-nn (libtorch) on a graphics card.
enum class DfeDevice { automatic, cpu, cuda };

/// What the sparsity term of the loss is taken of.
enum class DfeSparsityOn {
  coefficients,  ///< ‖ψ̂‖₁, equation 7
  displacement  ///< mean over points of a face of ‖B_v ψ̂‖₂ in mm: how far ψ̂ moves them (displacement.hpp)
};

/// Training of the residual-VQ autoencoder of paper 002 (3.2, 4, supplement). Defaults are the paper's; where
/// it is silent, those of docs/methods.md.
struct DfeOptions {
  TrainingOptions training;
  FitPart fit_part = FitPart::expression;  ///< which part of a fit is learnt from
  /// Columns to learn from, names or beginnings with * (e_*), in this order; empty: those of the expression.
  std::vector<std::string> columns;
  DfeShape shape;            ///< all but shape.inputs, which the recordings say
  bool standardize = false;  ///< each input minus its mean, divided by its sd; the model keeps both

  double dropout = 0.1;        ///< of the transformer, in training; 0 ≤ p < 1
  double commitment = 0.25;    ///< β of Σᵢ‖z_{i−1} − sg(e_i)‖²; ≥ 0
  double codebook_weight = 1;  ///< of Σᵢ‖sg(z_{i−1}) − e_i‖²; ≥ 0
  double orthogonality = 1;    ///< λ_orth of Σ_{i≠j}(e_i·e_j)² / (K(K−1)), equation 6; ≥ 0
  double sparsity = 0.1;       ///< λ_reg of ‖ψ̂‖₁, equation 7, or of what sparsity_on says; ≥ 0
  DfeSparsityOn sparsity_on = DfeSparsityOn::coefficients;
  /// Model file of the face of sparsity_on displacement, whose expressions the columns are; empty: built-in.
  std::string face;
  double decoder_sparsity = 0;  ///< λ₁ of Σ|w| over the decoder's weights; ≥ 0

  double learning_rate = 1e-4;  ///< of Adam (β₁ 0.9, β₂ 0.999, ε 1e-8); > 0
  int batch = 512;              ///< frames of a step; ≥ 1
  int epochs = 500;             ///< ≥ 1

  /// The codebook begins at cluster centres of what each stage has to code of the untrained encoder's points.
  bool kmeans_start = false;
  int revive_after = 3;  ///< a code unused for so many epochs is put where a frame's residual lies; 0: never

  double validation = 0.1;  ///< share of the frames that is set aside, whole recordings or subjects; [0, 0.9]
  std::string subjects;     ///< CSV with columns name and subject; empty: each recording is a subject
  int patience = 0;  ///< epochs without a better validation loss until training ends; 0: never ends early
  int checkpoint_every = 5;  ///< epochs; 0: only when interrupted
  DfeDevice device = DfeDevice::automatic;
  /// Upper bound of the memory for frames and what is made of them, in GB (10⁹ bytes); ≥ 0; 0: no bound. When
  /// there are more frames, as many as fit are in memory at a time (frames_in_file) and the others in a file
  /// in $TMPDIR. Not with max_frames.
  double memory = 0;

  void describe(OptionList& options);
  /// Throws Error (usage) that names the option, the value and what is allowed.
  void check() const;
};

/// A training: its options, and what these and the recordings come to.
struct DfeTask {
  DfeShape shape;  ///< options.shape with the recordings' number of inputs
  DfeOptions options;
  /// 3V×D, B of sparsity_on displacement (displacement_of_outputs); else null.
  std::shared_ptr<const FloatRowMatrix> displacement = nullptr;

  /// What decides which weights come out, without how long and where training runs: a checkpoint belongs to
  /// it. Not memory, which only decides where frames do not fit.
  Json configuration() const;
};

}  // namespace facelex
