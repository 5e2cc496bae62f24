#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace facelex {

/// Appends the shortest decimal text that reads back to the same double. NaN appends nothing: in our tables
/// a missing value is an empty field. Infinity appends "inf" or "-inf".
void append_number(std::string& text, double value);
std::string number_text(double value);

/// Reads a whole field as a double: optional spaces around, decimal or scientific notation, "nan", "inf".
/// Nothing when any other character stands in it or when it is empty.
std::optional<double> parse_double(std::string_view field);
/// Reads a whole field as an integer; also "12.0", as some programs write whole numbers.
std::optional<std::int64_t> parse_integer(std::string_view field);

/// The text without spaces, tabs and carriage returns at both ends.
std::string_view trimmed(std::string_view text);

/// "12.0 s", "3 min 20 s", "2 h 05 min": for progress lines and reports.
std::string duration_text(double seconds);

/// Orders names as people do: "clip2" before "clip10". Total order; ties are broken bytewise.
bool natural_less(std::string_view a, std::string_view b);

}  // namespace facelex
