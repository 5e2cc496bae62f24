#include "facelex/io/tables/csv_number.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <system_error>

namespace facelex {
namespace {

constexpr std::array<double, 23> powers_of_ten = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

const char* read_any_number(const char* begin, const char* end, double& value) {
  const char* first = begin;
  if (*first == '+' && end - first > 1 && first[1] != '-') ++first;
  const auto [last, error] = std::from_chars(first, end, value);
  if (error == std::errc()) return last;
  if (error != std::errc::result_out_of_range) return nullptr;
  // Too near to zero for a double is zero; too large is not a number that we can hold.
  for (const char* c = first; c != last; ++c) {
    if ((*c == 'e' || *c == 'E') && c[1] == '-') {
      value = *first == '-' ? -0.0 : 0.0;
      return last;
    }
  }
  return nullptr;
}

bool is_digit(char c) {
  return static_cast<unsigned char>(c - '0') < 10;
}

}  // namespace

const char* read_number(const char* begin, const char* end, double& value) {
  const char* c = begin;
  const bool negative = *c == '-';
  c += negative;
  const char* const digits_begin = c;
  std::uint64_t mantissa = 0;
  while (is_digit(*c)) mantissa = mantissa * 10 + static_cast<std::uint64_t>(*c++ - '0');
  const char* const point = c;
  std::ptrdiff_t digits = c - digits_begin, decimals = 0;
  if (*c == '.') {
    ++c;
    while (is_digit(*c)) mantissa = mantissa * 10 + static_cast<std::uint64_t>(*c++ - '0');
    decimals = c - point - 1;
    digits += decimals;
  }
  // Nineteen digits fit into the mantissa without overflow.
  const bool simple = digits > 0 && digits <= 19 && (mantissa >> 53) == 0 && (*c | 0x20) != 'e';
  if (!simple) return read_any_number(begin, end, value);
  const double magnitude = static_cast<double>(mantissa) / powers_of_ten[static_cast<std::size_t>(decimals)];
  value = negative ? -magnitude : magnitude;
  return c;
}

char* write_number(char* to, double value) {
  if (std::isnan(value)) return to;
  const double magnitude = std::abs(value);
  // Below a thousandth and from whole numbers of 10^5 on, to_chars may prefer the scientific notation.
  if (magnitude >= 1e-3 && magnitude < 1e9) {
    // Rounded to the wrong neighbour, it fails the test below, and to_chars writes the number.
    const auto millionths =
        static_cast<std::uint64_t>(magnitude * 1e6 + 0.5);  // NOLINT(bugprone-incorrect-roundings)
    const auto whole = static_cast<std::uint32_t>(millionths / 1000000);
    auto rest = static_cast<std::uint32_t>(millionths % 1000000);
    if (static_cast<double>(millionths) / 1e6 == magnitude && (rest != 0 || whole < 100000)) {
      if (value < 0) *to++ = '-';
      to = std::to_chars(to, to + 10, whole).ptr;
      if (rest == 0) return to;
      char decimals[7] = {'.'};
      for (int i = 6; i > 0; --i) {
        decimals[i] = static_cast<char>('0' + rest % 10);
        rest /= 10;
      }
      int length = 7;
      while (decimals[length - 1] == '0') --length;
      std::memcpy(to, decimals, sizeof decimals);
      return to + length;
    }
  }
  return std::to_chars(to, to + longest_number, value).ptr;
}

}  // namespace facelex
