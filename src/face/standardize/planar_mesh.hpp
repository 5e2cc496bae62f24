#pragma once

#include <Eigen/Core>
#include <array>
#include <vector>

namespace facelex::detail {

using Points2d = std::vector<Eigen::Vector2d>;
using Triangle = std::array<int, 3>;

/// Whether a point lies inside a closed polygon (even-odd rule).
bool inside(const Points2d& polygon, const Eigen::Vector2d& point);

/// The Delaunay triangulation of points in the plane (Bowyer–Watson), triangles with positive area in (x, y).
/// No two points may coincide; where four lie on one circle either diagonal may be taken.
std::vector<Triangle> delaunay(const Points2d& points);

}  // namespace facelex::detail
