#include "face/model/import/bfm_files.hpp"
#include "reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace facelex;
  return fuzz::read_as_file(data, size, "a.mat", [](const auto& file) {
    MatlabFile(file).small_matrix("shapeMU");
    MatlabFile(file).matrix("tl");
  });
}
