#pragma once

#include <string>
#include <string_view>

namespace facelex {

/// The text as a terminal may show it, in one line: control characters (C0, DEL and C1, which a terminal
/// takes for commands) as \x1b. Bytes that are not UTF-8 stay as they are.
std::string printable(std::string_view text);

}  // namespace facelex
