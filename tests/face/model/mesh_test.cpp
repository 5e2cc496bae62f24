#include "facelex/face/model/mesh.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "facelex/face/builtin/anatomical_face.hpp"

namespace facelex {
namespace {

/// A strip of squares in the plane z = 5 that faces the camera, `holes` of them left out.
struct Strip {
  Vertices points;
  Triangles triangles;
};
Strip grid(int columns, int rows, const std::vector<std::pair<int, int>>& holes) {
  Strip strip;
  strip.points.resize((columns + 1) * (rows + 1), 3);
  std::vector<std::array<int, 3>> list;
  for (int y = 0; y <= rows; ++y)
    for (int x = 0; x <= columns; ++x)
      strip.points.row(y * (columns + 1) + x) << static_cast<float>(x), static_cast<float>(y), 5;
  for (int y = 0; y < rows; ++y)
    for (int x = 0; x < columns; ++x) {
      if (std::find(holes.begin(), holes.end(), std::pair{x, y}) != holes.end()) continue;
      const int a = y * (columns + 1) + x, below = a + columns + 1;
      list.push_back({a, below, below + 1});
      list.push_back({a, below + 1, a + 1});
    }
  strip.triangles.resize(static_cast<Eigen::Index>(list.size()), 3);
  for (std::size_t t = 0; t < list.size(); ++t)
    strip.triangles.row(static_cast<Eigen::Index>(t)) << list[t][0], list[t][1], list[t][2];
  return strip;
}

TEST(Mesh, NormalsPointOut) {
  const Strip strip = grid(3, 2, {});
  const Vertices normals = vertex_normals(strip.points, strip.triangles);
  for (Eigen::Index i = 0; i < normals.rows(); ++i) EXPECT_EQ(normals.row(i), Eigen::RowVector3f(0, 0, -1));
  const MorphableModel& face = built_in_face();
  const Vertices of_face = vertex_normals(face.mean, face.triangles);
  EXPECT_LT(of_face(face.landmarks[30], 2), -0.5);  // the tip of the nose: forwards
  EXPECT_LT(of_face(face.landmarks[0], 0), -0.5);   // before the right ear: to the right
  EXPECT_GT(of_face(face.landmarks[16], 0), 0.5);
  for (Eigen::Index i = 0; i < of_face.rows(); ++i) EXPECT_NEAR(of_face.row(i).norm(), 1, 1e-5);
}

TEST(Mesh, AVertexWithoutTrianglesLooksAtTheCamera) {
  Strip strip = grid(1, 1, {});
  strip.points.conservativeResize(5, 3);
  strip.points.row(4).setZero();
  EXPECT_EQ(vertex_normals(strip.points, strip.triangles).row(4), Eigen::RowVector3f(0, 0, -1));
}

TEST(Mesh, BordersAreTheOutlineAndEveryHole) {
  const Strip strip = grid(7, 5, {{1, 1}, {4, 2}, {5, 2}});
  const auto borders = mesh_borders(strip.triangles);
  ASSERT_EQ(borders.size(), 3U);
  EXPECT_EQ(borders[0].size(), 24U);
  EXPECT_EQ(borders[1].size(), 6U);
  EXPECT_EQ(borders[2].size(), 4U);
  // Walked in order: neighbours are one apart, the last and the first too.
  for (const auto& border : borders)
    for (std::size_t i = 0; i < border.size(); ++i) {
      const auto a = strip.points.row(border[i]), b = strip.points.row(border[(i + 1) % border.size()]);
      EXPECT_FLOAT_EQ((a - b).norm(), 1);
    }
}

TEST(Mesh, TheBuiltInFaceHasThreeOpenings) {
  EXPECT_EQ(mesh_borders(built_in_face().triangles).size(), 4U);
}

}  // namespace
}  // namespace facelex
