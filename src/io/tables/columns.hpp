#pragma once

#include <string>
#include <vector>

#include "facelex/core/error.hpp"

namespace facelex {

/// What the columns of a table of frames are, found from its header.
struct TableColumns {
  /// What a column holds; `signal` columns are counted in their order.
  enum class Role : unsigned char {
    signal,
    frame,
    face_id,
    timestamp,
    confidence,
    success,
    identity,
    skipped
  };

  std::vector<std::string> names;  ///< of all columns of the file
  std::vector<Role> roles;         ///< of each of them
  std::vector<std::string> signals;
  bool is_pyfeat = false;
  bool has_frame = false, has_success = false;

  /// Throws Error (data) at `place` (the header) for columns that cannot be told apart or have no name, and
  /// for a header without signals.
  TableColumns(std::vector<std::string> header, const Place& place);
};

}  // namespace facelex
