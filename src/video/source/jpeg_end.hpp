#pragma once

#include <cstdint>
#include <span>

namespace facelex {

/// Whether the bytes are a JPEG picture that breaks off before its end-of-image marker (ITU-T T.81, B.1).
/// Decoders fill what is missing with gray and say nothing.
bool is_cut_jpeg(std::span<const std::uint8_t> bytes);

}  // namespace facelex
