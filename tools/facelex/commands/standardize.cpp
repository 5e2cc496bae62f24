#include "cli/commands.hpp"
#include "facelex/pipeline/stages.hpp"

namespace facelex::cli {
namespace {

class StandardizeCommand : public Command {
 public:
  explicit StandardizeCommand(CLI::App& parent)
      : Command(
            parent,
            {"standardize", "Landmarks to keypoint motion",
             "Registers the landmarks of every frame to a common template, part by part, and subtracts the "
             "face's own neutral frame (paper 001, 2.1-2.2). Takes the CSV files of facelex extract, "
             "OpenFace "
             "or py-feat. Writes DIR/<path below the input>.csv with a row for every row of the input.",
             "facelex standardize landmarks -o motion"}) {
    add_inputs("Files of landmarks (.csv, .npy), or folders of such files");
    add_output("Folder to write to");
    OptionList list = described(options_);
    list.append(described(table_));
    add_options("Standardisation", std::move(list));
    add_batch_options();
  }

 private:
  int run() override {
    return run_stage(inputs(recording_files("recordings (.csv, .npy)")),
                     standardize_stage(options_, table_.format), output_)
        .exit_status();
  }

  StandardizeOptions options_;
  TableOptions table_;
};

}  // namespace

std::unique_ptr<Command> make_standardize_command(CLI::App& parent) {
  return std::make_unique<StandardizeCommand>(parent);
}

}  // namespace facelex::cli
