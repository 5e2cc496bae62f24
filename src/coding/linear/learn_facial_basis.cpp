#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "coding/learn_signal.hpp"
#include "facelex/coding/learn.hpp"
#include "facelex/coding/linear/facial_basis.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "feature_dictionary.hpp"

namespace facelex {
namespace {

/// The model to start from; throws unless it is of the same columns and scale.
std::unique_ptr<FacialBasis> start_model(const std::string& file, const LinearModel& model) {
  if (file.empty()) return nullptr;
  const ModelFile read = read_model(file);
  const auto refuse = [&](const std::string& what) {
    return data_error({file, 0, {}}, "cannot be started from: " + what,
                      "start from a model that was learnt from such recordings with the same " +
                          field("features") + " and " + field("scale"));
  };
  if (read.kind != FacialBasis::model_kind)
    throw refuse("it is of kind " + read.kind + ", not " + std::string(FacialBasis::model_kind));
  std::unique_ptr<FacialBasis> basis = FacialBasis::from_model(read);
  const auto same_name = [](const Column& a, const Column& b) { return a.name == b.name; };
  if (!std::equal(model.input_columns.begin(), model.input_columns.end(), basis->input_columns().begin(),
                  basis->input_columns().end(), same_name))
    throw refuse("its input columns are not those of the recordings and features");
  if (basis->model().scale != model.scale)
    throw refuse("its signals are scaled by " + number_text(basis->model().scale) + ", these by " +
                 number_text(model.scale));
  return basis;
}

class FacialBasisLearner {
 public:
  FacialBasisLearner(const TrainingData& data, const FacialBasisOptions& options, const Work& work)
      : data_(data), options_(options), work_(work) {
    work_.progress = [this, &work](std::int64_t done, std::int64_t) { work.report(iterations_ + done, 0); };
  }

  LearnResult run(const std::vector<Allocation>& allocation) {
    model_ = empty_model(data_, options_.signal, {});
    const auto start = start_model(options_.start_from, model_);
    std::optional<ColumnMirror> mirror;
    if (options_.structure.mirrored) {
      mirror = column_mirror(data_.columns);
      if (!mirror)
        throw option_error("mirrored", "not every feature has its mirror image among those learnt",
                           "give left and right features atoms, or leave out " + field("mirrored"));
    }
    const ColumnMirror* const mirror_pointer = mirror ? &*mirror : nullptr;
    for (auto& features : learnt_together(allocation, data_.columns, mirror_pointer)) {
      const FeatureProblem problem(data_, model_.scale, std::move(features), mirror_pointer);
      FeatureDictionary learnt = learn_feature(problem, options_, start_atoms(problem, start.get()), work_);
      iterations_ += learnt.iterations;
      warnings_.insert(warnings_.end(), learnt.warnings.begin(), learnt.warnings.end());
      for (std::size_t side = 0; side < problem.features().size(); ++side)
        sides_.push_back({problem.features()[side], learnt.of_side(problem, side)});
    }
    return result(allocation);
  }

 private:
  struct Side {
    FeatureColumns feature;
    FeatureUnits units;
  };

  static std::optional<RowMatrix> start_atoms(const FeatureProblem& problem, const FacialBasis* start) {
    if (!start) return std::nullopt;
    const LinearModel& model = start->model();
    // By its columns: the published dictionary calls LB what is RB here.
    const FeatureColumns& feature = problem.features().front();
    const auto group = std::find_if(model.groups.begin(), model.groups.end(),
                                    [&](const UnitGroup& one) { return one.columns == feature.columns; });
    if (group == model.groups.end() || group->units != problem.units())
      throw data_error({},
                       field("start-from") + ": the model has " +
                           std::to_string(group == model.groups.end() ? 0 : group->units) + " atoms of the " +
                           feature.description + ", not the " + std::to_string(problem.units()) +
                           " that are to be learnt",
                       "ask for as many with " + field("atoms") + ", or start from another model");
    return problem.gathered(model.atoms.middleRows(group->first_unit, group->units));
  }

  /// Groups stand in the order of the allocation, whatever was learnt together.
  LearnResult result(const std::vector<Allocation>& allocation) {
    Json groups = Json::array();
    double squares = 0, residual = 0;
    std::optional<UnitHierarchy> hierarchy;
    if (options_.structure.merge_above < 1) {
      hierarchy.emplace();
      hierarchy->merge_above = options_.structure.merge_above;
      hierarchy->level = options_.structure.level;
      hierarchy->parent_atoms.resize(0, model_.atoms.cols());
      hierarchy->leaf_atoms.resize(0, model_.atoms.cols());
    }
    const std::string unit = options_.signal.scaled_unit(data_.kind, unit_of(data_));
    for (const Allocation& allotted : allocation) {
      const auto side = std::find_if(sides_.begin(), sides_.end(), [&](const Side& one) {
        return one.feature.name == allotted.feature.name;
      });
      groups.push_back(add_feature_units(model_, side->feature, side->units, unit, hierarchy));
      squares += side->units.squares;
      residual += side->units.residual;
    }
    model_.options = options_json(options_);
    model_.training = data_.summary();
    model_.training["variance_explained"] = 1 - residual / squares;
    model_.training["groups"] = std::move(groups);
    LearnResult result{std::make_unique<FacialBasis>(std::move(model_), options_.alpha, std::move(hierarchy)),
                       data_.warnings()};
    result.warnings.insert(result.warnings.end(), warnings_.begin(), warnings_.end());
    return result;
  }

  const TrainingData& data_;
  const FacialBasisOptions& options_;
  Work work_;
  LinearModel model_;
  std::vector<Side> sides_;
  std::int64_t iterations_ = 0;
  std::vector<Message> warnings_;
};

}  // namespace

void AtomOptions::describe(OptionList& options) {
  options
      .flag(
          "mirrored", mirrored,
          "Right atoms are mirror images of the left ones; those of nose and mouth are symmetric or in pairs")
      .number("coherence", coherence, Bounds::at_least(0),
              "Weight γ of the penalty γ·Σ(w_i·w_j)² per frame on atoms that are alike, in mm²; 0: none")
      .number("merge-above", merge_above, Bounds{0, 1, true},
              "Atoms with |cos| of at least this become one unit; the model keeps the tree; 1: none")
      .choice("level", level, {{"parents", UnitLevel::parents}, {"leaves", UnitLevel::leaves}},
              "Which level of that tree the units are: what atoms were merged into, or the atoms as learnt");
}

void AtomOptions::check() const {
  check_bounds(*this);
  if (level == UnitLevel::leaves && merge_above == 1)
    throw usage_error(field("level") + " leaves has no meaning without " + field("merge-above"),
                      "give " + field("merge-above") + ", or leave it out");
}

void FacialBasisOptions::describe(OptionList& options) {
  training.describe(options);
  signal.describe(options);
  describe_atoms(options, atoms);
  options
      .number("alpha", alpha, Bounds::above(0),
              "Sparsity penalty of ½‖X−ZW‖² + alpha‖Z‖₁ in the unit of the scaled signal; paper 000's λ/2")
      .number("tolerance", tolerance, Bounds::at_least(0),
              "Learning ends when an iteration lowers the objective by less than this share of it")
      .integer("max-iterations", max_iterations, Bounds::at_least(1), "Max iterations for each feature")
      .choice("method", method, {{"fast", DictionaryMethod::fast}, {"sklearn", DictionaryMethod::sklearn}},
              "How the objective is brought down: with extrapolation, or by scikit-learn's own iteration");
  structure.describe(options);
  options
      .number("balance", balance, Bounds::between(0, 1),
              "How strongly frames are weighted down the more frames move alike: 0 not at all, 1 until every "
              "kind of movement counts the same")
      .text("start-from", start_from, "Model file of a facial basis whose atoms learning begins with");
  describe_memory(options, memory);
  describe_precision(options, precision);
}

void FacialBasisOptions::check() const {
  check_bounds(*this);
  allocate(signal.features, atoms);
  structure.check();
  check_memory(memory, training);
  if (memory > 0 && balance > 0)
    throw usage_error(field("balance") + " weighs frames by all others, so that all must be in memory",
                      "leave out " + field("memory") + ", or bound the frames with " + field("max-frames"));
  dictionary_options(*this).check();
}

LearnResult learn_facial_basis(const std::vector<NamedFile>& inputs, const FacialBasisOptions& options,
                               const Work& work) {
  options.check();
  const auto allocation = allocate(options.signal.features, options.atoms);
  const TrainingData data = read_training_data(
      inputs,
      [&](const Recording& header, const std::string& file) {
        return columns_of_features(header, allocation, file);
      },
      options.training, work, memory_in_bytes(options.memory));
  return FacialBasisLearner(data, options, work).run(allocation);
}

}  // namespace facelex
