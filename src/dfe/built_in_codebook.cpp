#include "facelex/dfe/built_in_codebook.hpp"

#include <span>
#include <string_view>

#include "facelex/core/digest.hpp"
#include "facelex/core/embed.hpp"

FACELEX_EMBED(facelex_codebook, FACELEX_DATA "/codebook.safetensors");

namespace facelex {
namespace {

std::span<const std::byte> codebook_bytes() {
  return {facelex_codebook_begin, facelex_codebook_end};
}

}  // namespace

ModelFile built_in_codebook() {
  return read_model(codebook_bytes(), "the built-in codebook (data/codebook.safetensors)");
}

std::string built_in_codebook_digest() {
  const auto bytes = codebook_bytes();
  return sha256_of_text({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace facelex
