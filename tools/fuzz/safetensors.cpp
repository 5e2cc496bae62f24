#include "facelex/io/models/safetensors.hpp"
#include "facelex/io/models/model_file.hpp"
#include "reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace facelex;
  return fuzz::read_as_file(data, size, "a.safetensors", [](const auto& file) {
    read_safetensors(file);
    read_model(file);
  });
}
