#pragma once

#include <filesystem>
#include <string>

namespace facelex {

/// A file (or a folder that is one item) and what it is called: results are named after it.
struct NamedFile {
  std::filesystem::path file;  ///< as it can be opened from here
  std::string name;            ///< path below the common folder of the inputs, without extension
  std::string problem = {};    ///< why it cannot be used at all (no such file), or empty
};

}  // namespace facelex
