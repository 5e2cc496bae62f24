#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "facelex/coding/coding_system.hpp"
#include "facelex/coding/training_data.hpp"
#include "facelex/compare/code_sets.hpp"
#include "facelex/pipeline/figures.hpp"
#include "facelex/pipeline/loaded_system.hpp"

namespace facelex::cli {

struct PresenceOptions {
  double threshold = 0;

  void describe(OptionList& options);
};

/// Frames that are measured, and their codes.
struct CodedFrames {
  const CodingSystem* system = nullptr;  ///< null: the recordings hold the codes, of whatever system
  TrainingData data;                     ///< the signals; without a system the codes themselves
  RowMatrix codes;                       ///< T×K, or T×stages tokens
  int tokens = 0;                        ///< size of the codebook; 0: the codes are not tokens
};

/// What diversity, retrieval and reconstruction have in common: recordings coded with one model, or (of sets
/// of units) recordings of codes as encode and import write them.
class MeasureCodesCommand : public Command {
 protected:
  MeasureCodesCommand(CLI::App& measure, Text text, bool of_sets);

  virtual OptionList own_options() { return {}; }
  virtual std::vector<NamedFigure> measure(const CodedFrames& frames, const Work& work) = 0;

  void add_measuring() { add_options("Measuring", list()); }
  CodeSets sets_of(const CodedFrames& frames) const;

 private:
  OptionList list();
  int run() override;
  CodedFrames coded(const CodingSystem& system, const std::vector<NamedFile>& items, const Work& work);
  CodedFrames read_codes(const std::vector<NamedFile>& items, const Work& work);
  Provenance provenance(const LoadedSystem& model, const std::vector<NamedFile>& items);

  bool of_sets_;
  std::string model_;
  PresenceOptions presence_;
  EncodeOptions coding_;
  TrainingOptions training_;
};

std::unique_ptr<Command> make_measure_diversity_command(CLI::App& measure);
std::unique_ptr<Command> make_measure_retrieval_command(CLI::App& measure);
std::unique_ptr<Command> make_measure_reconstruction_command(CLI::App& measure);

}  // namespace facelex::cli
