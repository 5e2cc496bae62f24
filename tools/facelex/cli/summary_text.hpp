#pragma once

#include <string>

#include "facelex/core/json.hpp"

namespace facelex::cli {

/// What a summary says, for people: a line for each field, and for a list of objects a line for each of them.
std::string summary_text(const Json& summary);

}  // namespace facelex::cli
