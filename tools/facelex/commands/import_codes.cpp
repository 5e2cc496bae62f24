#include "cli/commands.hpp"
#include "facelex/pipeline/stages.hpp"

namespace facelex::cli {
namespace {

class ImportCodesCommand : public Command {
 public:
  explicit ImportCodesCommand(CLI::App& parent)
      : Command(parent,
                {"import", "Action units or blendshapes of another program as codes",
                 "Takes OpenFace's AU intensities, py-feat's AUs, ARKit's or MediaPipe's blendshapes, or any "
                 "columns of a table (--columns) as if facelex encode had written them, for features and "
                 "comparisons. Writes DIR/<path below the input>.csv with a row for every row of the input.",
                 "facelex import openface_out -o au"}) {
    add_inputs("Tables of another program (.csv, .npy), or folders of such files");
    add_output("Folder to write to");
    OptionList list = described(options_);
    list.append(described(table_));
    add_options("Columns", std::move(list));
    add_batch_options();
  }

 private:
  int run() override {
    return run_stage(inputs(recording_files("tables (.csv, .npy)")), import_stage(options_, table_.format),
                     output_)
        .exit_status();
  }

  ImportCodesOptions options_;
  TableOptions table_;
};

}  // namespace

std::unique_ptr<Command> make_import_codes_command(CLI::App& parent) {
  return std::make_unique<ImportCodesCommand>(parent);
}

}  // namespace facelex::cli
