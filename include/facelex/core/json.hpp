#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

namespace facelex {

/// JSON whose objects keep the order in which they were written, so that the same content is the same bytes.
using Json = nlohmann::ordered_json;

/// Reads a JSON file. Throws Error (data) that names the file, and line and column of a syntax error.
Json read_json(const std::filesystem::path& file);

/// The canonical text of a value (no spaces, keys sorted): equal content gives equal text, for digests.
std::string canonical_text(const Json& value);

}  // namespace facelex
