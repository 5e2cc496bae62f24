#pragma once

#include <optional>
#include <vector>

#include "facelex/io/named_file.hpp"
#include "facelex/io/recording.hpp"

namespace facelex {

/// What the file holds; nothing when it cannot be read, which is reported when its turn comes.
std::optional<SignalKind> kind_of(const NamedFile& input);

/// The number of codes K that the sidecars of these files of tokens name; files without one go by those with.
/// Throws Error (usage) when none names it, or two different ones, or where the first file of a known kind
/// holds no tokens.
int codebook_size(const std::vector<NamedFile>& inputs);

}  // namespace facelex
