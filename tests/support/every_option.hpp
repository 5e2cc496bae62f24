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

/// Options by name.
using OptionTexts = std::map<std::string, std::string>;

/// Each option of the struct, set to its text in `values` or else to another value, changes what `result`
/// gives, or is refused; one at a time. Those of `without_effect`, each with the reason why it may not change
/// anything here, change nothing. tests/core/described_options_test.cpp looks for every_option<Struct>(.
template <class Options, class Result>
void every_option(const OptionList& list, const OptionTexts& values, const Result& result,
                  const OptionTexts& without_effect = {}) {
  const auto base = result();
  for (const Option& option : list.options()) {
    SCOPED_TRACE("option " + option.name);
    const Json before = option.get();
    if (const auto text = values.find(option.name); text != values.end())
      option.set_text(text->second);
    else
      option.set(other_value(option));
    try {
      if (const auto reason = without_effect.find(option.name); reason != without_effect.end()) {
        EXPECT_EQ(result(), base) << "it has an effect after all, though: " << reason->second;
      } else {
        EXPECT_NE(result(), base) << "nothing changes";
      }
    } catch (const Error&) {
      // Refused, and so not without effect.
    }
    option.set(before);
  }
  EXPECT_EQ(result(), base) << "every option is as it was";
  for (const OptionTexts& named : {values, without_effect})
    for (const auto& [name, text] : named)
      EXPECT_TRUE(list.find(name)) << "there is no option " << name << ": " << text;
}

template <class Options, class Result>
void every_option(Options& options, const OptionTexts& values, const Result& result,
                  const OptionTexts& without_effect = {}) {
  every_option<Options>(described(options), values, result, without_effect);
}

}  // namespace facelex::test
