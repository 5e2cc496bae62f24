#include "embedded.hpp"

// The assembler takes the file's bytes: a program without data files beside it works wherever it is copied,
// and nothing has to be turned into source text.
#define FACELEX_EMBED(symbol, file)                     \
  asm(".section .rodata\n"                              \
      ".balign 16\n"                                    \
      ".global " #symbol                                \
      "_begin\n"                                        \
      ".global " #symbol "_end\n" #symbol               \
      "_begin:\n"                                       \
      ".incbin \"" FACELEX_DATA "/" file "\"\n" #symbol \
      "_end:\n"                                         \
      ".previous\n");                                   \
  extern "C" const std::byte symbol##_begin[];          \
  extern "C" const std::byte symbol##_end[]

FACELEX_EMBED(facelex_anatomical_face, "anatomical_face.safetensors");
FACELEX_EMBED(facelex_frontalization, "frontalization.safetensors");

namespace facelex::detail {

std::span<const std::byte> embedded_anatomical_face() {
  return {facelex_anatomical_face_begin, facelex_anatomical_face_end};
}

std::span<const std::byte> embedded_frontalization() {
  return {facelex_frontalization_begin, facelex_frontalization_end};
}

}  // namespace facelex::detail
