#include "facelex/io/pickle/torch_checkpoint.hpp"

#include "reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace facelex;
  return fuzz::read_as_file(data, size, "a.pt", [](const auto& file) {
    const TorchCheckpoint checkpoint(file);
    for (const auto& [name, tensor] : checkpoint.tensors())
      if (tensor.type == "FloatStorage" || tensor.type == "DoubleStorage") (void)checkpoint.numbers(name);
  });
}
