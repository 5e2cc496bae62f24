#include "search.hpp"

#include <algorithm>

#include "facelex/core/text.hpp"

namespace facelex {
namespace {

double penalty_of(const std::string& text) {
  return parse_double(text).value_or(0);  // of number_text, or of the log, which holds that
}

}  // namespace

DfecsSearch::DfecsSearch(const DfecsOptions& options, const ObservedColumns& observed, SearchLog& log,
                         const Work& work)
    : options_(options), observed_(observed), log_(log), work_(work), quiet_(work) {
  quiet_.progress = nullptr;
  summary_ = {{"beta", options.beta}, {"cells", 0}, {"chosen", Json::array()}};
}

bool DfecsSearch::halts(Best& best, const SearchCell& cell, double wanted,
                        const std::function<SearchOutcome()>& fit) {
  work_.check_stop();
  auto outcome = log_.find(cell);
  if (!outcome) {
    outcome = fit();
    log_.add(cell, *outcome);
  }
  work_.report(++cells_, 0);
  if (best.cells == 0 || outcome->variance_explained > best.outcome.variance_explained) {
    best.cell = cell;
    best.outcome = *outcome;
  }
  ++best.cells;
  return outcome->variance_explained >= wanted;
}

void DfecsSearch::conclude(const Best& best, double wanted) {
  Json chosen = {{"part", best.cell.part}, {"units", best.cell.units}};
  if (best.cell.alpha.empty()) {
    chosen["alpha_a"] = penalty_of(best.cell.alpha_a);
    chosen["alpha_b"] = penalty_of(best.cell.alpha_b);
  } else {
    chosen["alpha"] = penalty_of(best.cell.alpha);
  }
  chosen["variance_explained"] = best.outcome.variance_explained;
  chosen["cells"] = best.cells;
  summary_["chosen"].push_back(std::move(chosen));
  summary_["cells"] = cells_;
  if (best.outcome.variance_explained < wanted)
    warnings_.push_back(best.cell.part + ": no cell of the search explains " + number_text(wanted) +
                        " of the variance; the best explains " +
                        number_text(best.outcome.variance_explained) + ": try smaller " +
                        field("search-alphas") + " or a larger " + field("beta"));
}

PartSettings DfecsSearch::find_part(const DfecsPart& part) {
  const double wanted = 1 - options_.beta / 2;
  const int max_units =
      static_cast<int>(std::min(static_cast<Eigen::Index>(part.moving.size()), part.samples->rows()));
  Best best;
  bool found = false;
  for (int units = 1; units <= max_units && !found; ++units)
    for (const double alpha : options_.search_alphas) {
      found = halts(best, {part.feature.name, units, number_text(alpha), "", ""}, wanted, [&] {
        const PartFit fit = fit_part(part, {units, alpha}, options_, observed_, quiet_);
        return SearchOutcome{fit.variance_explained(part), fit.learnt.iterations, fit.learnt.converged};
      });
      if (found) break;
    }
  conclude(best, wanted);
  return {best.cell.units, penalty_of(best.cell.alpha)};
}

DfecsSearch::FaceSettings DfecsSearch::find_face(const PartLevel& parts, const FaceSignal& signal) {
  const double wanted = 1 - options_.beta;
  const int max_units = static_cast<int>(std::min(parts.codes.cols(), parts.codes.rows()));
  Best best;
  bool found = false;
  const auto try_cell = [&](int units, double alpha_a, double alpha_b) {
    return halts(best, {"FF", units, "", number_text(alpha_a), number_text(alpha_b)}, wanted, [&] {
      const FullFaceFit fit = fit_face(parts, signal, units, alpha_a, alpha_b, options_, observed_, quiet_);
      return SearchOutcome{1 - fit.residual / signal.squares, fit.nmf.iterations, fit.nmf.converged};
    });
  };
  for (int units = 1; units <= max_units && !found; ++units)
    for (std::size_t a = 0; a < options_.search_alphas.size() && !found; ++a)
      for (std::size_t b = 0; b < options_.search_alphas.size() && !found; ++b)
        found = try_cell(units, options_.search_alphas[a], options_.search_alphas[b]);
  conclude(best, wanted);
  return {best.cell.units, penalty_of(best.cell.alpha_a), penalty_of(best.cell.alpha_b)};
}

}  // namespace facelex
