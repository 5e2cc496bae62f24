#include "embedded.hpp"

#include "facelex/core/embed.hpp"

FACELEX_EMBED(facelex_anatomical_face, FACELEX_DATA "/anatomical_face.safetensors");
FACELEX_EMBED(facelex_frontalization, FACELEX_DATA "/frontalization.safetensors");

namespace facelex::detail {

std::span<const std::byte> embedded_anatomical_face() {
  return {facelex_anatomical_face_begin, facelex_anatomical_face_end};
}

std::span<const std::byte> embedded_frontalization() {
  return {facelex_frontalization_begin, facelex_frontalization_end};
}

}  // namespace facelex::detail
