#include "cli/commands.hpp"
#include "facelex/pipeline/stages.hpp"

namespace facelex::cli {
namespace {

class EncodeCommand : public Command {
 public:
  explicit EncodeCommand(CLI::App& parent)
      : Command(parent, {"encode", "Write every frame in a learnt lexicon",
                         "Codes each frame of the recordings with a coding system. Writes DIR/<path below "
                         "the input>.csv: the "
                         "frame columns, a column per unit of the system (of tokens: per stage, q1 …), and "
                         "reconstruction_error.",
                         "facelex encode motion --model lexicon.safetensors -o codes"}) {
    add_inputs("Files of the signals that the model takes, or folders of such files");
    app_->add_option(
            "-m,--model", model_,
            "Model file, as facelex learn writes it; built-in: the codebook that facelex carries, "
            "for fits of the built-in face; observables or observables-mm: movements that anyone can "
            "measure on the face, in E intensities or millimetres; merged-units: the action units of such "
            "fits, of which those that landmarks cannot tell apart are one")
        ->type_name("FILE")
        ->required()
        ->group("Input and output");
    add_output("Folder to write to");
    OptionList list = described(options_);
    list.append(described(table_));
    add_options("Coding", std::move(list));
    add_batch_options();
  }

 private:
  int run() override {
    const Stage stage = encode_stage(load_system(model_), options_, table_.format);
    return run_stage(inputs(recording_files("recordings (.csv, .npy)")), stage, output_).exit_status();
  }

  std::string model_;
  EncodeOptions options_;
  TableOptions table_;
};

}  // namespace

std::unique_ptr<Command> make_encode_command(CLI::App& parent) {
  return std::make_unique<EncodeCommand>(parent);
}

}  // namespace facelex::cli
