#pragma once

#include <Eigen/Core>
#include <map>
#include <string>
#include <vector>

#include "anatomical_table.hpp"
#include "face/standardize/planar_mesh.hpp"

namespace facelex::detail {

/// Nearest multiple of 1/1024 mm. Values of the model are such: its bytes do not depend on how a processor
/// rounds.
double to_grain(double value_mm);

Eigen::RowVector3d mirrored(const Eigen::RowVector3d& v);

/// The left half in the template: named points, points of curves, and points that fill the surface.
struct HalfMesh {
  Points2d points;
  std::vector<Triangle> triangles;
  std::map<int, Eigen::Vector3d> places;  ///< in mm, of the points that have one
  std::map<std::string, int> named;
  std::map<std::string, std::vector<int>> curves;

  std::size_t size() const { return points.size(); }
  int add(const Eigen::Vector2d& point) {
    points.push_back(point);
    return static_cast<int>(points.size()) - 1;
  }
  bool on_midline(int point) const { return points[static_cast<std::size_t>(point)].x() == 0; }
};
/// Both halves.
struct WholeMesh {
  HalfMesh half;
  std::vector<int> mirror;  ///< of each vertex, the one on the other side; itself on the midline
  std::vector<Triangle> triangles;
  Eigen::MatrixXd flat;  ///< P×3, in the template; z = 0
  Eigen::MatrixXd mean;  ///< P×3, mm from the sellion

  Eigen::Index size() const { return static_cast<Eigen::Index>(mirror.size()); }
  int vertex(const std::string& point) const { return half.named.at(point); }
  int other(int vertex) const { return mirror[static_cast<std::size_t>(vertex)]; }
};
/// The mesh of the table's mean face. In the template the surface is unrolled about the head's axis, filled
/// with points that are finer near lids, lips and nose, triangulated and mirrored; then distance from the
/// axis and height, known at the table's points and curves, are spread smoothly over it.
WholeMesh anatomical_mesh(const AnatomicalTable& table);

}  // namespace facelex::detail
