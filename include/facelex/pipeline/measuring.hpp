#pragma once

#include <memory>
#include <string>
#include <vector>

#include "facelex/compare/variance_curves.hpp"
#include "facelex/pipeline/stages.hpp"
#include "facelex/provenance/identity.hpp"

namespace facelex {

/// A linear system that is measured.
struct MeasuredSystem {
  std::string name;  ///< of its file, without folder and extension
  LoadedSystem loaded;
  UnitMovements units;
  bool both_signs = false;  ///< codes may be below 0
};
/// Throws Error: usage when two files have the same name, or a system does not add up units; what load_system
/// throws.
std::vector<MeasuredSystem> load_measured(const std::vector<std::string>& files);

/// The columns that all systems take, in the order of the first. Throws Error (usage) when they have none in
/// common.
std::vector<Column> shared_columns(const std::vector<MeasuredSystem>& systems);

/// Whole rows of these columns of the recordings, each with `history` frames before it (TrainingData). Throws
/// what read_training_data throws, and Error (data) for recordings of another kind than the systems take.
TrainingData read_measured(const std::vector<NamedFile>& items, const std::vector<Column>& columns,
                           SignalKind kind, const TrainingOptions& options, const Work& work,
                           int history = 0);

/// What a measurement of these systems is made of, but for its inputs.
Provenance measurement_of(const std::string& stage, const std::vector<MeasuredSystem>& systems,
                          const OptionList& list);

}  // namespace facelex
