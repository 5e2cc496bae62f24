#pragma once

#include <filesystem>

#include "facelex/coding/coding_system.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {

/// What each code of a codebook, or each unit, stands for: a row for it as it is decoded alone and one for
/// what it adds to the rest (CodingSystem::templates, rest), in the system's signals. Written to `file`
/// (.csv) when it is complete; returns columns and digest.
StageResult write_template_table(const std::filesystem::path& file, const CodingSystem& system);

}  // namespace facelex
