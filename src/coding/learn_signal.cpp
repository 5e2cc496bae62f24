#include "learn_signal.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "column_names.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/face/pose/registration.hpp"

namespace facelex {
namespace {

constexpr std::array<std::pair<const char*, int>, 9> default_numbers = {
    {{"LB", 5}, {"RB", 5}, {"NO", 3}, {"LE", 7}, {"RE", 7}, {"MO", 23}, {"UL", 12}, {"LL", 11}, {"JA", 5}}};

std::string default_numbers_text() {
  std::string text;
  for (const auto& [name, atoms] : default_numbers)
    text += (text.empty() ? "" : ",") + std::string(name) + "=" + std::to_string(atoms);
  return text;
}

/// "MO=10"
std::pair<std::string, int> parsed(const std::string& entry) {
  const auto equals = entry.find('=');
  const auto number =
      equals == std::string::npos ? std::nullopt : parse_integer(std::string_view(entry).substr(equals + 1));
  if (!number || *number < 0 || *number > 10000)
    throw option_error("atoms", in_quotes(entry) + " is not FEATURE=NUMBER with a whole number 0 … 10000",
                       "for example " + field("atoms") + " MO=10,NO=4");
  return {entry.substr(0, equals), static_cast<int>(*number)};
}

}  // namespace

int default_atoms(const std::string& feature) {
  for (const auto& [name, atoms] : default_numbers)
    if (feature == name) return atoms;
  return 0;
}

void describe_atoms(OptionList& options, std::vector<std::string>& atoms) {
  options.texts("atoms", atoms,
                "Units of a feature, as MO=10,NO=4; 0 leaves it out; features not named have " +
                    default_numbers_text());
}

std::vector<Allocation> allocate(FeatureDivision division, const std::vector<std::string>& given) {
  const auto features = facial_features(division);
  std::vector<std::string> names;
  names.reserve(features.size());
  for (const auto& feature : features) names.push_back(feature.name);
  std::map<std::string, int> wanted;
  for (const auto& entry : given) {
    const auto [name, units] = parsed(entry);
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      std::string known;
      for (const auto& one : names) known += (known.empty() ? "" : ", ") + one;
      throw option_error("atoms", in_quotes(name) + " is not a feature of this division",
                         "its features are " + known);
    }
    if (!wanted.emplace(name, units).second) throw option_error("atoms", in_quotes(name) + " occurs twice");
  }
  std::vector<Allocation> allocation;
  for (const auto& feature : features) {
    const auto own = wanted.find(feature.name);
    const int units = own == wanted.end() ? default_atoms(feature.name) : own->second;
    if (units > 0) allocation.push_back({feature, units});
  }
  if (allocation.empty()) throw option_error("atoms", "no feature has any units");
  return allocation;
}

void SignalOptions::describe(OptionList& options) {
  options
      .choice("features", features,
              {{"facial-basis", FeatureDivision::facial_basis},
               {"split-mouth", FeatureDivision::split_mouth},
               {"dfecs", FeatureDivision::dfecs}},
              "How the face is divided: six features, seven with the lips apart, or seven with the jaw line")
      .number("scale", scale, Bounds::at_least(0),
              "Factor on the signal before coding; 0: keypoint motion to millimetres (89/600), others as "
              "they are");
}

double SignalOptions::factor(SignalKind kind) const {
  if (scale > 0) return scale;
  return kind == SignalKind::keypoint_motion ? adult_eye_distance_mm / template_eye_distance : 1;
}

std::string SignalOptions::scaled_unit(SignalKind kind, const std::string& unit) const {
  if (scale == 0 && kind == SignalKind::keypoint_motion) return "mm";
  return factor(kind) == 1 ? unit : number_text(factor(kind)) + " × " + (unit.empty() ? "1" : unit);
}

void require_movement(const Recording& header, const std::string& file) {
  if (header.kind == SignalKind::landmarks)
    throw data_error({file, 1, {}}, "holds landmarks, whose pixels mix movement with head and place",
                     "run facelex standardize on it first");
  if (header.kind == SignalKind::tokens)
    throw data_error({file, 1, {}}, "holds tokens, which have no magnitude", "learn from signals");
}

std::vector<Eigen::Index> columns_of_features(const Recording& header,
                                              const std::vector<Allocation>& allocation,
                                              const std::string& file) {
  require_movement(header, file);
  std::vector<Eigen::Index> columns;
  for (const auto& [feature, units] : allocation) {
    const auto own = feature_columns(feature, header.columns);
    if (own.empty())
      throw data_error(
          {file, 1, {}},
          "no column moves with the " + feature.description + " (" + feature.name + "): expected dx_" +
              std::to_string(feature.points.front()) + " … or dX_… of its points, the file holds " +
              std::string(kind_name(header.kind)) + ": " + some_names(header.columns),
          "learn from keypoint motion or displacement, or leave the feature out: " + field("atoms") + " " +
              feature.name + "=0");
    columns.insert(columns.end(), own.begin(), own.end());
  }
  std::sort(columns.begin(), columns.end());
  return columns;
}

std::string unit_of(const TrainingData& data) {
  return data.columns.front().unit;
}

LinearModel empty_model(const TrainingData& data, const SignalOptions& signal,
                        const std::vector<Allocation>& allocation) {
  LinearModel model;
  model.input_kind = data.kind;
  model.input_columns = data.columns;
  model.scale = signal.factor(data.kind);
  model.mean = Eigen::VectorXd::Zero(data.values.cols());
  model.atoms.resize(0, data.values.cols());
  const std::string unit = signal.scaled_unit(data.kind, unit_of(data));
  for (const auto& [feature, units] : allocation)
    add_group(model, feature.name, feature.description, feature_columns(feature, data.columns), units, unit);
  return model;
}

void add_group(LinearModel& model, const std::string& name, const std::string& description,
               std::vector<Eigen::Index> columns, int units, const std::string& unit) {
  const Eigen::Index first = model.atoms.rows();
  model.groups.push_back({name, description, std::move(columns), first, units});
  for (int k = 1; k <= units; ++k)
    model.units.push_back({name + "-" + std::to_string(k),
                           description + ", unit " + std::to_string(k) + " of " + std::to_string(units),
                           unit});
  model.atoms.conservativeResize(first + units, Eigen::NoChange);
  model.atoms.bottomRows(units).setZero();
}

}  // namespace facelex
