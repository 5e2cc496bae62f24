#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "facelex/core/work.hpp"
#include "facelex/dfe/train/backend.hpp"
#include "facelex/dfe/train/frames.hpp"
#include "facelex/dfe/train/options.hpp"

namespace facelex {

/// One epoch: the losses as each step met them, and after it those of the validation frames.
struct DfeEpoch {
  DfeLosses training, validation;  ///< validation.frames is 0 where there is none
};

struct DfeTraining {
  std::vector<float> weights;   ///< as DfeLayout lays them out
  std::vector<DfeEpoch> curve;  ///< from the first epoch
  int epoch = 0;                ///< whose weights these are, from 1
  bool ended_early = false;     ///< --patience
  int revived = 0;              ///< codes, each time counted
};

/// Where training writes its state; empty: nowhere.
struct DfeTrainingFiles {
  std::filesystem::path checkpoint;  ///< .safetensors
  std::filesystem::path curve;       ///< .csv, written with every checkpoint and at the end
  std::string name = "model";        ///< of what is trained, for messages
};

/// Trains for task.options.epochs, or goes on from the checkpoint; the result is the same to the byte whether
/// training was interrupted or not. The order of the frames in epoch e is drawn from seed and e alone.
///
/// Throws Error (interrupted) when asked to stop, after a checkpoint; Error (data) when the loss is not a
/// number or more than a thousand times the first: the last checkpoint is kept. Error (usage): a checkpoint
/// of other options or frames (it names which).
DfeTraining train_dfe(DfeFrameSource& frames, const DfeTask& task, DfeBackend& backend,
                      const DfeTrainingFiles& files, const Work& work = {});

/// The number of codes that were chosen, and 2 to the power of the entropy of their use (1 … K).
int codes_in_use(const DfeLosses& losses);
double perplexity(const DfeLosses& losses);

/// The curve as CSV: epoch, then loss, reconstruction, quantization, sparsity, orthogonality,
/// decoder_sparsity (means over frames, the terms unweighted), codes_used, perplexity, of the training frames
/// and, validation_…, of the others.
std::string curve_text(const std::vector<DfeEpoch>& curve, const DfeOptions& options);

}  // namespace facelex
