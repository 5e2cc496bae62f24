#pragma once

#include <filesystem>
#include <string>

namespace facelex {

/// A line that says which sidecar of `file` is there but tells nothing, why, and what to do; empty when there
/// is none, it is read, or it is another program's JSON.
std::string sidecar_problem(const std::filesystem::path& file);

}  // namespace facelex
