#pragma once

#include <filesystem>
#include <string>

#include "facelex/core/message.hpp"

namespace facelex {

/// A file (or a folder that is one item) and what it is called: results are named after it.
struct NamedFile {
  std::filesystem::path file;  ///< as it can be opened from here
  std::string name;            ///< path below the common folder of the inputs, without extension
  std::string problem = {};    ///< why it cannot be used at all (no such file), or empty
  std::string remedy = "check the path";
};

/// What of the inputs is not in a result, and why.
struct LeftOut {
  std::string name;
  Message reason;
};

}  // namespace facelex
