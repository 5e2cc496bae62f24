#include "facelex/compare/reconstruction.hpp"

#include <cmath>
#include <limits>
#include <utility>

#include "facelex/core/error.hpp"

namespace facelex {
namespace {

double share_explained(double left, double all) {
  return all > 0 ? 1 - left / all : std::numeric_limits<double>::quiet_NaN();
}

ReconstructionFigures figures_of(std::string codes, const RowMatrix& signals, const RowMatrix& decoded) {
  const double left = (signals - decoded).squaredNorm();
  const Eigen::RowVectorXd mean = signals.colwise().mean();
  return {std::move(codes), share_explained(left, signals.squaredNorm()),
          share_explained(left, (signals.rowwise() - mean).squaredNorm()),
          std::sqrt(left / static_cast<double>(signals.size()))};
}

}  // namespace

std::vector<ReconstructionFigures> reconstruction_figures(const CodingSystem& system,
                                                          const RowMatrix& signals, const RowMatrix& codes) {
  std::vector<Eigen::Index> coded;
  for (Eigen::Index t = 0; t < codes.rows(); ++t)
    if (codes.row(t).allFinite() && signals.row(t).allFinite()) coded.push_back(t);
  if (coded.empty()) throw data_error({}, "no row has codes, so nothing can be said of them");
  const RowMatrix x = signals(coded, Eigen::all), z = codes(coded, Eigen::all);
  std::vector<ReconstructionFigures> figures;
  if (system.code_form() == CodeForm::tokens)
    for (int stage = 1; stage < z.cols(); ++stage)
      figures.push_back(figures_of(stage == 1 ? "stage 1" : "stages 1-" + std::to_string(stage), x,
                                   system.decode_prefix(z, stage)));
  figures.push_back(figures_of("all", x, system.decode(z)));
  return figures;
}

std::vector<std::string> template_names(const CodingSystem& system) {
  std::vector<std::string> names;
  if (system.code_form() == CodeForm::tokens) {
    for (int k = 0; k < system.vocabulary(); ++k) names.push_back("token-" + std::to_string(k));
  } else {
    for (const Column& unit : system.units()) names.push_back(unit.name);
  }
  return names;
}

}  // namespace facelex
