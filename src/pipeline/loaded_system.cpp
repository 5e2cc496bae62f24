#include "facelex/pipeline/loaded_system.hpp"

#include <filesystem>
#include <utility>

#include "facelex/coding/linear/merged_units.hpp"
#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/path_text.hpp"
#include "facelex/dfe/built_in_codebook.hpp"
#include "facelex/systems/loading.hpp"

namespace facelex {
namespace {

/// That of one of the names, or null.
std::unique_ptr<CodingSystem> measuring_system(const std::string& name) {
  if (name == observables_name) return std::make_unique<Observables>(Observables::Measure::e_intensities);
  if (name == observables_mm_name) return std::make_unique<Observables>(Observables::Measure::millimetres);
  if (name == merged_units_name) return merged_units();
  return nullptr;
}

}  // namespace

LoadedSystem load_system(const std::string& file) {
  if (file == built_in_name)
    return {coding_system_from_model(built_in_codebook()), built_in_codebook_digest(),
            "codebook.safetensors"};
  if (auto system = measuring_system(file)) {
    Sha256 digest;
    const auto model = system->to_model();
    digest.update(model.metadata.dump());
    for (const auto& [tensor_name, tensor] : model.tensors)
      digest.update(tensor.bytes.data(), tensor.bytes.size());
    return {std::move(system), digest.hex(), file};
  }
  std::error_code missing;
  if (!std::filesystem::exists(file, missing))
    throw environment_error(field("model") + ": no such file: " + path_in_quotes(file),
                            "make one with facelex learn, or give " + std::string(built_in_name) + ", " +
                                observables_name + " or " + merged_units_name);
  std::unique_ptr<CodingSystem> system;
  try {
    system = load_coding_system(file);
  } catch (const Error& error) {
    throw environment_error(field("model") + ": " + error.message());
  }
  return {std::move(system), sha256_of_file(file), std::filesystem::path(file).filename().string()};
}

}  // namespace facelex
