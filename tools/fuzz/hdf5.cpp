#include "face/model/import/bfm_files.hpp"
#include "reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace facelex;
  return fuzz::read_as_file(data, size, "a.h5", [](const auto& file) {
    const Hdf5File opened(file);
    opened.has("expression/model/pcaBasis");
    opened.integers("shape/representer/cells");
    opened.matrix("shape/model/mean");
  });
}
