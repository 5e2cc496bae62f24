#include "unit_statistics.hpp"

#include <algorithm>
#include <cmath>

#include "facelex/core/text.hpp"
#include "facelex/face/model/mean_face.hpp"
#include "facelex/face/schemes/mirror.hpp"

namespace facelex {
namespace {

double quantile_of_sorted(const Eigen::VectorXd& sorted, double level) {
  const double at = level * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<Eigen::Index>(at);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

Json UnitUse::json() const {
  Json values = Json::object();
  for (std::size_t i = 0; i < quantiles.size(); ++i) values[number_text(quantile_levels[i])] = quantiles[i];
  return {{"mean_magnitude", mean_magnitude},
          {"mean", mean},
          {"sd", sd},
          {"quantiles", std::move(values)},
          {"share_active", share_active},
          {"share_positive", share_positive},
          {"turned", negated}};
}

UnitUse use_of_codes(const Eigen::Ref<const Eigen::VectorXd, 0, Eigen::InnerStride<>>& codes) {
  UnitUse use;
  if (codes.size() == 0) return use;
  double positive = 0, squares = 0, magnitude = 0, sum = 0;
  Eigen::Index active = 0;
  for (Eigen::Index t = 0; t < codes.size(); ++t) {
    const double z = codes[t];
    sum += z;
    magnitude += std::abs(z);
    squares += z * z;
    if (z > 0) positive += z * z;
    active += z != 0;
  }
  const auto frames = static_cast<double>(codes.size());
  use.mean_magnitude = magnitude / frames;
  use.mean = sum / frames;
  use.sd = std::sqrt((codes.array() - use.mean).square().sum() / frames);
  use.share_active = static_cast<double>(active) / frames;
  use.share_positive = squares > 0 ? positive / squares : 0;
  Eigen::VectorXd sorted = codes;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < use.quantiles.size(); ++i)
    use.quantiles[i] = quantile_of_sorted(sorted, UnitUse::quantile_levels[i]);
  return use;
}

Json likeness_of_unit(const LinearModel& model, const UnitGroup& group, Eigen::Index unit) {
  Json likeness = Json::object();
  const auto atom = model.atoms.row(unit);
  const double energy = atom.squaredNorm();
  double nearest = -1;
  for (Eigen::Index other = group.first_unit; other < group.first_unit + group.units; ++other) {
    const double norms = atom.norm() * model.atoms.row(other).norm();
    const double cosine = norms > 0 ? std::abs(atom.dot(model.atoms.row(other))) / norms : 0;
    if (other == unit || cosine <= nearest) continue;
    nearest = cosine;
    likeness["nearest"] = model.units[static_cast<std::size_t>(other)].name;
    likeness["coherence"] = std::min(cosine, 1.0);
  }
  double left = 0, right = 0;
  for (const Eigen::Index d : group.columns) {
    const auto column = point_column(model.input_columns[static_cast<std::size_t>(d)].name);
    const double side = column ? mean_face_mm()(column->point, 0) : 0;
    if (side > 0) left += atom[d] * atom[d];
    if (side < 0) right += atom[d] * atom[d];
  }
  if (energy > 0) {
    likeness["energy_left"] = left / energy;
    likeness["energy_right"] = right / energy;
  }
  return likeness;
}

}  // namespace facelex
