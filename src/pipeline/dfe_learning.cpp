#include "facelex/pipeline/dfe_learning.hpp"

#include "facelex/compare/compared_recordings.hpp"
#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/dfe/train/learn.hpp"
#include "facelex/pipeline/loaded_system.hpp"
#include "facelex/provenance/ownership.hpp"

namespace facelex {
namespace {

bool trains_on_card(DfeDevice device, const DfeCard& card) {
  if (!card.make && device == DfeDevice::cuda)
    throw environment_error(field("device") + " cuda: this program trains on the processor alone",
                            "train with facelex learn dfe where facelex-nn stands beside facelex");
  if (!card.make || device == DfeDevice::cpu) return false;
  if (card.is_there()) return true;
  if (device == DfeDevice::cuda)
    throw environment_error(
        field("device") + " cuda: libtorch finds no graphics card",
        "see nvidia-smi and whether this libtorch has CUDA, or take " + field("device") + " cpu");
  return false;
}

}  // namespace

Learning dfe_learning(const DfeOptions& options, const std::filesystem::path& model, bool anew,
                      const DfeCard& card) {
  options.check();
  Learning learning;
  learning.noun = "steps";
  DfeOptions resolved = options;
  resolved.device = trains_on_card(options.device, card) ? DfeDevice::cuda : DfeDevice::cpu;
  std::map<std::string, std::string> subjects;
  if (!options.subjects.empty()) {
    subjects = read_subjects(options.subjects);
    learning.made.identity.options["subjects_sha256"] = sha256_of_file(options.subjects);
  }
  if (!options.face.empty() && options.face != built_in_name)
    learning.made.identity.options["face_sha256"] = sha256_of_file(options.face);
  learning.made.identity.options["device"] = resolved.device == DfeDevice::cuda ? "cuda" : "cpu";
  DfeTrainingFiles files;
  files.name = model.string();
  files.checkpoint = std::filesystem::path(model).replace_extension(".checkpoint.safetensors");
  files.curve = std::filesystem::path(model).replace_extension(".curve.csv");
  learning.beside = {{files.curve, begins_with(files.curve, "epoch,loss,reconstruction,")}};
  learning.leftovers = {files.checkpoint};
  learning.learn = [resolved, subjects, files, anew, card](const auto& inputs, const Work& work) {
    if (std::error_code none; anew) std::filesystem::remove(files.checkpoint, none);
    return learn_dfe(
        inputs, resolved, subjects, files,
        [&](const DfeTask& task) {
          return task.options.device == DfeDevice::cuda ? card.make(task, work.threads)
                                                        : make_cpu_backend(task, work.threads);
        },
        work);
  };
  return learning;
}

}  // namespace facelex
