#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "facelex/batch/reporter.hpp"
#include "facelex/coding/dfecs/learn.hpp"
#include "facelex/coding/learn.hpp"
#include "facelex/dfe/train/backend.hpp"
#include "facelex/dfe/train/options.hpp"
#include "facelex/provenance/identity.hpp"

namespace facelex {

/// A file beside the model that learning writes too.
struct FileBesideModel {
  std::filesystem::path file;
  bool ours = false;  ///< what stands there is such a file of facelex
};

/// Learning one kind of coding system, with its options resolved.
struct Learning {
  std::string system;              ///< "facial-basis"
  Provenance made = {};            ///< but for its inputs
  OptionList own = {};             ///< the options themselves
  std::string option_prefix = {};  ///< before its options' names in this command: "facial-basis-" in run
  std::function<LearnResult(const std::vector<NamedFile>&, const Work&)> learn;
  std::string noun = "iterations";                 ///< what its progress counts
  std::vector<FileBesideModel> beside{};           ///< is replaced only where it is facelex's
  std::vector<std::filesystem::path> leftovers{};  ///< files that go when the model is complete
};

/// How a program that was built with libtorch trains on a graphics card; `make` is empty in one without it.
struct DfeCard {
  std::function<bool()> is_there;
  std::function<std::unique_ptr<DfeBackend>(const DfeTask&, int threads)> make;
};

/// The options of every system that can be learnt, so that `learn` and `run` share one declaration.
struct LearnOptions {
  FacialBasisOptions facial_basis;
  PcaOptions pca;
  LocalPcaOptions local_pca;
  DfecsOptions dfecs;
  DfeOptions dfe;

  /// The options of the learnable system of that name.
  OptionList describe_system(const std::string& system);
  /// Checks them. `model`: the file that will be written; a search keeps its table beside it, and goes on
  /// from what stands there unless `anew`. Without a `model` nothing is written beside it.
  Learning learning(const std::string& system, const std::filesystem::path& model, bool anew,
                    const DfeCard& card = {});
};

/// Where a model goes, and how it is made.
struct LearningPlace {
  const std::filesystem::path& model;
  bool anew;
  const DfeCard& card;
};

/// A coding system that can be learnt.
struct LearnableSystem {
  std::string name;  ///< on the command line, in sidecars and in model files
  std::string summary;
  const char* example;  ///< the folder of recordings in the example of its help
  OptionList (*options)(LearnOptions&);
  /// Checks the options, and completes a Learning that has them.
  void (*maker)(LearnOptions&, const LearningPlace&, Learning&);
  /// Chooses which part of a fit is learnt from; null: the system needs movements of points, which expression
  /// is not.
  void (*take_part)(LearnOptions&, FitPart) = nullptr;
  /// Learns for hours, on a graphics card where there is one, with files of its own.
  bool by_network = false;
};

/// Each of them, in the order of the help.
const std::vector<LearnableSystem>& learnable_systems();
/// The one of that name; null: there is none.
const LearnableSystem* find_learnable_system(std::string_view name);

/// Learns and writes `model` with its sidecar, or says that it is complete for the same inputs, options and
/// version. Temporary files that killed runs left of the model are removed. Returns the exit status. Throws
/// Error (usage), unless `force`, when facelex did not write what stands there or beside it, and in any case
/// when it is an input.
int learn_model(const Learning& learning, const std::vector<NamedFile>& inputs,
                const std::filesystem::path& model, bool force, const Work& work, Reporter& reporter);

}  // namespace facelex
