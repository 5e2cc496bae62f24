#pragma once

#include <string>

namespace facelex {

/// The path as it stands in a message: quoted and whole, where in_quotes would cut a value of 40 characters.
inline std::string path_in_quotes(const std::string& path) {
  return "'" + path + "'";
}

}  // namespace facelex
