#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

#include "facelex/coding/coding_system.hpp"

namespace facelex {

/// A kind of coding system: the word in its model files, and what reads them.
struct SystemKind {
  std::string_view name;
  std::unique_ptr<CodingSystem> (*from_model)(const ModelFile&);
};

/// Every kind that there is.
std::span<const SystemKind> system_kinds();

/// The system that a model file holds. Throws Error (data) that names the file and what is wrong: a kind that
/// is not a coding system, a missing field or tensor, sizes that do not fit, values that are not finite.
std::unique_ptr<CodingSystem> coding_system_from_model(const ModelFile& model);
/// read_model, then coding_system_from_model.
std::unique_ptr<CodingSystem> load_coding_system(const std::filesystem::path& file);

}  // namespace facelex
