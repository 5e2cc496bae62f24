#pragma once

#include <optional>

#include "facelex/coding/linear/facial_basis.hpp"
#include "facelex/io/models/model_file.hpp"

namespace facelex {

/// Metadata "hierarchy", tensors "parent_atoms" and "leaf_atoms"; optional since format version 1.
void write_hierarchy(const UnitHierarchy& hierarchy, ModelFile& file);
/// Nothing when the file has none. Throws Error (data) naming the file and the field.
std::optional<UnitHierarchy> read_hierarchy(const ModelFile& file);

}  // namespace facelex
