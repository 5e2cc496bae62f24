#include <cmath>

#include "cli/commands.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/pipeline/stages.hpp"

namespace facelex::cli {
namespace {

class DecodeCommand : public Command {
 public:
  explicit DecodeCommand(CLI::App& parent)
      : Command(parent,
                {"decode", "Codes back to the signals they stand for",
                 "Reconstructs the signals (keypoint motion, displacement, expression) from the codes "
                 "that facelex encode wrote. With --face, for a system of expressions, also how they move "
                 "a face: the displacement of its landmarks as facelex fit writes it, and of chosen "
                 "frames the displacement of every vertex and meshes.",
                 "facelex decode codes --model dfe.safetensors --face built-in --meshes --frames "
                 "every:100 -o faces"}) {
    add_inputs("Files of codes, or folders of such files");
    app_->add_option("-m,--model", model_, "Model file that the codes were made with")
        ->type_name("FILE")
        ->required()
        ->group("Input and output");
    app_->add_option("--face", face_,
                     "Add dX_<n>, dY_<n>, dZ_<n> in mm: how a face model, or built-in, moves its landmarks")
        ->type_name("FILE")
        ->group("Input and output");
    add_output("Folder to write to");
    add_options("Output", described(table_));
    add_options("Faces", described(faces_));
    add_batch_options();
  }

 private:
  int run() override {
    const LoadedFace face = face_.empty() ? LoadedFace() : load_face(face_);
    const Stage stage = decode_stage(load_system(model_), table_.format, face, faces_);
    const Inputs found = inputs(recording_files("recordings (.csv, .npy)"));
    if (faces_.any()) require_room(found, *face.model);
    return run_stage(found, stage, output_).exit_status();
  }

  /// Before anything is written: a mesh for each frame of a folder of videos fills a disk.
  void require_room(const Inputs& found, const MorphableModel& face) const {
    std::int64_t rows = 0;
    for (const NamedFile& item : found.items) try {
        rows += chosen_rows(item.file, faces_);
      } catch (const Error&) {  // the batch says what is wrong with it
      }
    constexpr double giga = 1e9;
    const double gigabytes =
        static_cast<double>(rows) * static_cast<double>(decoded_face_bytes(face, faces_)) / giga;
    if (gigabytes > faces_.most_gigabytes)
      throw usage_error("meshes and vertices of " + std::to_string(rows) +
                            " chosen frames would take about " + number_text(std::ceil(gigabytes * 10) / 10) +
                            " GB, more than --most-gigabytes " + number_text(faces_.most_gigabytes),
                        "choose fewer with --frames, or raise it");
  }

  std::string model_, face_;
  TableOptions table_;
  DecodedFacesOptions faces_;
};

}  // namespace

std::unique_ptr<Command> make_decode_command(CLI::App& parent) {
  return std::make_unique<DecodeCommand>(parent);
}

}  // namespace facelex::cli
