#pragma once

#include <filesystem>

#include "facelex/face/model/morphable_model.hpp"

namespace facelex {

/// The points and faces of a Wavefront OBJ file, as they stand there.
struct ObjMesh {
  Eigen::VectorXd points;  ///< 3P: x₀ y₀ z₀ x₁ …
  Triangles triangles;     ///< faces of more than three corners as fans; empty when not asked for

  Eigen::Index vertex_count() const { return points.size() / 3; }
};

/// Reads the lines `v` and, when asked for, `f`; all others mean nothing here. Throws Error (data) that names
/// file and line: a number that is none, a corner that is not there, a cut file.
ObjMesh read_obj(const std::filesystem::path& file, bool with_triangles);

/// The points of another shape of the same mesh: as many as `vertices`, else Error (data).
Eigen::VectorXd read_obj_shape(const std::filesystem::path& file, Eigen::Index vertices);

}  // namespace facelex
