#include "facelex/compare/reconstruction.hpp"

#include <cmath>
#include <limits>
#include <utility>

#include "facelex/compare/unit_geometry.hpp"
#include "facelex/core/error.hpp"
#include "facelex/dfe/system.hpp"

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

UnitMovements linear_units(const CodingSystem& system) {
  auto units = unit_movements(system);
  if (!units)
    throw usage_error("a model of kind " + std::string(system.kind()) + " has no templates of its units",
                      "give a model of kind dfe or a linear one");
  return std::move(*units);
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
  if (const auto* dfe = dynamic_cast<const DiscreteFacialEncoding*>(&system))
    for (int stage = 1; stage < dfe->network().shape.stages; ++stage)
      figures.push_back(figures_of(stage == 1 ? "stage 1" : "stages 1-" + std::to_string(stage), x,
                                   dfe->decode_stages(z, stage)));
  figures.push_back(figures_of("all", x, system.decode(z)));
  return figures;
}

RowMatrix unit_templates(const CodingSystem& system) {
  if (const auto* dfe = dynamic_cast<const DiscreteFacialEncoding*>(&system)) return dfe->templates();
  return linear_units(system).movements;
}

Eigen::RowVectorXd rest_signals(const CodingSystem& system) {
  if (const auto* dfe = dynamic_cast<const DiscreteFacialEncoding*>(&system))
    return dfe->decode_stages(RowMatrix::Zero(1, dfe->network().shape.stages), 0).row(0);
  return linear_units(system).rest;
}

std::vector<std::string> template_names(const CodingSystem& system) {
  std::vector<std::string> names;
  if (system.code_kind() == SignalKind::tokens) {
    for (int k = 0; k < vocabulary_size(system); ++k) names.push_back("token-" + std::to_string(k));
  } else {
    for (const Column& unit : system.units()) names.push_back(unit.name);
  }
  return names;
}

int vocabulary_size(const CodingSystem& system) {
  if (const auto* dfe = dynamic_cast<const DiscreteFacialEncoding*>(&system))
    return dfe->network().shape.codes;
  return static_cast<int>(system.units().size());
}

}  // namespace facelex
