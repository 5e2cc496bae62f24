#include "facelex/coding/linear/facial_basis_import.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/face/schemes/landmark_scheme.hpp"
#include "facelex/face/schemes/signal_columns.hpp"
#include "facelex/io/pickle/pickle.hpp"

namespace facelex {
namespace {

using Type = PickleValue::Type;

constexpr Eigen::Index points = 51, axes = 3;

struct ReleasedFeature {
  const char* key;
  const char* name;
  const char* description;
  std::vector<int> points;  ///< iBUG-51 numbers in the order of the columns of `components_`
};

const std::array<ReleasedFeature, 6>& released_features() {
  static const std::array<ReleasedFeature, 6> features = {
      {{"lb", "LB", "image-left brow (the subject's right)", {0, 1, 2, 3, 4}},
       {"rb", "RB", "image-right brow (the subject's left)", {5, 6, 7, 8, 9}},
       {"no", "NO", "nose", {10, 11, 12, 13, 14, 15, 16, 17, 18}},
       {"le", "LE", "image-left eye (the subject's right)", {19, 20, 21, 22, 23, 24}},
       {"re", "RE", "image-right eye (the subject's left)", {25, 26, 27, 28, 29, 30}},
       {"mo", "MO", "mouth", {31, 32, 33, 34, 35, 36, 43, 44, 45, 46,
                              37, 38, 39, 40, 41, 42, 47, 48, 49, 50}}}};
  return features;
}

[[noreturn]] void refuse_release(const std::string& file, const std::string& field, const std::string& what) {
  throw data_error({file, 0, field}, what,
                   "expected the dictionary of Facial Basis 1.0 as its authors released it");
}

/// One feature's DictionaryLearning object.
class ReleasedDictionary {
 public:
  ReleasedDictionary(const PickleValue& release, const ReleasedFeature& feature, const std::string& file)
      : feature_(feature), file_(file), object_(release.find(feature.key)) {
    if (!object_) refuse_release(file_, feature_.key, "this feature is missing");
    if (object_->type != Type::object || !object_->class_name.ends_with("DictionaryLearning"))
      refuse_release(file_, feature_.key, "is not a DictionaryLearning of scikit-learn");
    const PickleValue& algorithm = field("transform_algorithm");
    if (!algorithm.equals("lasso_cd"))
      refuse("transform_algorithm", "is " + in_quotes(algorithm.text) + ", not lasso_cd");
    for (const char* name : {"positive_code", "split_sign"})
      if (const PickleValue& flag = field(name); flag.type != Type::boolean || flag.integer != 0)
        refuse(name, "is not False");
  }

  double alpha() const {
    const double alpha = number(field("transform_alpha"), "transform_alpha");
    if (!(alpha > 0) || !std::isfinite(alpha)) refuse("transform_alpha", number_text(alpha) + " is not > 0");
    return alpha;
  }

  /// K×(3·points), all X, all Y, all Z.
  RowMatrix components() const {
    const PickleValue& array = field("components_");
    const auto width = axes * static_cast<Eigen::Index>(feature_.points.size());
    if (array.type != Type::array || array.shape.size() != 2 || array.shape[0] < 1 ||
        array.shape[1] != width) {
      std::string shape;
      for (const auto size : array.shape) shape += (shape.empty() ? "" : "×") + std::to_string(size);
      refuse("components_", (shape.empty() ? "is not an array" : "is of shape " + shape) +
                                ", expected atoms × " + std::to_string(width) + " (three axes of " +
                                std::to_string(feature_.points.size()) + " points)");
    }
    const auto numbers = pickle_numbers(array, file_ + ": " + feature_.key + ".components_");
    RowMatrix atoms = Eigen::Map<const RowMatrix>(numbers.data(), array.shape[0], width);
    for (Eigen::Index k = 0; k < atoms.rows(); ++k)
      if (!atoms.row(k).allFinite())
        refuse("components_", "atom " + std::to_string(k + 1) + " holds a value that is not finite");
    return atoms;
  }

  /// What the file says of learning and of the codes of each unit; fields that it lacks are left out.
  Json summary(const std::vector<std::string>& unit_names) const {
    Json group = {{"name", feature_.name}};
    if (const PickleValue* errors = object_->find("error_"); errors && !errors->items.empty())
      group["objective"] = number(*errors->items.back(), "error_");
    if (const PickleValue* iterations = object_->find("n_iter_"))
      group["iterations"] = static_cast<std::int64_t>(number(*iterations, "n_iter_"));
    Json units = Json::array();
    for (const auto& name : unit_names) units.push_back({{"name", name}});
    if (const PickleValue* statistics = object_->find("stats")) {
      add_statistics(*statistics, "mean", units, [](Json& unit) -> Json& { return unit["mean"]; });
      add_statistics(*statistics, "std", units, [](Json& unit) -> Json& { return unit["sd"]; });
      constexpr std::array<std::pair<const char*, const char*>, 7> quantiles = {{{"min_0.5pctl", "0.005"},
                                                                                 {"min_2.5pctl", "0.025"},
                                                                                 {"Q1", "0.25"},
                                                                                 {"median", "0.5"},
                                                                                 {"Q3", "0.75"},
                                                                                 {"max_97.5pctl", "0.975"},
                                                                                 {"max_99.5pctl", "0.995"}}};
      for (const auto& [key, name] : quantiles)
        add_statistics(*statistics, key, units,
                       [name = name](Json& unit) -> Json& { return unit["quantiles"][name]; });
    }
    group["units"] = std::move(units);
    return group;
  }

 private:
  [[noreturn]] void refuse(const std::string& name, const std::string& what) const {
    refuse_release(file_, std::string(feature_.key) + "." + name, what);
  }

  const PickleValue& field(const char* name) const {
    const PickleValue* value = object_->find(name);
    if (!value) refuse(name, "is missing");
    return *value;
  }

  double number(const PickleValue& value, const char* name) const {
    if (value.type == Type::number) return value.number;
    if (value.type == Type::integer) return static_cast<double>(value.integer);
    refuse(name, "is not a number");
  }

  template <class Field>
  void add_statistics(const PickleValue& statistics, const char* key, Json& units, Field field_of) const {
    const PickleValue* array = statistics.find(key);
    if (!array) return;
    const auto values = array->type == Type::array
                            ? pickle_numbers(*array, file_ + ": " + feature_.key + ".stats." + key)
                            : std::vector<double>();
    if (values.size() != units.size())
      refuse(std::string("stats.") + key,
             "does not have a number for each of the " + std::to_string(units.size()) + " atoms");
    for (std::size_t k = 0; k < values.size(); ++k) field_of(units[k]) = values[k];
  }

  const ReleasedFeature& feature_;
  const std::string& file_;
  const PickleValue* object_;
};

/// NumPy saves a dict as an array of one object without dimensions.
const PickleValue& unwrapped(const PickleValue& root) {
  return root.type == Type::array && root.shape.empty() && root.items.size() == 1 ? *root.items.front()
                                                                                  : root;
}

void check_release(const PickleValue& release, const std::string& file) {
  if (release.type != Type::dict) refuse_release(file, {}, "holds no dict");
  const PickleValue* absolute = release.find("use_abs");
  if (!absolute) refuse_release(file, "use_abs", "is missing");
  if (absolute->type != Type::boolean || absolute->integer != 1)
    refuse_release(file, "use_abs", "is not True: codes would be normalised in a way that is not known");
  for (std::size_t i = 0; i + 1 < release.items.size(); i += 2) {
    const PickleValue& key = *release.items[i];
    const bool known = key.equals("use_abs") || key.equals("num_comps") || key.equals("chosen_feats") ||
                       std::any_of(released_features().begin(), released_features().end(),
                                   [&](const auto& feature) { return key.equals(feature.key); });
    if (!known) refuse_release(file, {}, "holds " + in_quotes(key.text) + ", which is not a known feature");
  }
}

}  // namespace

void FacialBasisImportOptions::describe(OptionList& options) {
  options.number(
      "eye-distance", eye_distance, Bounds::above(0),
      "facial-basis: distance of the outer eye corners of the face whose displacements will be coded, in "
      "their unit; the dictionary's is 89, an adult's in mm");
}

void FacialBasisImportOptions::check() const {
  check_bounds(*this);
}

std::unique_ptr<FacialBasis> import_facial_basis(const std::filesystem::path& path,
                                                 const FacialBasisImportOptions& options) {
  options.check();
  const std::string file = path.string();
  const Pickle pickle(path);
  const PickleValue& release = unwrapped(pickle.root());
  check_release(release, file);

  LinearModel model;
  model.input_kind = SignalKind::displacement;
  model.input_columns = displacement_columns(ibug_numbers(LandmarkScheme::points_51));
  model.scale = adult_eye_distance_mm / options.eye_distance;
  model.mean = Eigen::VectorXd::Zero(axes * points);
  model.atoms.resize(0, axes * points);
  Json groups = Json::array();
  double alpha = 0;
  for (const auto& feature : released_features()) {
    const ReleasedDictionary dictionary(release, feature, file);
    if (alpha > 0 && dictionary.alpha() != alpha)
      refuse_release(file, std::string(feature.key) + ".transform_alpha",
                     number_text(dictionary.alpha()) + " differs from the " + number_text(alpha) +
                         " of the features before");
    alpha = dictionary.alpha();
    const RowMatrix components = dictionary.components();
    const Eigen::Index first = model.atoms.rows();
    UnitGroup group{feature.name, feature.description, {}, first, components.rows()};
    model.atoms.conservativeResize(first + components.rows(), Eigen::NoChange);
    model.atoms.bottomRows(components.rows()).setZero();
    const auto count = static_cast<Eigen::Index>(feature.points.size());
    for (Eigen::Index i = 0; i < axes * count; ++i) {
      const Eigen::Index column = i / count * points + feature.points[static_cast<std::size_t>(i % count)];
      model.atoms.col(column).tail(components.rows()) = components.col(i);
      group.columns.push_back(column);
    }
    std::sort(group.columns.begin(), group.columns.end());
    std::vector<std::string> names;
    for (Eigen::Index k = 1; k <= components.rows(); ++k) {
      names.push_back(group.name + "-" + std::to_string(k));
      model.units.push_back({names.back(),
                             std::string(feature.description) + ", unit " + std::to_string(k) + " of " +
                                 std::to_string(components.rows()) + "; column " +
                                 std::to_string(first + k - 1) + " of the published dictionary",
                             "mm, outer eye corners 89 mm apart"});
    }
    groups.push_back(dictionary.summary(names));
    model.groups.push_back(std::move(group));
  }
  model.options = options_json(options);
  model.training = {{"source", path.filename().string()},
                    {"source_sha256", sha256_of_file(path)},
                    {"licence", "the authors': CC BY-NC 4.0"},
                    {"groups", std::move(groups)}};
  return std::make_unique<FacialBasis>(std::move(model), alpha);
}

}  // namespace facelex
