#pragma once

#include <string>
#include <vector>

#include "facelex/core/message.hpp"

namespace facelex {

/// Throws Error (data) that names `file` when two of the subjects, which are all different, are one but for their
/// spelling (io/spelling.hpp): one person would count as two, on both sides of a split.
void require_one_spelling(const std::vector<std::string>& subjects, const std::string& file,
                          const Message& remedy);

}  // namespace facelex
