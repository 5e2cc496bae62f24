#pragma once

#include <filesystem>

#include "facelex/batch/runner.hpp"
#include "facelex/core/message.hpp"
#include "facelex/provenance/manifest.hpp"

namespace facelex {

/// Where the outputs of a batch go, and what is known of those that are there.
struct Destination {
  const std::filesystem::path& folder;
  const StageOutputs& outputs;
  const Manifest& manifest;
  bool force;  ///< files that facelex did not write are replaced, too
};

/// Why the outputs of this item may not be written there, and what to do, or nothing: a name that is too long,
/// that leads out of the folder or is the manifest's; an input, another input's output, a file that facelex did
/// not write or one that shares its sidecar, which would be replaced.
Message refusal_of(const NamedFile& item, const Destination& to);

}  // namespace facelex
