#pragma once

#include <string>

#include "facelex/io/models/model_file.hpp"

namespace facelex {

/// The codebook that the program carries: Discrete Facial Encoding of the built-in face's expression vectors,
/// as `facelex fit` makes them, learnt from simulated people (tools/experiments/built_in_codebook.sh; its
/// card is data/README.md).
ModelFile built_in_codebook();
/// SHA-256 of the file data/codebook.safetensors.
std::string built_in_codebook_digest();

}  // namespace facelex
