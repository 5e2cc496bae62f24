#include "reader.hpp"
#include "video/track/dlib_shape_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace facelex;
  return fuzz::read_as_file(data, size, "a.dat", [&](const auto& file) {
    constexpr std::size_t values = 4;  // two points: the layout is that of 68
    read_shape_file({data, size}, file.string(), values, [](const ShapeCascade& cascade) {
      fuzz::require(cascade.leaves.size() == (cascade.trees << cascade.depth) * values,
                    "all leaves are there");
    });
  });
}
