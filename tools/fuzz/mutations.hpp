#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "facelex/core/random.hpp"

namespace facelex::fuzz {

using Bytes = std::vector<std::uint8_t>;

/// A damaged copy of one of the inputs: one to four times a bit flipped, an integer (text or binary)
/// overwritten, a piece cut out, repeated or replaced by one of another input, or the end cut off. At most
/// `max_size` bytes. Requires an input.
Bytes mutated(const std::vector<Bytes>& inputs, std::size_t max_size, Random& random);

}  // namespace facelex::fuzz
