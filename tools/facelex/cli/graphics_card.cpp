#include "graphics_card.hpp"

#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>

#include "facelex/core/error.hpp"
#ifdef FACELEX_WITH_TORCH
#include "facelex/dfe/train/torch.hpp"
#endif

namespace facelex::cli {

DfeCard graphics_card() {
#ifdef FACELEX_WITH_TORCH
  return {&torch_has_cuda, &make_torch_backend};
#else
  return {};
#endif
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
