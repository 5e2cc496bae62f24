#include "dfe_learning.hpp"

#include <unistd.h>

#include <cerrno>

#include <fstream>
#include <iterator>

#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "facelex/compare/compared_recordings.hpp"
#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/dfe/train/learn.hpp"
#ifdef FACELEX_WITH_TORCH
#include "facelex/dfe/train/torch.hpp"
#endif

namespace facelex::cli {
namespace {

bool trains_on_card(DfeDevice device) {
#ifdef FACELEX_WITH_TORCH
  if (device == DfeDevice::cpu) return false;
  if (torch_has_cuda()) return true;
  if (device == DfeDevice::cuda)
    throw environment_error("--device cuda: libtorch finds no graphics card",
                            "see nvidia-smi and whether this libtorch has CUDA, or take --device cpu");
  return false;
#else
  if (device == DfeDevice::cuda)
    throw environment_error("--device cuda: this program trains on the processor alone",
                            "train with facelex learn dfe where facelex-nn stands beside facelex");
  return false;
#endif
}

}  // namespace

Learning dfe_learning(const DfeOptions& options, const std::filesystem::path& model, bool anew) {
  options.check();
  Learning learning;
  learning.noun = "steps";
  DfeOptions resolved = options;
  resolved.device = trains_on_card(options.device) ? DfeDevice::cuda : DfeDevice::cpu;
  std::map<std::string, std::string> subjects;
  if (!options.subjects.empty()) {
    subjects = read_subjects(options.subjects);
    learning.options["subjects_sha256"] = sha256_of_file(options.subjects);
  }
  if (!options.face.empty() && options.face != built_in_name)
    learning.options["face_sha256"] = sha256_of_file(options.face);
  learning.options["device"] = resolved.device == DfeDevice::cuda ? "cuda" : "cpu";
  DfeTrainingFiles files;
  files.name = model.string();
  files.checkpoint = std::filesystem::path(model).replace_extension(".checkpoint.safetensors");
  files.curve = std::filesystem::path(model).replace_extension(".curve.csv");
  learning.leftovers = {files.checkpoint};
  learning.learn = [resolved, subjects, files, anew](const auto& inputs, const Work& work) {
    if (std::error_code none; anew) std::filesystem::remove(files.checkpoint, none);
    return learn_dfe(
        inputs, resolved, subjects, files,
        [&](const DfeShape& shape, const DfeOptions& chosen) -> std::unique_ptr<DfeBackend> {
#ifdef FACELEX_WITH_TORCH
          if (chosen.device == DfeDevice::cuda) return make_torch_backend(shape, chosen, work.threads);
#endif
          return make_cpu_backend(shape, chosen, work.threads);
        },
        work);
  };
  return learning;
}

#ifdef FACELEX_WITH_TORCH
void hand_over_to_nn(DfeDevice /*device*/) {}
#else
void hand_over_to_nn(DfeDevice device) {
  if (device == DfeDevice::cpu) return;
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error).replace_filename("facelex-nn");
  const bool there = !error && std::filesystem::exists(program, error);
  if (!there && device == DfeDevice::cuda)
    throw environment_error(
        "--device cuda: facelex-nn, which trains on graphics cards, is not beside facelex",
        "build it with cmake --preset gpu (docs/guide.md), or take --device cpu");
  if (device == DfeDevice::automatic && (!there || !std::filesystem::exists("/dev/nvidiactl", error))) return;
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string line((std::istreambuf_iterator<char>(file)), {});
  std::vector<char*> arguments;
  for (std::size_t at = 0; at < line.size(); at += std::string_view(line.data() + at).size() + 1)
    arguments.push_back(line.data() + at);
  arguments.push_back(nullptr);
  execv(program.c_str(), arguments.data());
  throw system_error(program.string(), "run", errno);
}
#endif

}  // namespace facelex::cli
