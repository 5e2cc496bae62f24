#include "facelex/face/schemes/signal_columns.hpp"

#include <array>
#include <string>
#include <utility>

#include "facelex/face/schemes/landmark_scheme.hpp"

namespace facelex {

std::vector<Column> pose_columns() {
  return {{"pose_Tx", "place of the head, right of the camera's axis", "mm"},
          {"pose_Ty", "place of the head, below the camera's axis", "mm"},
          {"pose_Tz", "distance of the head from the camera, for a face of the model's size", "mm"},
          {"pose_Rx", "pitch, positive looks down", "rad"},
          {"pose_Ry", "yaw, positive turns the nose to image-left", "rad"},
          {"pose_Rz", "roll, positive tilts the head's top to image-right", "rad"}};
}

std::vector<Column> fitted_pose_columns(bool orthographic) {
  std::vector<Column> columns = pose_columns();
  if (orthographic) {
    columns[0].description = "place of the head, right of the picture's edge";
    columns[1].description = "place of the head, below the picture's edge";
    columns[2] = {"pose_scale", "size of the head in the picture", "px/mm"};
  }
  return columns;
}

std::vector<Column> picture_point_columns(const std::vector<int>& points) {
  std::vector<Column> columns;
  for (const auto& [axis, from] : {std::pair{"x_", "left"}, {"y_", "top"}})
    for (const int point : points)
      columns.push_back({axis + std::to_string(point),
                         "iBUG landmark " + std::to_string(point) + ", from the picture's " + from, "px"});
  return columns;
}

const std::vector<Column>& landmark_columns() {
  static const std::vector<Column> columns = [] {
    std::vector<Column> all = pose_columns();
    for (Column& column : picture_point_columns(ibug_numbers(LandmarkScheme::points_68)))
      all.push_back(std::move(column));
    return all;
  }();
  return columns;
}

std::vector<Column> displacement_columns(const std::vector<int>& points) {
  constexpr std::array<std::pair<const char*, const char*>, 3> axes = {
      {{"dX_", "to the subject's left"}, {"dY_", "downwards"}, {"dZ_", "backwards"}}};
  std::vector<Column> columns;
  for (const auto& [axis, direction] : axes)
    for (const int point : points)
      columns.push_back(
          {axis + std::to_string(point),
           "displacement of point " + std::to_string(point) + " from the neutral face, positive " + direction,
           "mm"});
  return columns;
}

}  // namespace facelex
