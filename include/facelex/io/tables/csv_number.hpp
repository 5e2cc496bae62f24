#pragma once

namespace facelex {

/// Reads a decimal number ("-12", "3.25", "6e-3", "nan", "inf") that begins at `begin`, without blanks before
/// it, to the nearest double. Returns where it ends, or null when none begins there or when it is too large
/// for a double. Requires *end to be readable and no digit, point, sign or letter (a line's '\n' or '\0').
///
/// Numbers of up to 15 or so digits are m/10^k with m < 2^53 and k ≤ 22: both are doubles, so one division
/// gives the correctly rounded result (Clinger 1990, "How to read floating point numbers accurately"). All
/// others go to std::from_chars.
const char* read_number(const char* begin, const char* end, double& value);

/// The longest text that write_number makes.
inline constexpr int longest_number = 32;

/// Writes the shortest text that reads back to the same double, the same as std::to_chars makes, and returns
/// its end. NaN writes nothing. Requires longest_number bytes at `to`.
///
/// A value that is m/10^6 with m < 10^15 is written from the digits of m: of the decimals of at most 15
/// digits exactly one reads back to a given double, so it is the shortest. All others go to std::to_chars.
char* write_number(char* to, double value);

}  // namespace facelex
