#pragma once

#include <string>

namespace facelex {

/// What the options neutral-frame and neutral-file have to do with where the neutral comes from.
struct NeutralChoice {
  bool by_frame = false, by_file = false;
  long long frame = 0;
  std::string file;
  const char* kind;         ///< what the file is: "a recording"
  const char* placeholder;  ///< "CSV"
};

/// Throws Error (usage) for a source without its option and for an option without its source.
void check_neutral(const NeutralChoice& choice);

}  // namespace facelex
