#pragma once

#include <string>

#include "facelex/core/json.hpp"

namespace facelex {

/// The value as text; bytes that are not UTF-8 (names of files) are replaced.
std::string json_text(const Json& value, int indent);

}  // namespace facelex
