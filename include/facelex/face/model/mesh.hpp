#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "facelex/face/model/morphable_model.hpp"

namespace facelex {

/// The unit normal of each vertex, out of the face: the sum of the normals of its triangles weighted by their
/// areas. A vertex without a triangle of positive area gets (0, 0, −1).
Vertices vertex_normals(const Vertices& points, const Triangles& triangles);

/// The closed borders of a mesh (its outline, the openings of eyes and mouth), each a list of vertices in the
/// order in which the border is walked; the one with most vertices first. Vertices where two borders touch
/// belong to one of them.
std::vector<std::vector<std::int32_t>> mesh_borders(const Triangles& triangles);

/// Of the model's borders but its outline, the one about these iBUG points: an eye's or the mouth's
/// opening. Points need not lie on the border itself: the middles of both may be as far apart as half of the
/// points' width. Empty when there is none, or the model lacks one of the points.
std::vector<std::int32_t> opening_about(const MorphableModel& model, std::span<const int> points);
inline constexpr std::array<int, 6> image_left_eye = {36, 37, 38, 39, 40, 41};
inline constexpr std::array<int, 6> image_right_eye = {42, 43, 44, 45, 46, 47};
inline constexpr std::array<int, 8> inner_lips = {60, 61, 62, 63, 64, 65, 66, 67};

}  // namespace facelex
