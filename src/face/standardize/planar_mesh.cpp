#include "planar_mesh.hpp"

#include <Eigen/LU>

#include <algorithm>
#include <map>

namespace facelex::detail {
namespace {

double doubled_area(const Eigen::Vector2d& a, const Eigen::Vector2d& b, const Eigen::Vector2d& c) {
  return (b - a).x() * (c - a).y() - (b - a).y() * (c - a).x();
}

/// > 0 when p lies inside the circle through a, b, c (which have positive area).
double in_circle(const Eigen::Vector2d& a, const Eigen::Vector2d& b, const Eigen::Vector2d& c,
                 const Eigen::Vector2d& p) {
  Eigen::Matrix3d m;
  m << (a - p).transpose(), (a - p).squaredNorm(), (b - p).transpose(), (b - p).squaredNorm(),
      (c - p).transpose(), (c - p).squaredNorm();
  return m.determinant();
}

}  // namespace

bool inside(const Points2d& polygon, const Eigen::Vector2d& point) {
  bool in = false;
  for (std::size_t i = 0, j = polygon.size() - 1; i < polygon.size(); j = i++) {
    const Eigen::Vector2d &a = polygon[i], &b = polygon[j];
    if ((a.y() > point.y()) == (b.y() > point.y())) continue;
    if (point.x() < a.x() + (b.x() - a.x()) * (point.y() - a.y()) / (b.y() - a.y())) in = !in;
  }
  return in;
}

std::vector<Triangle> delaunay(const Points2d& given) {
  Points2d points = given;
  Eigen::Vector2d low = points.front(), high = points.front();
  for (const auto& point : points) {
    low = low.cwiseMin(point);
    high = high.cwiseMax(point);
  }
  // A triangle far around everything; what hangs on its corners is left out at the end.
  const double size = 100 * (high - low).maxCoeff();
  const Eigen::Vector2d middle = (low + high) / 2;
  const int outer = static_cast<int>(points.size());
  points.push_back(middle + Eigen::Vector2d(-size, -size));
  points.push_back(middle + Eigen::Vector2d(size, -size));
  points.push_back(middle + Eigen::Vector2d(0, size));
  const auto at = [&](int i) -> const Eigen::Vector2d& { return points[static_cast<std::size_t>(i)]; };

  std::vector<Triangle> triangles = {{outer, outer + 1, outer + 2}};
  for (int p = 0; p < outer; ++p) {
    std::map<std::pair<int, int>, int> edges;  // of the triangles that p destroys, with how often they occur
    std::vector<Triangle> kept;
    for (const Triangle& t : triangles) {
      if (in_circle(at(t[0]), at(t[1]), at(t[2]), at(p)) <= 0) {
        kept.push_back(t);
        continue;
      }
      for (std::size_t k = 0; k < 3; ++k) ++edges[{t[k], t[(k + 1) % 3]}];
    }
    for (const auto& [edge, count] : edges)
      if (!edges.contains({edge.second, edge.first})) kept.push_back({edge.first, edge.second, p});
    triangles = std::move(kept);
  }
  std::erase_if(triangles, [&](const Triangle& t) {
    return t[0] >= outer || t[1] >= outer || t[2] >= outer || doubled_area(at(t[0]), at(t[1]), at(t[2])) <= 0;
  });
  return triangles;
}

}  // namespace facelex::detail
