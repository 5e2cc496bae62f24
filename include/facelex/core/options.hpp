#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "facelex/core/json.hpp"
#include "facelex/core/message.hpp"

namespace facelex {

/// Bounds of a numeric option; `above` excludes the lower bound itself.
struct Bounds {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_excluded = false;

  static Bounds at_least(double low) { return {low, std::numeric_limits<double>::infinity(), false}; }
  static Bounds above(double low) { return {low, std::numeric_limits<double>::infinity(), true}; }
  static Bounds between(double low, double high) { return {low, high, false}; }
  /// "≥ 0", "> 0", "0 … 1", "> 0 and ≤ 1", or nothing.
  std::string text() const;
  /// Whether it is a finite number within them.
  bool contains(double value) const;
};

/// One field of an options struct: everything that the command line, the JSON configuration, the sidecar and
/// the documentation say about it comes from here. The default is the value that the field had when it was
/// described.
struct Option {
  enum class Type { flag, integer, number, text, choice, texts, integers, numbers };

  std::string name;  ///< kebab-case; "name" in JSON
  Message help;      ///< one sentence, with the unit
  Type type = Type::text;
  Bounds bounds;                     ///< integer, number; of each one of integers, numbers
  std::vector<std::string> choices;  ///< choice
  Json default_value;  ///< the field's initialiser, through described(); else its value when it was described
  std::function<Json()> get;
  /// Sets the field. Throws Error (usage) that names the option, the value and what is allowed.
  std::function<void(const Json&)> set;

  /// Sets the field from the text of a command-line argument ("true"/"false" for a flag).
  void set_text(std::string_view text) const;
  /// "[≥ 0]", "[fast|default]" and the like, for help.
  std::string allowed_text() const;
};

/// The fields of one options struct. Each algorithm has one such struct with
///   `void describe(OptionList& options);`  binding every field, its help and bounds, and
///   `void check() const;`                  check_bounds(*this), then the rules across fields.
/// The struct must outlive the list.
class OptionList {
 public:
  OptionList& flag(const std::string& name, bool& field, const Message& help);
  OptionList& integer(const std::string& name, int& field, Bounds bounds, const Message& help);
  OptionList& integer(const std::string& name, long long& field, Bounds bounds, const Message& help);
  OptionList& number(const std::string& name, double& field, Bounds bounds, const Message& help);
  OptionList& text(const std::string& name, std::string& field, const Message& help);
  /// A comma-separated list on the command line, an array in JSON.
  OptionList& texts(const std::string& name, std::vector<std::string>& field, const Message& help);
  /// One whole number or more, each within the bounds: separated by commas on the command line, an array in
  /// JSON.
  OptionList& integers(const std::string& name, std::vector<int>& field, Bounds bounds, const Message& help);
  /// One number or more, likewise.
  OptionList& numbers(const std::string& name, std::vector<double>& field, Bounds bounds,
                      const Message& help);
  /// An enumeration by its names.
  template <class Enum>
  OptionList& choice(const std::string& name, Enum& field,
                     const std::vector<std::pair<std::string, Enum>>& values, const Message& help) {
    std::vector<std::string> names;
    names.reserve(values.size());
    for (const auto& value : values) names.push_back(value.first);
    auto get = [&field, values] {
      for (const auto& [text, value] : values)
        if (value == field) return text;
      return std::string();
    };
    auto set = [&field, values](const std::string& given) {
      for (const auto& [text, value] : values)
        if (text == given) field = value;
    };
    return add_choice(name, std::move(names), std::move(get), std::move(set), help);
  }

  const std::vector<Option>& options() const { return options_; }
  const Option* find(std::string_view name) const;

  /// The other list's fields after these.
  void append(const OptionList& others);
  /// Leaves out the field of that name.
  void remove(std::string_view name);
  /// Takes the values that the fields of `standard`, the same struct as it is constructed, have now as
  /// defaults.
  void take_defaults(const OptionList& standard);

  /// All fields as an object, in the order of their description.
  Json to_json() const;
  /// Only the fields that differ from their default.
  Json changed() const;
  /// Throws Error (usage) for the first field whose value is not allowed: one that code has set.
  void check() const;
  /// Sets the fields named in `object`. Throws Error (usage) for an unknown name (with the nearest known one)
  /// or a bad value; `place` (for example "run.json: extract") begins the message.
  void from_json(const Json& object, std::string_view place);

 private:
  OptionList& add(Option option);
  OptionList& add_choice(const std::string& name, std::vector<std::string> names,
                         std::function<std::string()> get, std::function<void(const std::string&)> set,
                         const Message& help);

  std::vector<Option> options_;
};

/// The described fields of an options struct; their defaults are its initialisers, whatever its values are
/// now.
template <class Options>
OptionList described(Options& options) {
  OptionList list, standard_list;
  options.describe(list);
  Options standard{};
  standard.describe(standard_list);
  list.take_defaults(standard_list);
  return list;
}

/// Throws Error (usage) for the first field of the struct whose value is outside of what describe() allows.
/// `arguments` are what its describe() takes more than the list.
template <class Options, class... Arguments>
void check_bounds(Options options, const Arguments&... arguments) {
  OptionList list;
  options.describe(list, arguments...);
  list.check();
}

/// The options as JSON; needs no mutable struct.
template <class Options>
Json options_json(Options options) {
  return described(options).to_json();
}

/// The known word nearest to `word` by edit distance, if near enough to be what was meant.
std::optional<std::string> nearest_word(std::string_view word, const std::vector<std::string>& known);

}  // namespace facelex
