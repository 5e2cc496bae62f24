#include "facelex/coding/dfecs/facs.hpp"

#include <map>
#include <numeric>
#include <utility>

#include "facelex/core/error.hpp"
#include "facelex/face/pose/registration.hpp"
#include "facelex/face/standardize/standardize.hpp"

namespace facelex {
namespace {

constexpr double min_motion = 1e-3;  ///< mm: what is less is the rounding of a mesh in floats

/// Expression modes that make one unit together.
struct ActionUnit {
  std::string name, description;
  std::vector<Eigen::Index> modes;
};

/// "AU12" of "AU12_L" and "AU12_R"; the name itself without a side.
std::string name_without_side(const std::string& name) {
  return name.ends_with("_L") || name.ends_with("_R") ? name.substr(0, name.size() - 2) : name;
}

/// "lip corner puller (…), left; 1 is …" without side.
std::string description_without_side(std::string text) {
  for (const char* side : {", left", ", right"})
    if (const auto at = text.find(side); at != std::string::npos) text.erase(at, std::string(side).size());
  return text;
}

std::vector<ActionUnit> action_units(const ShapeBasis& modes, FacsUnits which) {
  std::vector<ActionUnit> pure, sides;
  std::map<std::string, std::size_t> position;
  for (Eigen::Index k = 0; k < modes.size(); ++k) {
    const auto at = static_cast<std::size_t>(k);
    const std::string& name = modes.names[at];
    const std::string description = modes.descriptions.empty() ? "" : modes.descriptions[at];
    const std::string unit = name_without_side(name);
    const auto [entry, is_new] = position.emplace(unit, pure.size());
    if (is_new) pure.push_back({unit, description_without_side(description), {}});
    pure[entry->second].modes.push_back(k);
    if (unit != name) sides.push_back({name, description, {k}});
  }
  if (which == FacsUnits::sided) pure.insert(pure.end(), sides.begin(), sides.end());
  return pure;
}

Landmarks68 seen_from_the_front(const MorphableModel& face, const Vertices& shape) {
  Landmarks68 points;
  for (Eigen::Index i = 0; i < 68; ++i)
    points.row(i) = shape.row(face.landmarks[static_cast<std::size_t>(i)]).head<2>().cast<double>();
  return points;
}

Landmarks68 registered_points(const MorphableModel& face, const Landmarks68& points) {
  Landmarks68 registered;
  if (register_landmarks(points, LandmarkScheme::points_68, registered) != RegistrationOutcome::ok)
    throw data_error({}, "the landmarks of " + face.name + " cannot be registered");
  return registered;
}

}  // namespace

std::vector<UnitMotion> unit_motions(const MorphableModel& face, FacsUnits units) {
  for (std::size_t i = 0; i < face.landmarks.size(); ++i)
    if (face.landmarks[i] < 0)
      throw data_error({}, face.name + " lacks landmark " + std::to_string(i),
                       "all 68 are needed: give another face, or the built-in one");
  if (face.expression.size() == 0) throw data_error({}, face.name + " has no expression modes");
  const Landmarks68 neutral = seen_from_the_front(face, face.mean);
  const Landmarks68 neutral_registered = registered_points(face, neutral);
  const auto points_of = [&](const std::vector<Eigen::Index>& modes) {
    Eigen::VectorXd intensities = Eigen::VectorXd::Zero(face.expression.size());
    for (const auto mode : modes) intensities[mode] = 1;
    return seen_from_the_front(face, face.shape({}, intensities));
  };
  std::vector<UnitMotion> motions;
  for (ActionUnit& unit : action_units(face.expression, units)) {
    Landmarks68 points = points_of(unit.modes);
    if ((points - neutral).norm() < min_motion) {
      // Two sides that undo each other: the jaw moves sideways to one side at a time.
      if (units == FacsUnits::sided || unit.modes.size() < 2) continue;
      unit.modes.resize(1);
      if (!unit.description.empty())
        unit.description = face.expression.descriptions[static_cast<std::size_t>(unit.modes[0])];
      points = points_of(unit.modes);
    }
    motions.push_back({unit.name, unit.description, points - neutral,
                       registered_points(face, points) - neutral_registered});
  }
  return motions;
}

std::unique_ptr<PositiveUnits> facs_comparator(const MorphableModel& face, FacsUnits units, double alpha) {
  const auto motions = unit_motions(face, units);
  LinearModel model;
  model.input_kind = SignalKind::keypoint_motion;
  model.input_columns = keypoint_motion_columns();
  const auto count = static_cast<Eigen::Index>(motions.size());
  model.atoms.resize(count, 136);
  model.mean = Eigen::VectorXd::Zero(136);
  for (Eigen::Index k = 0; k < count; ++k) {
    const UnitMotion& motion = motions[static_cast<std::size_t>(k)];
    model.atoms.row(k) = Eigen::Map<const Eigen::RowVectorXd>(motion.registered.data(), 136);
    model.units.push_back({motion.name, motion.description, "E intensity"});
  }
  std::vector<Eigen::Index> all(136);
  std::iota(all.begin(), all.end(), Eigen::Index{0});
  model.groups = {{"FACS", "full face", std::move(all), 0, count}};
  model.options = {{"units", units == FacsUnits::pure ? "pure" : "sided"}};
  model.training = {{"face", face.name}, {"source", face.source}, {"licence", face.licence}};
  return std::make_unique<PositiveUnits>(PositiveUnits::facs_kind, std::move(model), alpha);
}

}  // namespace facelex
