#pragma once

#include <string>
#include <vector>

#include "facelex/coding/coding_system.hpp"
#include "facelex/core/options.hpp"
#include "facelex/face/fit/fit.hpp"
#include "facelex/face/standardize/standardize.hpp"
#include "facelex/pipeline/learning.hpp"
#include "facelex/video/extract.hpp"

namespace facelex {

/// Which part of a recording is learnt from and coded.
enum class CodedSignal { motion, displacement, expression };

/// The options of `run` that no stage has.
struct RunOptions {
  CodedSignal signal = CodedSignal::displacement;
  std::string system = learnable_systems().front().name;
  std::string model;  ///< file; empty: one is learnt
  std::string face;   ///< morphable model; empty: the built-in face
  /// Labels (name, subject): one identity and one neutral for all recordings of a person; empty: one a recording.
  std::string subjects;

  void describe(OptionList& options);
};

/// Every option of `run`.
struct RunSettings {
  RunOptions run;
  ExtractOptions extract;
  FitOptions fit;
  StandardizeOptions standardize;
  LearnOptions learn;
  EncodeOptions encode;
  bool own_fits = false;  ///< whether --frontalize 3d takes the fits that this run makes

  /// Whether a 3-D face is fitted on the way.
  bool fits_faces() const;
  /// Kind of the recordings that are learnt from and coded.
  SignalKind coded_kind() const;
  /// Throws Error (usage) when options contradict each other, or a given `system` (null: none) does not code
  /// the signal. `fits`: the folder that fits go to. Call it once, before hours of extraction.
  void resolve(const CodingSystem* system, const std::string& fits);
  /// All options as resolved, in the layout that --config reads.
  Json to_json();
};

/// The "inputs" of a configuration that stood in `file`. Throws Error (usage).
std::vector<std::string> configured_inputs(const Json& configuration, const std::string& file);

}  // namespace facelex
