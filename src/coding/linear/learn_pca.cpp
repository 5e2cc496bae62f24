#include <algorithm>
#include <utility>

#include "coding/learn_signal.hpp"
#include "facelex/coding/dfecs/positive_units.hpp"
#include "facelex/coding/encode.hpp"
#include "facelex/coding/learn.hpp"
#include "facelex/coding/linear/pca_system.hpp"
#include "facelex/core/error.hpp"
#include "facelex/factor/pca.hpp"

namespace facelex {
namespace {

/// Fills the group's mean and atoms; returns its summary, and adds its variance to the totals.
Json learn_group(LinearModel& model, const UnitGroup& group, const TrainingData& data, bool centred,
                 const Work& work, double& variance, double& explained, std::vector<Message>& warnings) {
  const RowMatrix samples = model.group_samples(group, data.values);
  if (group.units > samples.cols())
    throw usage_error(std::to_string(group.units) + " components of the " + group.description +
                          " are more than its " + std::to_string(samples.cols()) + " columns",
                      "ask for at most as many");
  if (samples.rows() < std::max<Eigen::Index>(2, group.units))
    throw data_error({},
                     std::to_string(samples.rows()) + " frames are too few for " +
                         std::to_string(group.units) + " components of the " + group.description,
                     "learn from more frames, or ask for fewer");
  const Pca pca = fit_pca(samples, group.units, centred, work);
  const double total = (samples.rowwise() - pca.mean.transpose()).squaredNorm() /
                       static_cast<double>(samples.rows() - (centred ? 1 : 0));
  if (total == 0)
    throw data_error(
        {}, "the " + group.description + " never moves in " + std::to_string(samples.rows()) + " frames",
        "learn from other recordings");
  for (std::size_t i = 0; i < group.columns.size(); ++i) {
    const auto at = static_cast<Eigen::Index>(i);
    model.mean[group.columns[i]] = pca.mean[at];
    model.atoms.col(group.columns[i]).segment(group.first_unit, group.units) = pca.components.col(at);
  }
  variance += total;
  explained += pca.variance.sum();
  const RowMatrix codes = pca.encode(samples);
  // Units stand by decreasing variance.
  const Eigen::Index telling = (pca.variance_share.head(group.units).array() >= 1e-12).count();
  if (telling < group.units)
    warnings.push_back(
        group.name + "-" + std::to_string(telling + 1) +
        (telling + 1 < group.units ? " to " + group.name + "-" + std::to_string(group.units) : "") +
        ": explaining nothing, one of many equal choices; ask for fewer units");
  Json units = Json::array();
  for (Eigen::Index k = 0; k < group.units; ++k) {
    const double squares = codes.col(k).squaredNorm(), positive = codes.col(k).cwiseMax(0).squaredNorm();
    units.push_back({{"name", model.units[static_cast<std::size_t>(group.first_unit + k)].name},
                     {"variance", pca.variance[k]},
                     {"variance_explained", pca.variance_share[k]},
                     {"mean_magnitude", codes.col(k).cwiseAbs().mean()},
                     {"share_positive", squares > 0 ? positive / squares : 0}});
  }
  return {
      {"name", group.name}, {"variance_explained", pca.variance_share.sum()}, {"units", std::move(units)}};
}

/// What learn_groups learns.
struct LearntGroups {
  LinearModel model;
  std::vector<Message> warnings;

  LearnResult as_pca(std::string_view kind) && {
    return {std::make_unique<PcaSystem>(std::move(model), kind), std::move(warnings)};
  }
};

template <class Options>
LearntGroups learn_groups(LinearModel model, const TrainingData& data, const Options& options, bool centred,
                          const Work& work) {
  std::vector<Message> warnings = data.warnings();
  Json groups = Json::array();
  double variance = 0, explained = 0;
  for (const auto& group : model.groups)
    groups.push_back(learn_group(model, group, data, centred, work, variance, explained, warnings));
  model.options = options_json(options);
  model.training = data.summary();
  model.training["variance_explained"] = explained / variance;
  model.training["groups"] = std::move(groups);
  return {std::move(model), std::move(warnings)};
}

/// [U −U] of a model with one group: each unit followed by its negative.
LinearModel signed_pairs_of(const LinearModel& pca) {
  LinearModel pairs = pca;
  pairs.units.clear();
  pairs.atoms.resize(2 * pca.atoms.rows(), pca.atoms.cols());
  for (Eigen::Index k = 0; k < pca.atoms.rows(); ++k) {
    const Column& unit = pca.units[static_cast<std::size_t>(k)];
    pairs.atoms.row(2 * k) = pca.atoms.row(k);
    pairs.atoms.row(2 * k + 1) = (0 - pca.atoms.row(k).array()).matrix();
    for (const char* sign : {"+", "-"})
      pairs.units.push_back({unit.name + sign, unit.description + ", " + sign, unit.unit});
  }
  pairs.groups.front().units *= 2;
  return pairs;
}

/// The e_* of a fit or of a fitted face's expression, which also hold the head's pose.
std::vector<Eigen::Index> columns_of_expression(const Recording& header) {
  std::vector<Eigen::Index> columns;
  for (std::size_t i = 0; i < header.columns.size(); ++i)
    if (header.columns[i].name.starts_with("e_")) columns.push_back(static_cast<Eigen::Index>(i));
  return columns;
}

/// The columns of all features that the signal has; of expression its coefficients; or all columns.
std::vector<Eigen::Index> columns_of_face(const Recording& header, const PcaOptions& options,
                                          const std::string& file) {
  require_movement(header, file);
  if (header.kind == SignalKind::expression ||
      (header.kind == SignalKind::fit && options.fit_part == FitPart::expression))
    if (auto columns = columns_of_expression(header); !columns.empty()) return columns;
  std::vector<Eigen::Index> columns;
  for (const auto& feature : facial_features(options.signal.features)) {
    const auto own = feature_columns(feature, header.columns);
    columns.insert(columns.end(), own.begin(), own.end());
  }
  if (columns.empty())
    for (std::size_t i = 0; i < header.columns.size(); ++i)
      if (!accompanies_codes(header.columns[i].name)) columns.push_back(static_cast<Eigen::Index>(i));
  std::sort(columns.begin(), columns.end());
  return columns;
}

}  // namespace

void PcaOptions::describe(OptionList& options) {
  training.describe(options);
  signal.describe(options);
  options.choice("fit-part", fit_part,
                 {{"displacement", FitPart::displacement}, {"expression", FitPart::expression}},
                 "Which part of the recordings of facelex fit is learnt from");
  options.integer("components", components, Bounds::at_least(1), "Number of principal components")
      .flag("signed-pairs", signed_pairs,
            "Each component and its negative as units of non-negative codes, about zero (paper 001)")
      .number("code-alpha", code_alpha, Bounds::above(0),
              "With signed pairs: penalty of coding, ½-form, in the unit of the scaled signal");
}

void LocalPcaOptions::describe(OptionList& options) {
  training.describe(options);
  signal.describe(options);
  describe_atoms(options, atoms);
}

void LocalPcaOptions::check() const {
  check_bounds(*this);
  allocate(signal.features, atoms);
}

LearnResult learn_pca(const std::vector<NamedFile>& inputs, const PcaOptions& options, const Work& work) {
  check_bounds(options);
  const TrainingData data = read_training_data(
      inputs,
      [&](const Recording& header, const std::string& file) {
        return columns_of_face(header, options, file);
      },
      options.training, work);
  LinearModel model = empty_model(data, options.signal, {});
  std::vector<Eigen::Index> all(data.columns.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<Eigen::Index>(i);
  add_group(model, "PC", "whole face", std::move(all), options.components,
            options.signal.scaled_unit(data.kind, unit_of(data)));
  LearntGroups learnt = learn_groups(std::move(model), data, options, !options.signed_pairs, work);
  if (!options.signed_pairs) return std::move(learnt).as_pca(PcaSystem::global_kind);
  return {std::make_unique<PositiveUnits>(PositiveUnits::signed_pairs_kind, signed_pairs_of(learnt.model),
                                          options.code_alpha),
          std::move(learnt.warnings)};
}

LearnResult learn_local_pca(const std::vector<NamedFile>& inputs, const LocalPcaOptions& options,
                            const Work& work) {
  const auto allocation = allocate(options.signal.features, options.atoms);
  const TrainingData data = read_training_data(
      inputs,
      [&](const Recording& header, const std::string& file) {
        return columns_of_features(header, allocation, file);
      },
      options.training, work);
  return learn_groups(empty_model(data, options.signal, allocation), data, options, true, work)
      .as_pca(PcaSystem::local_kind);
}

}  // namespace facelex
