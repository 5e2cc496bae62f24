#include "facelex/coding/expression_face.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "facelex/face/builtin/anatomical_face.hpp"
#include "factor/fixture.hpp"
#include "io/test_files.hpp"

namespace facelex {
namespace {

TEST(ExpressionFace, MovesVerticesAndLandmarksAsTheModelDoes) {
  const MorphableModel& face = built_in_face();
  std::vector<Column> columns = face.expression_columns();
  columns = {columns[5], columns[2], {columns[9].name.substr(2), "", ""}};  // not in the model's order
  const ExpressionFace moved(face, columns);
  Random random(1);
  RowMatrix signals = normal_matrix(random, 3, 3);
  signals(1, 1) = std::nan("");
  const RowMatrix vertices = moved.vertices(signals), landmarks = moved.landmarks(signals);
  const auto points = face.landmark_points();
  ASSERT_EQ(moved.landmark_columns().size(), 3 * points.size());
  EXPECT_EQ(moved.landmark_columns()[0].name, "dX_" + std::to_string(points[0]));
  for (const Eigen::Index t : {0, 2}) {
    Eigen::VectorXd expression = Eigen::VectorXd::Zero(face.expression.size());
    expression[5] = signals(t, 0), expression[2] = signals(t, 1), expression[9] = signals(t, 2);
    const Vertices shape = face.shape({}, expression);
    EXPECT_LT((shape - moved.shape(signals.row(t))).cwiseAbs().maxCoeff(), 1e-4F);
    for (Eigen::Index v = 0; v < shape.rows(); v += 17)
      for (Eigen::Index axis = 0; axis < 3; ++axis)
        EXPECT_NEAR(vertices(t, 3 * v + axis), static_cast<double>(shape(v, axis) - face.mean(v, axis)),
                    1e-3);
    for (std::size_t i = 0; i < points.size(); ++i)
      for (Eigen::Index axis = 0; axis < 3; ++axis)
        EXPECT_EQ(
            landmarks(t, axis * static_cast<Eigen::Index>(points.size()) + static_cast<Eigen::Index>(i)),
            vertices(t, 3 * face.landmarks[static_cast<std::size_t>(points[i])] + axis));
  }
  EXPECT_TRUE(landmarks.row(1).array().isNaN().all());
}

TEST(ExpressionFace, SaysWhichColumnsTheFaceLacks) {
  EXPECT_TRUE(test::says(test::error_of([] {
                           const ExpressionFace face(built_in_face(), {{"e_7", "", ""}});
                         }),
                         {"has no expressions e_7", "it has e_"}));
}

}  // namespace
}  // namespace facelex
