#include "cli/commands.hpp"
#include "facelex/pipeline/extract_stage.hpp"

namespace facelex::cli {
namespace {

class ExtractCommand : public Command {
 public:
  explicit ExtractCommand(CLI::App& parent)
      : Command(parent, {"extract", "Videos to landmarks with true time stamps",
                         "Finds and follows faces and writes DIR/<path below the input>.csv: a row for every "
                         "decoded frame "
                         "with the container's time stamp, confidence, head pose and 68 landmarks, and a "
                         "sidecar (.json). "
                         "A frame without a face is a row without values.",
                         "facelex extract interviews -o landmarks --overlay"}) {
    add_inputs("Videos, images, image folders, or folders of them");
    add_output("Folder to write to");
    add_options("Extraction", described(options_));
    app_->add_flag("--overlay", overlay_,
                   "Also write <name>.overlay.mp4 with landmarks, boxes and confidence drawn in")
        ->group("Extraction");
    add_batch_options();
  }

 private:
  int run() override {
    const Inputs videos = inputs(video_inputs());
    return run_stage(videos, extract_stage(options_, overlay_), output_).exit_status();
  }

  ExtractOptions options_;
  bool overlay_ = false;
};

}  // namespace

std::unique_ptr<Command> make_extract_command(CLI::App& parent) {
  return std::make_unique<ExtractCommand>(parent);
}

}  // namespace facelex::cli
