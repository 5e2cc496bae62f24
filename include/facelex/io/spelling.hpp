#pragma once

#include <string>
#include <string_view>

namespace facelex {

/// Unicode's composed form (NFC) of a text: an accent may be written in two ways. What is not UTF-8 stays as it is.
std::string composed(std::string_view text);

/// Equal for texts that a person takes for one name: composed and compatible forms (NFKC), letter case, surrounding and
/// repeated spaces, zeros that lead a number ("S01", "s1 "). What is not UTF-8 is only trimmed.
std::string spelling_key(std::string_view text);

/// In what two texts of one spelling_key differ: "letter case", "leading zeros", "spaces", or "how a letter is encoded".
std::string spelling_difference(std::string_view a, std::string_view b);

}  // namespace facelex
