#include "facelex/io/recording_file.hpp"
#include "reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace facelex;
  return fuzz::read_as_file(data, size, "a.csv", [](const auto& file) {
    const Recording table = read_recording(file);
    fuzz::require(table.frames.size() == static_cast<std::size_t>(table.rows()), "a frame for every row");
    fuzz::require(!table.values.array().isInf().any(), "no value is infinite");
  });
}
