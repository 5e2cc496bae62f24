#include <cmath>
#include <utility>

#include "facelex/coding/facial_basis.hpp"
#include "facelex/coding/learn.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/factor/dictionary_learning.hpp"
#include "learn_signal.hpp"
#include "unit_canon.hpp"

namespace facelex {
namespace {

DictionaryOptions dictionary_options(const FacialBasisOptions& options) {
  DictionaryOptions dictionary;
  dictionary.alpha = options.alpha;
  dictionary.tolerance = options.tolerance;
  dictionary.max_iterations = options.max_iterations;
  dictionary.seed = options.training.seed;
  return dictionary;
}

/// Columns that move in some frame. The others are left out of learning, lest the noise of a replaced atom
/// moves a point that never moves.
std::vector<Eigen::Index> moving_columns(const RowMatrix& samples) {
  std::vector<Eigen::Index> moving;
  for (Eigen::Index d = 0; d < samples.cols(); ++d)
    if (!samples.col(d).isZero(0)) moving.push_back(d);
  return moving;
}

class FacialBasisLearner {
 public:
  FacialBasisLearner(const TrainingData& data, const FacialBasisOptions& options, const Work& work)
      : data_(data), options_(options), work_(work) {
    work_.progress = [this, &work](std::int64_t done, std::int64_t) { work.report(iterations_ + done, 0); };
  }

  LearnResult run(const std::vector<Allocation>& allocation) {
    LinearModel model = empty_model(data_, options_.signal, allocation);
    Json groups = Json::array();
    double squares = 0, residual = 0;
    for (const auto& group : model.groups) {
      const GroupResult learnt = learn_group(model, group);
      for (std::size_t i = 0; i < group.columns.size(); ++i)
        model.atoms.col(group.columns[i]).segment(group.first_unit, group.units) =
            learnt.atoms.col(static_cast<Eigen::Index>(i));
      groups.push_back(learnt.summary);
      squares += learnt.squares;
      residual += learnt.residual;
    }
    model.options = options_json(options_);
    model.training = data_.summary();
    model.training["variance_explained"] = 1 - residual / squares;
    model.training["groups"] = std::move(groups);
    LearnResult result{std::make_unique<FacialBasis>(std::move(model), options_.alpha), data_.warnings()};
    result.warnings.insert(result.warnings.end(), warnings_.begin(), warnings_.end());
    return result;
  }

 private:
  struct GroupResult {
    RowMatrix atoms;  ///< units × columns of the group
    double squares = 0, residual = 0;
    Json summary;
  };

  GroupResult learn_group(const LinearModel& model, const UnitGroup& group) {
    const RowMatrix all = model.group_samples(group, data_.values);
    const auto moving = moving_columns(all);
    if (moving.empty())
      throw data_error({},
                       "the " + group.description + " (" + group.name + ") never moves in " +
                           std::to_string(all.rows()) + " frames",
                       "learn from other recordings, or leave it out: --atoms " + group.name + "=0");
    if (all.rows() < group.units)
      throw data_error({},
                       std::to_string(all.rows()) + " frames are too few for " + std::to_string(group.units) +
                           " atoms of the " + group.description,
                       "learn from more frames, or ask for fewer atoms: --atoms " + group.name + "=" +
                           std::to_string(all.rows()));
    const RowMatrix samples = all(Eigen::all, moving);
    DictionaryResult learnt = learn_dictionary(samples, group.units, dictionary_options(options_), work_);
    iterations_ += learnt.iterations;
    LassoOptions lasso;
    lasso.alpha = options_.alpha;
    RowMatrix codes = sparse_encode(samples, learnt.atoms, lasso, work_).codes;
    const auto uses = make_canonical(learnt.atoms, codes);

    GroupResult result;
    result.atoms = RowMatrix::Zero(group.units, all.cols());
    result.atoms(Eigen::all, moving) = learnt.atoms;
    result.squares = samples.squaredNorm();
    result.residual = (samples - codes * learnt.atoms).squaredNorm();
    result.summary = {{"name", group.name},
                      {"objective", learnt.objective.back()},
                      {"iterations", learnt.iterations},
                      {"converged", learnt.converged},
                      {"replaced_atoms", learnt.resampled},
                      {"variance_explained", 1 - result.residual / result.squares}};
    Json units = Json::array();
    for (std::size_t k = 0; k < uses.size(); ++k) {
      Json unit = {{"name", model.units[static_cast<std::size_t>(group.first_unit) + k].name}};
      unit.update(uses[k].json());
      units.push_back(std::move(unit));
    }
    result.summary["units"] = std::move(units);
    warn(group, learnt, uses);
    return result;
  }

  void warn(const UnitGroup& group, const DictionaryResult& learnt, const std::vector<UnitUse>& uses) {
    if (!learnt.converged) {
      std::string fall;
      if (learnt.objective.size() > 1) {
        const double last = learnt.objective.back(), before = learnt.objective[learnt.objective.size() - 2];
        fall = ": the last lowered the objective by " + number_text((before - last) / last) + " of it, and " +
               number_text(options_.tolerance) + " was asked for";
      }
      warnings_.push_back(group.name + ": not converged after " + std::to_string(learnt.iterations) +
                          " iterations" + fall + "; raise --max-iterations or --tolerance");
    }
    for (std::size_t k = 0; k < uses.size(); ++k)
      if (uses[k].share_active == 0)
        warnings_.push_back(group.name + "-" + std::to_string(k + 1) +
                            ": no frame uses it; ask for fewer atoms or lower --alpha");
  }

  const TrainingData& data_;
  const FacialBasisOptions& options_;
  Work work_;
  std::int64_t iterations_ = 0;
  std::vector<std::string> warnings_;
};

}  // namespace

void FacialBasisOptions::describe(OptionList& options) {
  training.describe(options);
  signal.describe(options);
  describe_atoms(options, atoms);
  options
      .number("alpha", alpha, Bounds::above(0),
              "Sparsity penalty of ½‖X−ZW‖² + alpha‖Z‖₁ in the unit of the scaled signal; paper 000's λ/2")
      .number("tolerance", tolerance, Bounds::at_least(0),
              "Learning ends when an iteration lowers the objective by less than this share of it")
      .integer("max-iterations", max_iterations, Bounds::at_least(1), "Most iterations for each feature");
}

void FacialBasisOptions::check() const {
  allocate(signal.features, atoms);
  dictionary_options(*this).check();
}

LearnResult learn_facial_basis(const std::vector<TrainingInput>& inputs, const FacialBasisOptions& options,
                               const Work& work) {
  options.check();
  const auto allocation = allocate(options.signal.features, options.atoms);
  const TrainingData data = read_training_data(
      inputs,
      [&](const Recording& header, const std::string& file) {
        return columns_of_features(header, allocation, file);
      },
      options.training, work);
  return FacialBasisLearner(data, options, work).run(allocation);
}

}  // namespace facelex
