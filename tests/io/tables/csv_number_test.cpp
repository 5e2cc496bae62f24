#include "facelex/io/tables/csv_number.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "facelex/core/random.hpp"

namespace {

using facelex::longest_number;
using facelex::Random;
using facelex::read_number;
using facelex::write_number;

std::string written(double value) {
  char text[longest_number];
  return {text, write_number(text, value)};
}

std::string shortest(double value) {
  char text[64];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

/// The value of a whole text, or nothing.
bool read(const std::string& text, double& value) {
  return read_number(text.data(), text.data() + text.size(), value) == text.data() + text.size();
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

/// Values of every sort: few digits, all digits, whole, tiny, huge, and neighbours of round ones.
double any_value(Random& random) {
  const double sign = random.below(2) ? -1 : 1;
  switch (random.below(7)) {
    case 0:
      return sign * static_cast<double>(random.below(2000000)) / 1000;
    case 1:
      return sign * static_cast<double>(random.below(1000000000)) / 1e6;
    case 2:
      return random.normal();
    case 3:
      return sign * static_cast<double>(random.below(std::uint64_t{1} << (1 + random.below(62))));
    case 4:
      return std::nextafter(sign * static_cast<double>(random.below(100000)) / 100,
                            random.below(2) ? 1e9 : -1e9);
    case 5:
      return static_cast<double>(static_cast<float>(random.normal() * 300));
    default:
      for (;;) {
        const auto value = std::bit_cast<double>(random.next());
        if (std::isfinite(value)) return value;
      }
  }
}

TEST(CsvNumber, WritesWhatToCharsWrites) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Random random(seed);
    for (int i = 0; i < 20000; ++i) {
      const double value = any_value(random);
      ASSERT_EQ(written(value), shortest(value)) << "seed " << seed;
    }
  }
}

TEST(CsvNumber, WritesWhatToCharsWritesAtTheBordersOfItsShortCut) {
  std::vector<double> values = {0.0,    -0.0,     1e-3, 1e9,       1e5,    99999,
                                100000, 100000.5, 1e6,  999999999, 123456, 1200000};
  for (const double value : {1e-3, 1e9, 1e5, 0.001001, 999999999.999999, 0.000999999, 1e-6, 5e-324})
    for (const double neighbour : {std::nextafter(value, 0.0), std::nextafter(value, 1e300), value})
      values.push_back(neighbour);
  values.push_back(std::numeric_limits<double>::max());
  for (const double value : values) {
    EXPECT_EQ(written(value), shortest(value));
    EXPECT_EQ(written(-value), shortest(-value));
  }
  EXPECT_EQ(written(std::numeric_limits<double>::quiet_NaN()), "");
}

TEST(CsvNumber, ReadsBackWhatItWrote) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Random random(100 + seed);
    for (int i = 0; i < 20000; ++i) {
      const double value = any_value(random);
      double again = 0;
      ASSERT_TRUE(read(written(value), again)) << written(value);
      ASSERT_TRUE(same_bits(value, again)) << written(value);
    }
  }
}

TEST(CsvNumber, ReadsWhatStrtodReads) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Random random(200 + seed);
    for (int i = 0; i < 20000; ++i) {
      // Digits with a point somewhere, more of them than a double holds, perhaps with an exponent.
      std::string text = random.below(2) ? "-" : "";
      const auto digits = 1 + random.below(25), point = random.below(30);
      for (std::uint64_t d = 0; d < digits; ++d) {
        if (d == point) text += '.';
        text += static_cast<char>('0' + random.below(10));
      }
      if (random.below(3) == 0) text += "e" + std::to_string(static_cast<int>(random.below(80)) - 40);
      double value = 0;
      ASSERT_TRUE(read(text, value)) << text;
      ASSERT_TRUE(same_bits(value, std::strtod(text.c_str(), nullptr))) << text;
    }
  }
}

TEST(CsvNumber, ReadsSpecialNotations) {
  double value = 0;
  EXPECT_TRUE(read("+3.5", value));
  EXPECT_EQ(value, 3.5);
  EXPECT_TRUE(read(".5", value));
  EXPECT_EQ(value, 0.5);
  EXPECT_TRUE(read("5.", value));
  EXPECT_EQ(value, 5);
  EXPECT_TRUE(read("1E+2", value));
  EXPECT_EQ(value, 100);
  EXPECT_TRUE(read("1e-400", value));
  EXPECT_EQ(value, 0);
  EXPECT_TRUE(read("-nan(ind)", value));  // what Windows' OpenFace writes
  EXPECT_TRUE(std::isnan(value));
  EXPECT_TRUE(read("NaN", value));
  EXPECT_TRUE(std::isnan(value));
  EXPECT_TRUE(read("-inf", value));
  EXPECT_TRUE(std::isinf(value));
}

TEST(CsvNumber, RefusesWhatIsNoNumber) {
  double value = 0;
  for (const char* text :
       {"", "-", ".", "-.", "e5", "x", "1x", "1.2.3", "--1", "+-1", "0x10", "1e400", "1,5", "1 2"})
    EXPECT_FALSE(read(text, value)) << text;
}

}  // namespace
