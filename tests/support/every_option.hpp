#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "facelex/core/error.hpp"
#include "facelex/core/options.hpp"

namespace facelex::test {

/// Another value than the option has, within its bounds: the other flag, another choice, a number nearby.
inline Json other_value(const Option& option) {
  const Json value = option.get();
  switch (option.type) {
    case Option::Type::flag:
      return !value.get<bool>();
    case Option::Type::integer:
      return value.get<long long>() + 1;
    case Option::Type::number: {
      const double number = value.get<double>();
      const double above = number == 0 ? 0.25 : number * 1.25;
      return option.bounds.contains(above) ? above : number * 0.75;
    }
    case Option::Type::choice:
      return option.choices.front() == value ? option.choices.back() : option.choices.front();
    default:
      ADD_FAILURE() << option.name << " is text: say which, in `values`";
      return value;
  }
}

/// Each option of the struct, set to its text in `values` or else to another value, changes what `result`
/// gives, or is refused; one at a time. tests/core/described_options_test.cpp looks for
/// every_option<Struct>(.
template <class Options, class Result>
void every_option(Options& options, const std::map<std::string, std::string>& values, const Result& result) {
  const auto base = result();
  const OptionList list = described(options);
  for (const Option& option : list.options()) {
    SCOPED_TRACE("option " + option.name);
    const Json before = option.get();
    if (const auto text = values.find(option.name); text != values.end())
      option.set_text(text->second);
    else
      option.set(other_value(option));
    try {
      EXPECT_NE(result(), base) << "nothing changes";
    } catch (const Error&) {
      // Refused, and so not without effect.
    }
    option.set(before);
  }
  EXPECT_EQ(result(), base) << "every option is as it was";
}

}  // namespace facelex::test
