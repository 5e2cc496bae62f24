#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/face/schemes/features.hpp"
#include "facelex/features/summary/kinematics.hpp"
#include "groups.hpp"

namespace facelex {
namespace {

using Eigen::Index;

struct PointKind {
  std::vector<std::string> letters;
  const char *unit, *what;
};

Index column_called(const std::vector<Column>& columns, const std::string& name) {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const Column& column) { return column.name == name; });
  return found == columns.end() ? -1 : found - columns.begin();
}

/// All columns of these names, or nothing.
std::optional<std::vector<Index>> columns_called(const std::vector<Column>& columns,
                                                 const std::vector<std::string>& names) {
  std::vector<Index> found;
  for (const std::string& name : names) {
    found.push_back(column_called(columns, name));
    if (found.back() < 0) return {};
  }
  return found;
}

void add_points(const std::vector<Column>& columns, bool each_point, std::vector<MovingThing>& things) {
  const std::vector<PointKind> kinds = {{{"dX", "dY", "dZ"}, "mm", "moved by expression, in the face's axes"},
                                        {{"dx", "dy"}, "template units", "relative to the neutral face"},
                                        {{"x", "y"}, "px", "in the picture, the head's movement included"}};
  for (const PointKind& kind : kinds) {
    std::map<int, std::vector<Index>> points;
    for (int n = 0; n < 68; ++n) {
      std::vector<std::string> names;
      names.reserve(kind.letters.size());
      for (const std::string& letter : kind.letters) names.push_back(letter + "_" + std::to_string(n));
      if (auto found = columns_called(columns, names)) points[n] = std::move(*found);
    }
    if (points.empty()) continue;
    for (const FacialFeature& feature : facial_features(FeatureDivision::dfecs)) {
      MovingThing thing{
          feature.name, feature.description + ", mean over its points " + kind.what, kind.unit, false, {}};
      for (const int n : feature.points) {
        const auto point = points.find(n);
        if (point == points.end()) continue;
        thing.points.push_back(point->second);
        if (each_point)
          things.push_back({"point " + std::to_string(n),
                            "point " + std::to_string(n) + " " + kind.what,
                            kind.unit,
                            false,
                            {point->second}});
      }
      if (!each_point && !thing.points.empty()) things.push_back(std::move(thing));
    }
    return;
  }
}

}  // namespace

std::vector<MovingThing> moving_things(const std::vector<Column>& columns, bool each_point,
                                       const std::string& file) {
  std::vector<MovingThing> things;
  if (auto place = columns_called(columns, {"pose_Tx", "pose_Ty", "pose_Tz"}))
    things.push_back({"head", "head, place before the camera", "mm", false, {std::move(*place)}});
  if (auto turn = columns_called(columns, {"pose_Rx", "pose_Ry", "pose_Rz"}))
    things.push_back({"head turn", "head, pitch, yaw and roll", "rad", true, {std::move(*turn)}});
  add_points(columns, each_point, things);
  if (things.empty())
    throw data_error({file, 1, {}}, "has neither the head's pose (pose_Tx …) nor landmarks",
                     field("head") + " names the folder of landmarks or fits; or leave kinematics out of " +
                         field("groups"));
  return things;
}

void add_kinematics(const VideoSignals& coordinates, const std::vector<MovingThing>& things,
                    const SummaryOptions& options, const std::string& file, SummaryRow& made) {
  bool any = false;
  for (const MovingThing& thing : things) {
    Eigen::Matrix<double, 6, 1> sum = Eigen::Matrix<double, 6, 1>::Zero(), count = sum;
    for (const auto& point : thing.points) {
      const RowMatrix positions = coordinates.signals(point);
      const Kinematics found = kinematics(positions, coordinates.fps, options.window, thing.angles);
      Index k = 0;
      for (const double value :
           {found.range, found.path, found.speed, found.acceleration, found.jerk, found.smoothness}) {
        if (!std::isnan(value)) sum[k] += value;
        if (!std::isnan(value)) count[k] += 1;
        ++k;
      }
    }
    any = any || count[4] > 0;
    const Eigen::Matrix<double, 6, 1> mean = sum.cwiseQuotient(count);  // 0/0 is missing
    const auto add = [&](const char* name, const char* what, const std::string& unit, Index k) {
      made.add(thing.name + " " + name, std::string(what) + ": " + thing.description, unit, mean[k]);
    };
    add("range", "diagonal of the box of all positions", thing.unit, 0);
    add("path", "length of the way between frames that are there", thing.unit, 1);
    add("speed", "mean speed", thing.unit + "/s", 2);
    add("acceleration", "mean magnitude of acceleration", thing.unit + "/s^2", 3);
    add("jerk", "mean magnitude of jerk", thing.unit + "/s^3", 4);
    add("smoothness", "log dimensionless jerk, mean over windows", "", 5);
  }
  if (!any)
    throw data_error({file, 0, {}}, "no four frames in a row have pose or landmarks, so there is no jerk",
                     "is there a face in the video, and has the table a row for every frame?");
}

}  // namespace facelex
