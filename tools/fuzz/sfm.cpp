#include "facelex/face/model/import/model.hpp"
#include "reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace facelex;
  return fuzz::read_as_file(data, size, "sfm_shape_3448.bin", [](const auto& file) { import_surrey(file); });
}
