#pragma once

#include <string>

namespace facelex {

/// The name without "." and doubled or final slashes; "a/../b" is "b".
std::string plain_name(const std::string& name);

/// Why an output cannot have this plain name (it is none, or leads out of the output folder), or empty.
std::string problem_of_name(const std::string& plain);

/// Equal for names that a file system or a reader may take for one: without spaces at the ends of each part,
/// in Unicode's composed form (NFC). A part that is not UTF-8 stands for itself.
std::string name_key(const std::string& plain);

}  // namespace facelex
