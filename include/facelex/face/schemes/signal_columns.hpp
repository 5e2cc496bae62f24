#pragma once

#include <vector>

#include "facelex/io/recording.hpp"

namespace facelex {

/// pose_Tx, pose_Ty, pose_Tz (mm, place of the head in the camera's axes: x to image-right, y down, z away)
/// and pose_Rx, pose_Ry, pose_Rz (rad: pitch, yaw, roll).
std::vector<Column> pose_columns();

/// The pose of a fit: pose_columns; of a scaled orthographic camera pose_Tx and pose_Ty from the picture's
/// upper left corner, and pose_scale (px/mm) for pose_Tz.
std::vector<Column> fitted_pose_columns(bool orthographic);

/// x_<n> …, y_<n> … (px): the places in the picture of the iBUG `points`.
std::vector<Column> picture_point_columns(const std::vector<int>& points);

/// What extract writes: pose_columns, then picture_point_columns of all 68.
const std::vector<Column>& landmark_columns();

/// dX_<n> …, dY_<n> …, dZ_<n> … (mm) of the iBUG `points`.
std::vector<Column> displacement_columns(const std::vector<int>& points);

}  // namespace facelex
