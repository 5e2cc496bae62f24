#include "facelex/compare/interpretability.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "facelex/coding/dfecs/facs.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"

namespace facelex {
namespace {

constexpr double turn = 2 * std::numbers::pi;
constexpr double degrees = 180 / std::numbers::pi;

/// Angle between two directions, 0 … π.
double angle_between(double a, double b) {
  const double difference = std::abs(std::remainder(a - b, turn));
  return std::min(difference, turn - difference);
}

double direction_of(const Landmarks68& motion, Eigen::Index point) {
  return std::atan2(motion(point, 1), motion(point, 0));
}

/// The points that move at least the share of what the most moved one does.
std::vector<Eigen::Index> moved_points(const Landmarks68& motion, double least_share) {
  const Eigen::VectorXd lengths = motion.rowwise().norm();
  const double min_length = least_share * lengths.maxCoeff();
  std::vector<Eigen::Index> moved;
  for (Eigen::Index i = 0; i < lengths.size(); ++i)
    if (lengths[i] > 0 && lengths[i] >= min_length) moved.push_back(i);
  return moved;
}

/// Where each point's movement in the plane of the face stands among the columns; −1 where it does not.
struct PlaneColumns {
  std::array<Eigen::Index, 68> x{}, y{};
  bool any = false;
  bool registered = false;  ///< template units, not millimetres
};

PlaneColumns plane_columns(const std::vector<Column>& columns) {
  PlaneColumns found;
  found.x.fill(-1);
  found.y.fill(-1);
  for (std::size_t d = 0; d < columns.size(); ++d) {
    const std::string& name = columns[d].name;
    if (name.size() < 4 || name[0] != 'd' || name[2] != '_') continue;
    const auto point = parse_integer(std::string_view(name).substr(3));
    if (!point || *point < 0 || *point >= 68) continue;
    const auto at = static_cast<std::size_t>(*point);
    const bool is_x = name[1] == 'x' || name[1] == 'X', is_y = name[1] == 'y' || name[1] == 'Y';
    if (is_x) found.x[at] = static_cast<Eigen::Index>(d);
    if (is_y) found.y[at] = static_cast<Eigen::Index>(d);
    found.any |= is_x || is_y;
    found.registered |= name[1] == 'x';
  }
  return found;
}

Landmarks68 motion_in_plane(const RowMatrix& movements, Eigen::Index unit, const PlaneColumns& columns) {
  Landmarks68 motion = Landmarks68::Zero();
  for (Eigen::Index i = 0; i < 68; ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (columns.x[at] >= 0) motion(i, 0) = movements(unit, columns.x[at]);
    if (columns.y[at] >= 0) motion(i, 1) = movements(unit, columns.y[at]);
  }
  return motion;
}

UnitInterpretability judged(const std::string& unit, int sign, const Landmarks68& motion,
                            const MuscleDirections& muscles, const InterpretabilityOptions& options) {
  UnitInterpretability result;
  result.unit = unit;
  result.sign = sign;
  for (const auto point : moved_points(motion, options.least_share)) {
    ++result.points_moved;
    const double outside = degrees_outside(muscles[static_cast<std::size_t>(point)],
                                           direction_of(motion, point), options.directions);
    if (outside <= options.angle) continue;
    result.interpretable = false;
    result.points_outside.push_back(static_cast<int>(point));
    if (outside > result.worst_angle) {
      result.worst_angle = outside;
      result.worst_point = static_cast<int>(point);
    }
  }
  return result;
}

}  // namespace

void InterpretabilityOptions::describe(OptionList& options) {
  options
      .choice("directions", directions, {{"single", Directions::single}, {"cone", Directions::cone}},
              "What is allowed at a point: the way of one action unit alone, or any of several together")
      .number("angle", angle, Bounds::between(0, 180), "Degrees that a movement may lie outside")
      .number("least-share", least_share, Bounds{0, 1, true},
              "Points that move less than this share of a unit's most moved point are not looked at");
}

MuscleDirections muscle_directions(const MorphableModel& face, bool registered, double least_share) {
  MuscleDirections directions;
  for (const UnitMotion& unit : unit_motions(face, FacsUnits::sided)) {
    const Landmarks68& motion = registered ? unit.registered : unit.millimetres;
    for (const auto point : moved_points(motion, least_share))
      directions[static_cast<std::size_t>(point)].push_back(direction_of(motion, point));
  }
  for (auto& of_point : directions) std::sort(of_point.begin(), of_point.end());
  return directions;
}

double degrees_outside(const std::vector<double>& directions, double movement,
                       InterpretabilityOptions::Directions rule) {
  if (directions.empty()) return 180;
  double nearest = turn;
  for (const double direction : directions) nearest = std::min(nearest, angle_between(direction, movement));
  if (rule == InterpretabilityOptions::Directions::single) return nearest * degrees;
  // The directions span the plane unless a gap of at least half a turn stays free; a movement outside the gap
  // lies between two of them, and is a sum of both.
  for (std::size_t i = 0; i < directions.size(); ++i) {
    const bool last = i + 1 == directions.size();
    const double end = last ? directions[0] + turn : directions[i + 1];
    if (end - directions[i] < std::numbers::pi) continue;
    const double into = std::fmod(movement - directions[i] + 2 * turn, turn);
    return into > 0 && into < end - directions[i] ? nearest * degrees : 0;
  }
  return 0;
}

std::vector<UnitInterpretability> interpretability(const UnitMovements& units,
                                                   const std::vector<Column>& unit_names,
                                                   const std::vector<Column>& columns, bool both_signs,
                                                   const MorphableModel& face,
                                                   const InterpretabilityOptions& options) {
  check_bounds(options);
  const PlaneColumns plane = plane_columns(columns);
  if (!plane.any)
    throw usage_error("the system's columns are not points of the face: nothing can be said of muscles",
                      "give a system of keypoint motion or displacement");
  const MuscleDirections muscles = muscle_directions(face, plane.registered, options.least_share);
  std::vector<UnitInterpretability> results;
  for (Eigen::Index k = 0; k < units.movements.rows(); ++k) {
    const Landmarks68 motion = motion_in_plane(units.movements, k, plane);
    const std::string& name = unit_names[static_cast<std::size_t>(k)].name;
    results.push_back(judged(name, 1, motion, muscles, options));
    if (both_signs) results.push_back(judged(name, -1, -motion, muscles, options));
  }
  return results;
}

}  // namespace facelex
