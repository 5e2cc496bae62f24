#include "facelex/coding/linear/observables.hpp"

#include <Eigen/Cholesky>
#include <cmath>
#include <utility>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/face/fit/observables.hpp"
#include "linear_encoding.hpp"

namespace facelex {
namespace {

/// Of the largest: below, two measures are one.
constexpr double min_pivot = 1e-12;

/// From millimetres, as fits hold them, to what is counted.
LinearModel measured_in(Observables::Measure measure) {
  const bool in_mm = measure == Observables::Measure::millimetres;
  const auto count = static_cast<Eigen::Index>(observables().size());
  LinearModel model;
  model.input_kind = SignalKind::observables;
  model.atoms.setZero(count, count);
  model.mean.setZero(count);
  UnitGroup face{"O", "face", {}, 0, count};
  for (Eigen::Index k = 0; k < count; ++k) {
    const Observable& one = observables()[static_cast<std::size_t>(k)];
    model.input_columns.push_back({one.name, one.description, "mm"});
    model.atoms(k, k) = in_mm ? 1 : one.lead_mm;
    model.units.push_back({one.name,
                           in_mm
                               ? one.description
                               : one.description + "; 1 is what " + one.lead + " does at its E intensity, " +
                                     number_text(std::round(one.lead_mm * 100) / 100) + " mm",
                           in_mm ? "mm" : ""});
    face.columns.push_back(k);
  }
  model.groups.push_back(std::move(face));
  return model;
}

}  // namespace

Observables::Observables(Measure measure) : Observables(measured_in(measure), "observables") {}

Observables::Observables(LinearModel model, const std::string& place) : model_(std::move(model)) {
  model_.check(place);
  const auto decomposed = (model_.atoms * model_.atoms.transpose()).ldlt();
  const Eigen::VectorXd pivots = decomposed.vectorD();
  measuring_ = decomposed.solve(model_.atoms);
  if (!(pivots.minCoeff() > min_pivot * pivots.maxCoeff()) || !measuring_.allFinite() ||
      model_.groups.size() != 1 || model_.mean.norm() != 0)
    throw data_error({place, 0, "atoms"}, "measure one thing twice",
                     "the model is damaged or was not written by facelex");
}

std::unique_ptr<Observables> Observables::from_model(const ModelFile& file) {
  return std::unique_ptr<Observables>(new Observables(LinearModel::from_file(file), file.source));
}

Json Observables::acting(const EncodeOptions&) const {
  return Json::object();
}

std::unique_ptr<Encoder> Observables::prepared(const EncodeOptions&) const {
  return projection_encoder(model_, {measuring_});
}

}  // namespace facelex
