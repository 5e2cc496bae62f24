#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "parts.hpp"

namespace facelex {
namespace {

struct DefaultPart {
  const char* name;
  int units;
  double alpha;
};
// Paper 001, supplementary table 1, DISFA.
constexpr std::array<DefaultPart, 7> default_parts = {{{"LB", 5, 1.15},
                                                       {"RB", 5, 1.15},
                                                       {"LE", 5, 0.5},
                                                       {"RE", 5, 0.5},
                                                       {"NO", 5, 1},
                                                       {"MO", 5, 1.5},
                                                       {"JA", 5, 2}}};

const DefaultPart* default_part(const std::string& name) {
  const auto* at = std::find_if(default_parts.begin(), default_parts.end(),
                                [&](const DefaultPart& part) { return name == part.name; });
  return at == default_parts.end() ? nullptr : at;
}

std::string default_parts_text(bool alphas) {
  std::string text;
  for (const DefaultPart& part : default_parts)
    text += (text.empty() ? "" : ",") + std::string(part.name) + "=" +
            (alphas ? number_text(part.alpha) : std::to_string(part.units));
  return text;
}

/// The value that a list of "LB=5" gives to a part. Looks at every entry, so that a bad one is found whatever
/// the part.
std::optional<double> value_for(const std::vector<std::string>& entries, const std::string& part,
                                const std::string& option, const std::string& bound,
                                const std::function<bool(double)>& allowed) {
  std::optional<double> found;
  std::vector<std::string> seen;
  for (const std::string& entry : entries) {
    const auto equals = entry.find('=');
    const std::string name = entry.substr(0, equals);
    const auto value =
        equals == std::string::npos ? std::nullopt : parse_double(std::string_view(entry).substr(equals + 1));
    if (!value || !allowed(*value))
      throw option_error(option, in_quotes(entry) + " is not PART=NUMBER with a number " + bound,
                         "for example " + field(option) + " LB=2,MO=3");
    if (!default_part(name))
      throw option_error(option, in_quotes(name) + " is not a part of the face",
                         "its parts are LB, RB, LE, RE, NO, MO, JA");
    if (std::find(seen.begin(), seen.end(), name) != seen.end())
      throw option_error(option, in_quotes(name) + " occurs twice");
    seen.push_back(name);
    if (name == part) found = value;
  }
  return found;
}

bool is_penalty(double value) {
  return value > 0 && std::isfinite(value);
}

}  // namespace

int default_part_units(const std::string& part) {
  const DefaultPart* found = default_part(part);
  return found ? found->units : 0;
}

double default_part_alpha(const std::string& part) {
  const DefaultPart* found = default_part(part);
  return found ? found->alpha : 0;
}

PartSettings part_settings(const DfecsOptions& options, const std::string& part) {
  const auto is_count = [](double value) {
    return value >= 0 && value <= 10000 && value == std::floor(value);
  };
  const auto units = value_for(options.part_units, part, "part-units", "0, 1, 2 …", is_count);
  const auto alpha = value_for(options.part_alpha, part, "part-alpha", "> 0", is_penalty);
  return {static_cast<int>(units.value_or(default_part_units(part))),
          alpha.value_or(default_part_alpha(part))};
}

void DfecsOptions::describe(OptionList& options) {
  training.describe(options);
  options
      .number("scale", scale, Bounds::at_least(0),
              "Factor on the signal before learning; 0: displacement from mm to template units (600/89), "
              "others as they are")
      .texts(
          "part-units", part_units,
          "Units of a part, as LB=4,MO=6; 0 leaves it out; parts not named have " + default_parts_text(false))
      .texts("part-alpha", part_alpha,
             "Sparsity penalty α of a part (equation 1), as LB=2; parts not named have " +
                 default_parts_text(true))
      .integer("units", units, Bounds::at_least(1), "Units of the whole face, q")
      .number("alpha-a", alpha_a, Bounds::at_least(0),
              "Penalty α_A of how units of the face mix those of parts (equation 2)")
      .number("alpha-b", alpha_b, Bounds::at_least(0), "Penalty α_B of the units' codes (equation 2)")
      .choice("penalty-scaling", penalty_scaling,
              {{"paper", NmfPenalty::paper}, {"sklearn", NmfPenalty::sklearn}},
              "What α_A and α_B are multiplied with: equation 2 as printed, or scikit-learn's, which weighs "
              "more")
      .number("code-alpha", code_alpha, Bounds::above(0),
              "Penalty of coding with the units (½-form: half of the α of equations 3 and 4)")
      .choice("method", method, {{"fast", DictionaryMethod::fast}, {"sklearn", DictionaryMethod::sklearn}},
              "How parts are learnt: the fast way, or by scikit-learn's iteration")
      .number("tolerance", tolerance, Bounds::at_least(0),
              "Learning of a part ends when an iteration lowers the objective by less than this share of it")
      .integer("max-iterations", max_iterations, Bounds::at_least(1), "Max iterations for each part");
  describe_precision(options, precision);
  options
      .flag("search", search,
            "Look for units and penalties by the paper's halting grid search; goes on where it stopped")
      .number("beta", beta, Bounds{0, 1, true},
              "The search looks for 1 − β of the variance explained, 1 − β/2 for each part")
      .numbers("search-alphas", search_alphas, Bounds::above(0),
               "Penalties that the search tries, in this order");
}

void DfecsOptions::check() const {
  check_bounds(*this);
  for (const DefaultPart& part : default_parts) part_settings(*this, part.name);
  if (beta == 1) throw option_error("beta", "1 is not between 0 and 1", "0.05 asks for 95 % of the variance");
  DictionaryOptions dictionary;
  dictionary.tolerance = tolerance;
  dictionary.max_iterations = max_iterations;
  dictionary.check();
  NmfOptions nmf;
  nmf.alpha_a = alpha_a;
  nmf.alpha_b = alpha_b;
  nmf.check();
}

}  // namespace facelex
