#include "facelex/core/text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "facelex/core/random.hpp"

namespace {

using namespace facelex;

TEST(Text, NumbersReadBackToTheSameDouble) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    for (int i = 0; i < 5000; ++i) {
      const auto value = std::bit_cast<double>(random.next());
      if (std::isnan(value)) continue;
      const auto again = parse_double(number_text(value));
      ASSERT_TRUE(again) << number_text(value);
      ASSERT_EQ(std::bit_cast<std::uint64_t>(*again), std::bit_cast<std::uint64_t>(value))
          << number_text(value);
    }
  }
}

TEST(Text, NumbersAreShort) {
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(-3), "-3");
  EXPECT_EQ(number_text(1e300), "1e+300");
  EXPECT_EQ(number_text(std::nan("")), "");
  EXPECT_EQ(number_text(-std::numeric_limits<double>::infinity()), "-inf");
  std::string text = "x=";
  append_number(text, 2.5);
  EXPECT_EQ(text, "x=2.5");
}

TEST(Text, ParsesDoubles) {
  EXPECT_EQ(parse_double(" 12.5\t"), 12.5);
  EXPECT_EQ(parse_double("+2e-3\r"), 2e-3);
  EXPECT_EQ(parse_double("1e-400"), 0.0);
  EXPECT_TRUE(std::isnan(parse_double("nan").value()));
  EXPECT_TRUE(std::isinf(parse_double("-inf").value()));
  for (const char* text : {"", " ", "+", "-", "+-1", "1e400", "1,5", "1 2", "0x10", "one", "1.2.3", "1e"})
    EXPECT_FALSE(parse_double(text)) << text;
}

TEST(Text, ParsesIntegers) {
  EXPECT_EQ(parse_integer("12"), 12);
  EXPECT_EQ(parse_integer(" -7 "), -7);
  EXPECT_EQ(parse_integer("12.0"), 12);
  EXPECT_EQ(parse_integer("1e3"), 1000);
  EXPECT_EQ(parse_integer("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  for (const char* text : {"", "1.5", "9223372036854775808", "1e300", "nan", "inf", "12a", "-"})
    EXPECT_FALSE(parse_integer(text)) << text;
}

TEST(Text, Trims) {
  EXPECT_EQ(trimmed(" \ta b\r "), "a b");
  EXPECT_EQ(trimmed(" \r\t"), "");
  EXPECT_EQ(trimmed(""), "");
}

TEST(Text, SaysDurations) {
  EXPECT_EQ(duration_text(12), "12.0 s");
  EXPECT_EQ(duration_text(200), "3 min 20 s");
  EXPECT_EQ(duration_text(7500), "2 h 05 min");
}

TEST(Text, NaturalOrder) {
  std::vector<std::string> names = {"clip10", "clip2",  "clip02", "clip1",  "Clip3",
                                    "clip",   "clip1b", "a10b2",  "a10b10", "a9z"};
  std::sort(names.begin(), names.end(), natural_less);
  EXPECT_EQ(names, (std::vector<std::string>{"Clip3", "a9z", "a10b2", "a10b10", "clip", "clip1", "clip1b",
                                             "clip02", "clip2", "clip10"}));
  EXPECT_TRUE(natural_less("f99999999999999999999", "f100000000000000000000"));  // beyond 64 bits
}

TEST(Text, NaturalOrderIsATotalOrder) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Random random(seed);
    std::vector<std::string> names(12);
    for (auto& name : names)
      for (std::uint64_t i = 0, length = random.below(6); i < length; ++i)
        name += "a0019-\xc3"[random.below(7)];
    for (const auto& a : names) {
      EXPECT_FALSE(natural_less(a, a)) << a;
      for (const auto& b : names) {
        if (a != b) {
          EXPECT_NE(natural_less(a, b), natural_less(b, a)) << a << " " << b;
        }
        for (const auto& c : names) {
          if (natural_less(a, b) && natural_less(b, c)) {
            EXPECT_TRUE(natural_less(a, c)) << a << " " << b << " " << c;
          }
        }
      }
    }
  }
}

}  // namespace
