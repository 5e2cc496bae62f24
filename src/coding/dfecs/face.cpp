#include "face.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"

namespace facelex {
namespace {

/// Shares of a unit's Σ of squares that lie in each part, by decreasing share.
std::vector<std::pair<double, const UnitGroup*>> shares_of_parts(const Eigen::RowVectorXd& atom,
                                                                 const std::vector<UnitGroup>& parts) {
  std::vector<std::pair<double, const UnitGroup*>> shares;
  shares.reserve(parts.size());
  const double all = atom.squaredNorm();
  for (const UnitGroup& part : parts) shares.emplace_back(atom(part.columns).squaredNorm() / all, &part);
  std::stable_sort(shares.begin(), shares.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  return shares;
}

/// "lips, jaw line": the parts that a unit moves.
std::string moved_parts(const Eigen::RowVectorXd& atom, const std::vector<UnitGroup>& parts) {
  constexpr double min_share = 0.05;
  std::string text;
  for (const auto& [share, part] : shares_of_parts(atom, parts))
    if (share >= min_share) text += (text.empty() ? "" : ", ") + part->description;
  return text;
}

/// Units that the penalty left something of, as rows of length 1.
struct LivingUnits {
  RowMatrix atoms;   ///< q×D
  RowMatrix mixing;  ///< q×k
};

LivingUnits living_units(const NmfResult& nmf, const RowMatrix& part_atoms) {
  const RowMatrix mixing = nmf.a.transpose();
  const RowMatrix atoms = mixing * part_atoms;
  std::vector<Eigen::Index> alive;
  for (Eigen::Index i = 0; i < atoms.rows(); ++i)
    if (!atoms.row(i).isZero(0) && !nmf.b.row(i).isZero(0)) alive.push_back(i);
  LivingUnits living{atoms(alive, Eigen::all), mixing(alive, Eigen::all)};
  for (Eigen::Index i = 0; i < living.atoms.rows(); ++i) {
    const double length = living.atoms.row(i).norm();
    living.atoms.row(i) /= length;
    living.mixing.row(i) /= length;
  }
  return living;
}

}  // namespace

FullFaceFit fit_face(const PartLevel& parts, const FaceSignal& signal, int units, double alpha_a,
                     double alpha_b, const DfecsOptions& options, const ObservedColumns& observed,
                     const Work& work) {
  NmfOptions nmf;
  nmf.alpha_a = alpha_a;
  nmf.alpha_b = alpha_b;
  nmf.penalty = options.penalty_scaling;
  nmf.seed = options.training.seed;
  const RowMatrix v = parts.codes.transpose();
  FullFaceFit fit{factorize_nmf(v, units, nmf, work), 0};
  const RowMatrix codes = fit.nmf.b.transpose();
  const RowMatrix atoms = RowMatrix(fit.nmf.a.transpose() * parts.models.atoms)(Eigen::all, signal.columns);
  fit.residual = observed.residual(signal.samples, signal.columns, codes, atoms, work);
  return fit;
}

LearnResult finished_dfecs(const FullFaceFit& fit, PartLevel parts, const FaceSignal& signal,
                           LinearModel model, const DfecsOptions& options, const ObservedColumns& observed,
                           const Work& work) {
  LearnResult result;
  result.warnings = std::move(parts.warnings);
  LivingUnits living = living_units(fit.nmf, parts.models.atoms);
  const Eigen::Index asked = fit.nmf.a.cols(), units = living.atoms.rows();
  if (units == 0)
    throw data_error({}, "the penalties leave nothing of any unit of the whole face",
                     "lower " + field("alpha-a") + " and " + field("alpha-b"));
  if (units < asked)
    result.warnings.push_back("the penalties leave nothing of " + std::to_string(asked - units) + " of " +
                              std::to_string(asked) + " units; lower " + field("alpha-a") + " or " +
                              field("alpha-b") + ", or ask for fewer");
  if (!fit.nmf.converged)
    result.warnings.push_back("the factorisation of the parts' codes has not converged after " +
                              std::to_string(fit.nmf.iterations) + " iterations");

  LassoOptions lasso;
  lasso.alpha = options.code_alpha;
  lasso.positive = true;
  const RowMatrix unordered =
      sparse_encode(signal.samples, living.atoms(Eigen::all, signal.columns), lasso, work).codes;
  const auto order = order_by_use(living.atoms, unordered);
  model.atoms = living.atoms(order, Eigen::all);
  parts.models.mixing = living.mixing(order, Eigen::all);
  const RowMatrix codes = unordered(Eigen::all, order);
  const std::string unit = parts.models.units.front().unit;
  for (Eigen::Index i = 0; i < units; ++i)
    model.units.push_back(
        {"FF-" + std::to_string(i + 1), moved_parts(model.atoms.row(i), parts.models.groups), unit});
  std::vector<Eigen::Index> all;
  for (const UnitGroup& part : parts.models.groups)
    all.insert(all.end(), part.columns.begin(), part.columns.end());
  std::sort(all.begin(), all.end());
  model.groups = {{"FF", "full face", std::move(all), 0, units}};

  const double residual =
      observed.residual(signal.samples, signal.columns, codes, model.atoms(Eigen::all, signal.columns), work);
  Json use = use_of_positive(model.units, codes);
  for (Eigen::Index i = 0; i < units; ++i) {
    Json shares = Json::object();
    for (const auto& [share, part] : shares_of_parts(model.atoms.row(i), parts.models.groups))
      shares[part->name] = share;
    use[static_cast<std::size_t>(i)]["parts"] = std::move(shares);
  }
  model.training["variance_explained"] = 1 - residual / signal.squares;
  model.training["variance_explained_by_factors"] = 1 - fit.residual / signal.squares;
  model.training["nmf"] = {{"penalty_scaling", options_json(options)["penalty-scaling"]},
                           {"objective", fit.nmf.objective.empty() ? 0 : fit.nmf.objective.back()},
                           {"iterations", fit.nmf.iterations},
                           {"converged", fit.nmf.converged}};
  model.training["parts"] = std::move(parts.summaries);
  model.training["units"] = std::move(use);
  for (const Json& one : model.training["units"])
    if (one["share_active"] == 0.0)
      result.warnings.push_back(one["name"].get<std::string>() + ": no frame uses it; ask for fewer units");
  result.system = std::make_unique<PositiveUnits>(PositiveUnits::dfecs_kind, std::move(model),
                                                  options.code_alpha, std::move(parts.models));
  return result;
}

}  // namespace facelex
