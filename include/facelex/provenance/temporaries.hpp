#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "facelex/io/atomic_file.hpp"

namespace facelex {

/// Removes the temporary files below a folder that killed processes of this machine left
/// (is_stale_temporary).
void remove_stale_temporaries(const std::filesystem::path& folder);
/// Of one file, and of those beside it whose names begin as its own do (model.checkpoint.safetensors).
void remove_stale_temporaries_of(const std::filesystem::path& file);

/// Says to other processes that this one works in a folder, while it lives: a hidden temporary file, which a
/// killed process leaves to remove_stale_temporaries.
class RunningMark {
 public:
  /// `work`: processes of one work tell of each other. Throws Error when nothing can be written there.
  RunningMark(const std::filesystem::path& folder, const std::string& work);

  /// Numbers of the other processes of this machine that work in this folder now, in their order.
  std::vector<std::string> others() const;

 private:
  AtomicFile file_;
};

}  // namespace facelex
