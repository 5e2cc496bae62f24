#pragma once

#include <cstddef>
#include <span>

namespace facelex::detail {

/// data/anatomical_face.safetensors, as it was when the program was built.
std::span<const std::byte> embedded_anatomical_face();
/// data/frontalization.safetensors.
std::span<const std::byte> embedded_frontalization();

}  // namespace facelex::detail
