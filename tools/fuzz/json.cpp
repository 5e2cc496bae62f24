#include "facelex/core/json.hpp"
#include "facelex/io/sidecar.hpp"
#include "facelex/io/sidecar_problem.hpp"
#include "reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace facelex;
  return fuzz::read_as_file(data, size, "a.json", [](const auto& file) {
    const auto table = std::filesystem::path(file).replace_extension(".csv");
    fuzz::require(!read_sidecar(table) || sidecar_problem(table).empty(), "a sidecar is read or a problem");
    canonical_text(read_json(file));
  });
}
