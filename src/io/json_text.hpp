#pragma once

#include <string_view>

#include "facelex/core/json.hpp"

namespace facelex {

/// JSON of a file that may hold anything. Throws std::runtime_error saying why for bad syntax, objects nested
/// more than 64 deep and names that repeat within the outermost object.
Json parse_untrusted_json(std::string_view text);

/// The value as text; bytes that are no UTF-8 (names of files) are replaced.
std::string json_text(const Json& value, int indent);

}  // namespace facelex
