#pragma once

#include <cstdint>
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

}  // namespace facelex
