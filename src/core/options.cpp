#include "facelex/core/options.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"

namespace facelex {
namespace {

std::string value_text(const Json& value) {
  if (value.is_number_float()) {
    const double number = value.get<double>();
    return in_quotes(std::isnan(number) ? "nan" : number_text(number));  // which is empty of a missing value
  }
  return in_quotes(value.is_string() ? value.get<std::string>()
                                     : value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

[[noreturn]] void refuse(const std::string& name, const Json& value, const std::string& expected) {
  throw option_error(name, value_text(value) + " is not " + expected);
}

std::string numbers_of(const Bounds& bounds, const char* noun) {
  const std::string range = bounds.text();
  return range.empty() ? noun : std::string(noun) + " " + range;
}

std::string joined(const std::vector<std::string>& words, const char* separator) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : separator) + word;
  return text;
}

/// A number that may be written as a text, as it is on the command line and in the files of old versions.
std::optional<double> number_in(const Json& value) {
  if (value.is_number()) return value.get<double>();
  return value.is_string() ? parse_double(value.get<std::string>()) : std::nullopt;
}

std::optional<std::int64_t> integer_in(const Json& value) {
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max())
    return std::nullopt;
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number_float()) return parse_integer(number_text(value.get<double>()));
  return value.is_string() ? parse_integer(value.get<std::string>()) : std::nullopt;
}

/// The words between the commas; empty ones do not count.
Json words_of(std::string_view text) {
  Json list = Json::array();
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    const auto word = trimmed(text.substr(0, comma));
    if (!word.empty()) list.push_back(std::string(word));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return list;
}

/// `number_of(item)` gives a number or nothing.
template <class Number, class NumberOf>
Option list_option(const std::string& name, Option::Type type, const char* one, std::vector<Number>& field,
                   Bounds bounds, const Message& help, const NumberOf& number_of) {
  Option o{name, help, type, bounds, {}, {}, {}, {}};
  o.get = [&field] { return Json(field); };
  o.set = [&field, bounds, name, one, number_of](const Json& value) {
    const Json items = value.is_string() ? words_of(value.get<std::string>()) : value;
    if (!items.is_array() || items.empty())
      refuse(name, value, "a list of numbers, of which each is " + numbers_of(bounds, one));
    std::vector<Number> numbers;
    for (const Json& item : items) {
      const auto number = number_of(item);
      if (!number || !bounds.contains(static_cast<double>(*number)) ||
          static_cast<double>(*number) > static_cast<double>(std::numeric_limits<Number>::max()) ||
          static_cast<double>(*number) < static_cast<double>(std::numeric_limits<Number>::lowest()))
        refuse(name, item, numbers_of(bounds, one));
      numbers.push_back(static_cast<Number>(*number));
    }
    field = std::move(numbers);
  };
  return o;
}

template <class Integer>
Option integer_option(const std::string& name, Integer& field, Bounds bounds, const Message& help) {
  Option o{name, help, Option::Type::integer, bounds, {}, {}, {}, {}};
  o.get = [&field] { return Json(field); };
  o.set = [&field, bounds, name](const Json& value) {
    const auto given = value.is_number_integer() ? std::optional(value.template get<std::int64_t>())
                       : value.is_number_float() ? parse_integer(number_text(value.template get<double>()))
                                                 : std::nullopt;
    if (!given || !bounds.contains(static_cast<double>(*given)) ||
        *given > std::numeric_limits<Integer>::max() || *given < std::numeric_limits<Integer>::min())
      refuse(name, value, numbers_of(bounds, "a whole number"));
    field = static_cast<Integer>(*given);
  };
  return o;
}

}  // namespace

std::string Bounds::text() const {
  const bool has_low = std::isfinite(low), has_high = std::isfinite(high);
  if (has_low && has_high && low_excluded) return "> " + number_text(low) + " and ≤ " + number_text(high);
  if (has_low && has_high) return number_text(low) + " … " + number_text(high);
  if (has_low) return (low_excluded ? "> " : "≥ ") + number_text(low);
  if (has_high) return "≤ " + number_text(high);
  return {};
}

bool Bounds::contains(double value) const {
  return std::isfinite(value) && value <= high && (low_excluded ? value > low : value >= low);
}

void Option::set_text(std::string_view text) const {
  switch (type) {
    case Type::flag:
      if (text != "true" && text != "false") refuse(name, Json(std::string(text)), "true or false");
      return set(text == "true");
    case Type::integer:
      if (const auto value = parse_integer(text); value && bounds.contains(static_cast<double>(*value)))
        return set(*value);
      refuse(name, Json(std::string(text)), numbers_of(bounds, "a whole number"));
    case Type::number:
      if (const auto value = parse_double(text); value && bounds.contains(*value)) return set(*value);
      refuse(name, Json(std::string(text)), numbers_of(bounds, "a number"));
    case Type::texts:
      return set(words_of(text));
    case Type::integers:
    case Type::numbers:
    case Type::text:
    case Type::choice:
      return set(std::string(text));
  }
}

std::string Option::allowed_text() const {
  if (!choices.empty()) return joined(choices, "|");
  return bounds.text();
}

OptionList& OptionList::add(Option option) {
  option.default_value = option.get();
  options_.push_back(std::move(option));
  return *this;
}

OptionList& OptionList::flag(const std::string& name, bool& field, const Message& help) {
  Option o{name, help, Option::Type::flag, {}, {}, {}, {}, {}};
  o.get = [&field] { return Json(field); };
  o.set = [&field, name](const Json& value) {
    if (!value.is_boolean()) refuse(name, value, "true or false");
    field = value.get<bool>();
  };
  return add(std::move(o));
}

OptionList& OptionList::integer(const std::string& name, int& field, Bounds bounds, const Message& help) {
  return add(integer_option(name, field, bounds, help));
}

OptionList& OptionList::integer(const std::string& name, long long& field, Bounds bounds,
                                const Message& help) {
  return add(integer_option(name, field, bounds, help));
}

OptionList& OptionList::number(const std::string& name, double& field, Bounds bounds, const Message& help) {
  Option o{name, help, Option::Type::number, bounds, {}, {}, {}, {}};
  o.get = [&field] { return Json(field); };
  o.set = [&field, bounds, name](const Json& value) {
    if (!value.is_number() || !bounds.contains(value.get<double>()))
      refuse(name, value, numbers_of(bounds, "a number"));
    field = value.get<double>();
  };
  return add(std::move(o));
}

OptionList& OptionList::text(const std::string& name, std::string& field, const Message& help) {
  Option o{name, help, Option::Type::text, {}, {}, {}, {}, {}};
  o.get = [&field] { return Json(field); };
  o.set = [&field, name](const Json& value) {
    if (!value.is_string()) refuse(name, value, "a text");
    field = value.get<std::string>();
  };
  return add(std::move(o));
}

OptionList& OptionList::texts(const std::string& name, std::vector<std::string>& field, const Message& help) {
  Option o{name, help, Option::Type::texts, {}, {}, {}, {}, {}};
  o.get = [&field] { return Json(field); };
  o.set = [&field, name](const Json& value) {
    const bool texts_only = value.is_array() && std::all_of(value.begin(), value.end(), [](const Json& item) {
                              return item.is_string();
                            });
    if (!texts_only) refuse(name, value, "a list of texts");
    field = value.get<std::vector<std::string>>();
  };
  return add(std::move(o));
}

OptionList& OptionList::integers(const std::string& name, std::vector<int>& field, Bounds bounds,
                                 const Message& help) {
  return add(list_option(name, Option::Type::integers, "a whole number", field, bounds, help, integer_in));
}

OptionList& OptionList::numbers(const std::string& name, std::vector<double>& field, Bounds bounds,
                                const Message& help) {
  return add(list_option(name, Option::Type::numbers, "a number", field, bounds, help, number_in));
}

OptionList& OptionList::add_choice(const std::string& name, std::vector<std::string> names,
                                   std::function<std::string()> get,
                                   std::function<void(const std::string&)> set, const Message& help) {
  Option o{name, help, Option::Type::choice, {}, names, {}, {}, {}};
  o.get = [get = std::move(get)] { return Json(get()); };
  o.set = [set = std::move(set), names = std::move(names), name](const Json& value) {
    if (!value.is_string() || std::find(names.begin(), names.end(), value.get<std::string>()) == names.end())
      refuse(name, value, "one of " + joined(names, ", "));
    set(value.get<std::string>());
  };
  return add(std::move(o));
}

const Option* OptionList::find(std::string_view name) const {
  for (const auto& option : options_)
    if (option.name == name) return &option;
  return nullptr;
}

void OptionList::append(const OptionList& others) {
  options_.insert(options_.end(), others.options_.begin(), others.options_.end());
}

void OptionList::remove(std::string_view name) {
  std::erase_if(options_, [&](const Option& option) { return option.name == name; });
}

void OptionList::take_defaults(const OptionList& standard) {
  for (std::size_t i = 0; i < options_.size() && i < standard.options_.size(); ++i)
    options_[i].default_value = standard.options_[i].get();
}

Json OptionList::to_json() const {
  Json object = Json::object();
  for (const auto& option : options_) object[option.name] = option.get();
  return object;
}

Json OptionList::changed() const {
  Json object = Json::object();
  for (const auto& option : options_)
    if (auto value = option.get(); value != option.default_value) object[option.name] = std::move(value);
  return object;
}

void OptionList::check() const {
  for (const auto& option : options_) option.set(option.get());
}

void OptionList::from_json(const Json& object, std::string_view place) {
  const std::string where(place);
  if (!object.is_object())
    throw usage_error(where + ": expected an object of options, found " + value_text(object));
  std::vector<std::string> known;
  for (const auto& option : options_) known.push_back(option.name);
  for (const auto& [name, value] : object.items()) {
    const Option* option = find(name);
    if (!option) {
      const auto nearest = nearest_word(name, known);
      throw usage_error(where + ": unknown option " + in_quotes(name),
                        nearest ? "did you mean '" + *nearest + "'?" : "known: " + joined(known, ", "));
    }
    try {
      option->set(value);
    } catch (const Error& error) {
      throw error.with_place({where, 0, {}});
    }
  }
}

std::optional<std::string> nearest_word(std::string_view word, const std::vector<std::string>& known) {
  std::size_t min_distance = word.size() / 2 + 1;
  std::optional<std::string> nearest;
  for (const auto& candidate : known) {
    std::vector<std::size_t> row(candidate.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < word.size(); ++i) {
      std::size_t diagonal = row[0]++;
      for (std::size_t j = 0; j < candidate.size(); ++j) {
        const std::size_t replaced = diagonal + (word[i] != candidate[j]);
        diagonal = row[j + 1];
        row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
      }
    }
    if (row.back() < min_distance) {
      min_distance = row.back();
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace facelex
