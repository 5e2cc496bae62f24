#include "cli/commands.hpp"
#include "cli/graphics_card.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/printable.hpp"
#include "facelex/io/atomic_file.hpp"
#include "facelex/pipeline/dfe_learning.hpp"
#include "facelex/pipeline/learning.hpp"
#include "facelex/pipeline/outputs.hpp"

namespace facelex::cli {
namespace {

class LearnCommand : public Command {
 public:
  LearnCommand(CLI::App& parent, const LearnableSystem& system)
      : Command(parent, {system.name, system.summary,
                         "Learns from all recordings together and writes one model file.",
                         "facelex learn " + system.name + " " + system.example + " -o lexicon.safetensors"}),
        system_(system) {
    add_inputs("Recordings to learn from, or folders of them", false);
    add_output("Model file to write (.safetensors)");
    add_options("Learning", system.options(options_));
    add_batch_options();
  }

 private:
  int run() override {
    if (system_.by_network && !dry_run_) hand_over_to_nn(options_.dfe.device);
    if (std::filesystem::is_directory(output_))
      throw usage_error("--output: " + path_in_quotes(output_) + " is a folder",
                        "name a file: " + output_ + "/lexicon.safetensors");
    check_model_path(output_);
    // Whether it can be written is known before hours of learning: the file is made and removed again.
    if (!dry_run_) const AtomicFile probe(output_);
    const Learning learning = options_.learning(system_.name, output_, force_, graphics_card());
    const std::vector<NamedFile> recordings = inputs(recording_files("recordings (.csv, .npy)")).items;
    require_usable(recordings);
    if (dry_run_) {
      for (const auto& recording : recordings)
        std::printf("%s\n", printable(recording.file.string()).c_str());
      return 0;
    }
    Work work = Command::work();
    return learn_model(learning, recordings, output_, force_, work, *reporter_);
  }

  const LearnableSystem& system_;
  LearnOptions options_;
};

}  // namespace

std::vector<std::unique_ptr<Command>> make_learn_commands(CLI::App& learn) {
  std::vector<std::unique_ptr<Command>> commands;
  for (const LearnableSystem& system : learnable_systems())
    commands.push_back(std::make_unique<LearnCommand>(learn, system));
  return commands;
}

}  // namespace facelex::cli
