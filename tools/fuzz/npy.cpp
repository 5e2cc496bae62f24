#include "facelex/io/recording_file.hpp"
#include "reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace facelex;
  return fuzz::read_as_file(data, size, "a.npy", [](const auto& file) {
    const Recording table = read_recording(file);
    fuzz::require(table.columns.size() == static_cast<std::size_t>(table.values.cols()),
                  "a name for every column");
  });
}
