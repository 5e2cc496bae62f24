#include "parts.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"

namespace facelex {

std::vector<DfecsPart> moving_parts(const TrainingData& data, double scale, Precision precision,
                                    std::vector<Message>& warnings, const Work& work) {
  std::vector<DfecsPart> parts;
  for (const FacialFeature& feature : facial_features(FeatureDivision::dfecs)) {
    DfecsPart part{feature, feature_columns(feature, data.columns), {}, {}, {}};
    for (const auto column : part.columns)
      if (!data.values.col(column).isZero(0)) part.moving.push_back(column);
    if (part.moving.empty()) {
      warnings.push_back("the " + feature.description + " (" + feature.name + ") " +
                         (part.columns.empty() ? "has no columns" : "never moves") + " and has no units");
      continue;
    }
    part.samples = std::make_unique<const RowMatrix>(data.values(Eigen::all, part.moving) * scale);
    part.learner = std::make_unique<DictionaryLearner>(*part.samples, Eigen::VectorXd(), work, precision);
    parts.push_back(std::move(part));
  }
  if (parts.empty())
    throw data_error({}, "no part of the face moves in " + std::to_string(data.values.rows()) + " frames",
                     "learn from other recordings");
  return parts;
}

PartFit fit_part(const DfecsPart& part, const PartSettings& settings, const DfecsOptions& options,
                 const ObservedColumns& observed, const Work& work) {
  const std::string of_part = " units of the " + part.feature.description;
  if (settings.units > static_cast<int>(part.moving.size()))
    throw option_error("part-units",
                       std::to_string(settings.units) + of_part + " (" + part.feature.name +
                           ") are more than its " + std::to_string(part.moving.size()) + " moving columns",
                       "ask for at most as many");
  if (settings.units > part.samples->rows())
    throw data_error({},
                     std::to_string(part.samples->rows()) + " frames are too few for " +
                         std::to_string(settings.units) + of_part,
                     "learn from more frames, or ask for fewer: " + field("part-units") + " " +
                         part.feature.name + "=" + std::to_string(part.samples->rows()));
  DictionaryOptions dictionary;
  dictionary.alpha = settings.alpha;
  dictionary.tolerance = options.tolerance;
  dictionary.max_iterations = options.max_iterations;
  dictionary.positive_codes = true;
  dictionary.method = options.method;
  dictionary.seed = options.training.seed;
  PartFit fit{part.learner->learn(settings.units, dictionary, work), 0};
  fit.residual = observed.residual(*part.samples, part.moving, fit.learnt.codes, fit.learnt.atoms, work);
  return fit;
}

std::vector<Eigen::Index> order_by_use(const RowMatrix& atoms, const RowMatrix& codes) {
  const Eigen::RowVectorXd use = codes.colwise().sum();
  std::vector<Eigen::Index> order(static_cast<std::size_t>(atoms.rows()));
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  std::sort(order.begin(), order.end(), [&](Eigen::Index a, Eigen::Index b) {
    if (use[a] != use[b]) return use[a] > use[b];
    const auto row_a = atoms.row(a), row_b = atoms.row(b);
    return std::lexicographical_compare(row_b.begin(), row_b.end(), row_a.begin(), row_a.end());
  });
  return order;
}

Json use_of_positive(const std::vector<Column>& units, const RowMatrix& codes) {
  Json list = Json::array();
  const auto frames = static_cast<double>(codes.rows());
  for (std::size_t k = 0; k < units.size(); ++k) {
    const auto column = codes.col(static_cast<Eigen::Index>(k));
    list.push_back({{"name", units[k].name},
                    {"mean_magnitude", column.sum() / frames},
                    {"share_active", static_cast<double>((column.array() != 0).count()) / frames}});
  }
  return list;
}

PartLevel learn_parts(const std::vector<DfecsPart>& parts, const std::vector<PartSettings>& settings,
                      const std::string& unit, Eigen::Index input_columns, const DfecsOptions& options,
                      const ObservedColumns& observed, const Work& work) {
  PartLevel level;
  Eigen::Index count = 0;
  for (const PartSettings& of_part : settings) count += of_part.units;
  level.models.atoms = RowMatrix::Zero(count, input_columns);
  level.codes.resize(parts.front().samples->rows(), count);
  Eigen::Index first = 0;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    const DfecsPart& part = parts[p];
    if (settings[p].units == 0) continue;
    const PartFit fit = fit_part(part, settings[p], options, observed, work);
    LassoOptions lasso;
    lasso.alpha = settings[p].alpha;
    lasso.positive = true;
    const RowMatrix codes = sparse_encode(*part.samples, fit.learnt.atoms, lasso, work).codes;
    const auto order = order_by_use(fit.learnt.atoms, codes);
    const Eigen::Index units = settings[p].units;
    const RowMatrix atoms = fit.learnt.atoms(order, Eigen::all);
    for (std::size_t i = 0; i < part.moving.size(); ++i)
      level.models.atoms.col(part.moving[i]).segment(first, units) = atoms.col(static_cast<Eigen::Index>(i));
    level.codes.middleCols(first, units) = codes(Eigen::all, order);

    std::vector<Column> columns;
    for (Eigen::Index k = 1; k <= units; ++k)
      columns.push_back(
          {part.feature.name + "-" + std::to_string(k),
           part.feature.description + ", unit " + std::to_string(k) + " of " + std::to_string(units), unit});
    const double residual =
        observed.residual(*part.samples, part.moving, level.codes.middleCols(first, units), atoms, work);
    level.summaries.push_back({{"name", part.feature.name},
                               {"alpha", settings[p].alpha},
                               {"objective", fit.learnt.objective.back()},
                               {"iterations", fit.learnt.iterations},
                               {"converged", fit.learnt.converged},
                               {"replaced_atoms", fit.learnt.resampled},
                               {"variance_explained", 1 - residual / part.learner->squared_norm()},
                               {"units", use_of_positive(columns, level.codes.middleCols(first, units))}});
    if (!fit.learnt.converged)
      level.warnings.push_back(part.feature.name + ": not converged after " +
                               std::to_string(fit.learnt.iterations) + " iterations; raise " +
                               field("max-iterations") + " or " + field("tolerance"));
    level.models.units.insert(level.models.units.end(), columns.begin(), columns.end());
    level.models.groups.push_back({part.feature.name, part.feature.description, part.columns, first, units});
    level.models.alphas.push_back(settings[p].alpha);
    first += units;
  }
  return level;
}

}  // namespace facelex
