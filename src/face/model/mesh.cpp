#include "facelex/face/model/mesh.hpp"

#include <Eigen/Geometry>
#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace facelex {

Vertices vertex_normals(const Vertices& points, const Triangles& triangles) {
  Vertices normals = Vertices::Zero(points.rows(), 3);
  for (Eigen::Index t = 0; t < triangles.rows(); ++t) {
    const Eigen::RowVector3f a = points.row(triangles(t, 0)), b = points.row(triangles(t, 1)),
                             c = points.row(triangles(t, 2));
    // In axes with y down and z away, which are right-handed, anticlockwise as seen from outside points out.
    const Eigen::RowVector3f normal = (b - a).cross(c - a);
    for (Eigen::Index corner = 0; corner < 3; ++corner) normals.row(triangles(t, corner)) += normal;
  }
  for (Eigen::Index i = 0; i < normals.rows(); ++i) {
    const float length = normals.row(i).norm();
    if (length > 0)
      normals.row(i) /= length;
    else
      normals.row(i) = Eigen::RowVector3f(0, 0, -1);
  }
  return normals;
}

std::vector<std::vector<std::int32_t>> mesh_borders(const Triangles& triangles) {
  std::set<std::pair<std::int32_t, std::int32_t>> edges;
  for (Eigen::Index t = 0; t < triangles.rows(); ++t)
    for (Eigen::Index k = 0; k < 3; ++k) edges.insert({triangles(t, k), triangles(t, (k + 1) % 3)});
  std::map<std::int32_t, std::int32_t> next;
  for (const auto& [a, b] : edges)
    if (!edges.contains({b, a})) next[a] = b;
  std::vector<std::vector<std::int32_t>> borders;
  while (!next.empty()) {
    std::vector<std::int32_t>& border = borders.emplace_back();
    for (auto at = next.begin(); at != next.end();) {
      border.push_back(at->first);
      const std::int32_t following = at->second;
      next.erase(at);
      at = next.find(following);
    }
  }
  std::stable_sort(borders.begin(), borders.end(),
                   [](const auto& a, const auto& b) { return a.size() > b.size(); });
  return borders;
}

std::vector<std::int32_t> opening_about(const MorphableModel& model, std::span<const int> points) {
  const auto middle_and_width = [&](const auto& vertices) {
    Eigen::RowVector3f low = model.mean.row(vertices.front()), high = low;
    for (const std::int32_t vertex : vertices) {
      low = low.cwiseMin(model.mean.row(vertex));
      high = high.cwiseMax(model.mean.row(vertex));
    }
    return std::pair{Eigen::RowVector3f((low + high) / 2), high.x() - low.x()};
  };
  std::vector<std::int32_t> vertices;
  for (const int point : points) vertices.push_back(model.landmarks[static_cast<std::size_t>(point)]);
  if (std::any_of(vertices.begin(), vertices.end(), [](std::int32_t vertex) { return vertex < 0; }))
    return {};
  const auto [middle, width] = middle_and_width(vertices);
  const auto borders = mesh_borders(model.triangles);
  std::vector<std::int32_t> nearest;
  float distance = width / 2;
  for (std::size_t i = 1; i < borders.size(); ++i) {
    const float here = (middle_and_width(borders[i]).first - middle).norm();
    if (here >= distance) continue;
    distance = here;
    nearest = borders[i];
  }
  return nearest;
}

}  // namespace facelex
