#include "comparison_figures.hpp"

#include <algorithm>
#include <numeric>

#include "facelex/compare/assignment.hpp"

namespace facelex {
namespace {

Figure figure_without(const std::string& reason) {
  Figure figure;
  figure.missing = reason;
  return figure;
}

Figure figure_of(double value, const std::string& reason_when_unknown) {
  Figure figure;
  figure.value = value;
  if (value != value) figure.missing = reason_when_unknown;
  return figure;
}

Figure figure_of(const PartDraws& draws, const std::vector<PartError>& errors) {
  const Estimate estimate = draws.variance_explained(errors);
  Figure figure = figure_of(estimate.value, "nothing moves");
  figure.low = estimate.low;
  figure.high = estimate.high;
  return figure;
}

template <class ErrorOfPart>
Figure figure_over(const PartDraws& draws, const std::vector<SystemSums>& parts, ErrorOfPart error) {
  std::vector<PartError> errors;
  errors.reserve(parts.size());
  for (const auto& part : parts) errors.push_back({error(part), part.decoded.squares});
  return figure_of(draws, errors);
}

/// The k units with the largest mean magnitude; equal ones by their place.
std::vector<Eigen::Index> by_activation(const Eigen::VectorXd& magnitude) {
  std::vector<Eigen::Index> order(static_cast<std::size_t>(magnitude.size()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](Eigen::Index a, Eigen::Index b) { return magnitude[a] > magnitude[b]; });
  return order;
}

std::string too_few(std::size_t units, Eigen::Index wanted) {
  return Eigen::Index(units) < wanted ? "has only " + std::to_string(units) + " units" : "";
}

/// What needs codes that are coefficients: shares of variance by number of units.
class CodeFigures {
 public:
  CodeFigures(const SystemView& view, const std::vector<SystemSums>& parts, const PartDraws& draws,
              const Eigen::VectorXd& magnitude)
      : view_(view), parts_(parts), draws_(draws), order_(by_activation(magnitude)) {
    for (const auto& part : parts) moments_.push_back(part.moments);
  }

  Figure by_units(Eigen::Index count) const {
    if (const auto reason = too_few(order_.size(), count); !reason.empty()) return figure_without(reason);
    RowMatrix decoder =
        RowMatrix::Zero(static_cast<Eigen::Index>(order_.size()) + 1, view_.movements->movements.cols());
    for (const Eigen::Index unit : first(count)) decoder.row(unit) = view_.movements->movements.row(unit);
    decoder.bottomRows(1) = view_.movements->rest;
    return figure_over(draws_, parts_,
                       [&](const SystemSums& part) { return part.moments.squared_error(decoder); });
  }

  Figure by_active(Eigen::Index count) const {
    if (const auto reason = too_few(order_.size(), count); !reason.empty()) return figure_without(reason);
    return figure_over(draws_, parts_, [&](const SystemSums& part) { return part.active_residual[count]; });
  }

  Figure cross(Eigen::Index count) const {
    if (const auto reason = too_few(order_.size(), count); !reason.empty()) return figure_without(reason);
    const auto errors = cross_decoded(moments_, first(count));
    return errors ? figure_of(draws_, *errors) : figure_without("needs two subjects");
  }

 private:
  std::vector<Eigen::Index> first(Eigen::Index count) const {
    return {order_.begin(), order_.begin() + count};
  }

  const SystemView& view_;
  const std::vector<SystemSums>& parts_;
  const PartDraws& draws_;
  std::vector<Eigen::Index> order_;
  std::vector<CodeMoments> moments_;
};

/// What the movements of the units themselves tell.
void add_geometry(const ComparedSystem& system, const SystemView& view, ComparedFigures& figures) {
  if (!view.own_movements) {
    const auto none = figure_without(system.imported() ? "imported codes say nothing of movements"
                                                       : "does not decode linearly");
    figures.locality = figures.coherence_max = figures.coherence_mean = figures.symmetry = none;
    return;
  }
  const RowMatrix& movements = view.own_movements->movements;
  const auto& columns = system.system->input_columns();
  const auto moves = (movements.rowwise().squaredNorm().array() > 0).eval();
  const auto mean_of_moving = [&](const Eigen::VectorXd& values) {
    return moves.select(values.array(), 0).sum() / static_cast<double>(moves.count());
  };
  if (const auto found = coherence(movements)) {
    figures.coherence_max.value = found->largest;
    figures.coherence_mean.value = found->mean;
    Eigen::MatrixXd cos = cosines(movements, movements).cwiseAbs();
    cos.diagonal().setZero();
    for (Eigen::Index k = 0; k < cos.rows(); ++k)
      figures.of_unit[static_cast<std::size_t>(k)].nearest = cos.row(k).maxCoeff();
  } else {
    figures.coherence_max = figures.coherence_mean = figure_without("fewer than two units move");
  }
  if (const auto places = unit_places(movements, columns)) {
    Eigen::VectorXd share(movements.rows());
    for (std::size_t k = 0; k < places->size(); ++k) {
      share[static_cast<Eigen::Index>(k)] = figures.of_unit[k].locality = (*places)[k].share;
      figures.of_unit[k].feature = (*places)[k].feature;
    }
    figures.locality = figure_of(mean_of_moving(share), "no unit moves");
  } else {
    figures.locality = figure_without("its signal has no points of the face");
  }
  if (const auto mirror = column_mirror(columns)) {
    const Eigen::VectorXd likeness = mirror_likeness(movements, *mirror, view.signed_codes);
    for (std::size_t k = 0; k < figures.of_unit.size(); ++k)
      figures.of_unit[k].symmetry = likeness[static_cast<Eigen::Index>(k)];
    figures.symmetry = figure_of(mean_of_moving(likeness), "no unit moves");
  } else {
    figures.symmetry = figure_without("the mirror image of its signal is not known");
  }
}

}  // namespace

ComparedFigures figures_of(const ComparedSystem& system, const SystemView& view,
                           const std::vector<SystemSums>& parts, const PartDraws& draws,
                           const ComparisonOptions& options) {
  ComparedFigures figures;
  figures.name = system.name;
  figures.kind = system.imported() ? "imported" : std::string(system.system->kind());
  figures.signal = kind_name(view.signal);
  figures.units = view.units.size();
  figures.columns = view.judged.size();
  figures.of_unit.resize(view.units.size());
  for (std::size_t k = 0; k < view.units.size(); ++k) figures.of_unit[k].unit = view.units[k];
  add_geometry(system, view, figures);
  figures.variance =
      system.imported()
          ? figure_without("imported codes cannot be decoded by their own system")
          : figure_over(draws, parts, [](const SystemSums& part) { return part.decoded.error; });
  const auto& counts = options.units;
  const auto& active_counts = options.active_units;
  if (!view.has_coefficients) {
    const auto none = figure_without("its codes are tokens, not coefficients");
    figures.variance_by_units.assign(counts.size(), none);
    figures.cross_decoded_by_units.assign(counts.size(), none);
    figures.variance_by_active.assign(active_counts.size(), none);
    figures.cross_decoded = figures.zeros = figures.active = figures.hoyer = none;
    return figures;
  }
  CodeUse use;
  for (const auto& part : parts) use += part.use;
  figures.zeros.value = use.share_of_zeros();
  figures.active.value = use.mean_active();
  figures.hoyer = figure_of(use.hoyer(), "has one unit, or none is ever active");
  const Eigen::VectorXd magnitude = use.mean_magnitude(), active = use.share_active();
  for (std::size_t k = 0; k < figures.of_unit.size(); ++k) {
    figures.of_unit[k].mean_magnitude = magnitude[static_cast<Eigen::Index>(k)];
    figures.of_unit[k].share_active = active[static_cast<Eigen::Index>(k)];
  }
  const CodeFigures codes(view, parts, draws, magnitude);
  const auto undecodable =
      figure_without(system.imported() ? figures.variance.missing : "does not decode linearly");
  for (const auto count : counts) {
    figures.variance_by_units.push_back(view.movements ? codes.by_units(count) : undecodable);
    figures.cross_decoded_by_units.push_back(codes.cross(count));
  }
  for (const auto count : active_counts)
    figures.variance_by_active.push_back(view.movements ? codes.by_active(count) : undecodable);
  figures.cross_decoded = codes.cross(static_cast<Eigen::Index>(figures.units));
  return figures;
}

std::size_t add_agreement(const std::vector<SystemSums>& parts, const std::vector<std::string>& truth_units,
                          ComparedFigures& figures) {
  CodeCorrelation sum;
  for (const auto& part : parts) sum += part.truth;
  if (sum.frames() == 0) {
    figures.agreement = figures.agreement_matched =
        figure_without(truth_units.empty() ? "the truth is not known (the option truth)"
                                           : "its codes are tokens, not coefficients");
    return 0;
  }
  const auto moves = sum.signals_move();
  std::vector<Eigen::Index> moving;
  for (Eigen::Index u = 0; u < moves.size(); ++u)
    if (moves[u]) moving.push_back(u);
  if (moving.empty()) {
    figures.agreement = figures.agreement_matched = figure_without("no true unit moves");
    return 0;
  }
  const Eigen::MatrixXd r = sum.correlation()(Eigen::all, moving);
  const Eigen::MatrixXd size = r.cwiseAbs();
  for (std::size_t k = 0; k < figures.of_unit.size(); ++k) {
    Eigen::Index best = 0;
    if (size.row(static_cast<Eigen::Index>(k)).maxCoeff(&best) == 0) continue;
    figures.of_unit[k].truth = truth_units[static_cast<std::size_t>(moving[static_cast<std::size_t>(best)])];
    figures.of_unit[k].truth_correlation = r(static_cast<Eigen::Index>(k), best);
  }
  figures.agreement.value = size.colwise().maxCoeff().mean();
  double matched = 0;
  const auto partner = best_assignment(size.transpose());
  for (std::size_t u = 0; u < partner.size(); ++u)
    if (partner[u] >= 0) matched += size(partner[u], static_cast<Eigen::Index>(u));
  figures.agreement_matched.value = matched / static_cast<double>(partner.size());
  return moving.size();
}

}  // namespace facelex
