#include "facelex/compare/template_overlap.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "dfe/naive.hpp"
#include "facelex/compare/reconstruction.hpp"
#include "facelex/dfe/system.hpp"
#include "factor/fixture.hpp"

namespace facelex {
namespace {

TEST(TemplateOverlap, IsThatOfItsDefinition) {
  Random random(2);
  constexpr int count = 5, points = 7;
  RowMatrix vertices = normal_matrix(random, count, 3 * points);
  vertices.row(4).setZero();
  const auto at = [&](int k, int p, int axis) { return vertices(k, 3 * p + axis); };
  const auto length = [&](int k, int p) { return std::hypot(at(k, p, 0), at(k, p, 1), at(k, p, 2)); };
  double dot = 0, cosine = 0, signed_dot = 0, signed_cosine = 0;
  for (int i = 0; i < count; ++i)
    for (int j = i + 1; j < count; ++j) {
      double lengths = 0, products = 0, a = 0, b = 0;
      for (int p = 0; p < points; ++p) {
        lengths += length(i, p) * length(j, p);
        a += length(i, p) * length(i, p), b += length(j, p) * length(j, p);
        for (int axis = 0; axis < 3; ++axis) products += at(i, p, axis) * at(j, p, axis);
      }
      dot += lengths / 10, signed_dot += products / 10;
      if (j == 4) continue;
      cosine += lengths / std::sqrt(a * b) / 6, signed_cosine += products / std::sqrt(a * b) / 6;
    }
  const auto found = template_overlap(displacements_of_vertices(vertices));
  EXPECT_EQ(found.templates, 5);
  EXPECT_EQ(found.without_movement, 1);
  EXPECT_NEAR(found.magnitude_dot, dot, 1e-12);
  EXPECT_NEAR(found.magnitude_cosine, cosine, 1e-12);
  EXPECT_NEAR(found.signed_dot, signed_dot, 1e-12);
  EXPECT_NEAR(found.signed_cosine, signed_cosine, 1e-12);
}

TEST(TemplateOverlap, OppositeTemplatesOfOnePlaceOverlapAndApartOnesDoNot) {
  const std::vector<Column> columns = {
      {"dx_3", "", "u"}, {"dx_5", "", "u"}, {"dy_3", "", "u"}, {"dy_5", "", "u"}};
  RowMatrix movements(2, 4);
  movements << 3, 0, 4, 0, -3, 0, -4, 0;
  const auto same = displacements_of_columns(movements, columns);
  EXPECT_EQ(same.axes, 2);
  EXPECT_EQ(same.unit, "u");
  EXPECT_EQ(same.magnitudes(), (RowMatrix(2, 2) << 5, 0, 5, 0).finished());
  EXPECT_DOUBLE_EQ(template_overlap(same).magnitude_cosine, 1);
  EXPECT_DOUBLE_EQ(template_overlap(same).signed_cosine, -1);
  movements << 3, 0, 4, 0, 0, 1, 0, 1;
  EXPECT_EQ(template_overlap(displacements_of_columns(movements, columns)).magnitude_dot, 0);
  EXPECT_EQ(
      displacements_of_columns(movements, {{"a", "", ""}, {"b", "", ""}, {"dq_1", "", ""}, {"dx_", "", ""}})
          .points(),
      0);
}

TEST(TemplateOverlap, TheCurveIsTheShareThatGoesFurther) {
  RowMatrix movements(1, 4);
  movements << 1, 2, 3, 4;
  const auto curve = displacement_curve(
      displacements_of_columns(movements,
                               {{"dx_1", "", ""}, {"dx_2", "", ""}, {"dx_3", "", ""}, {"dx_4", "", ""}}),
      4);
  EXPECT_EQ(curve, (RowMatrix(5, 2) << 0, 1, 1, 0.75, 2, 0.5, 3, 0.25, 4, 0).finished());
}

TEST(Reconstruction, OfStagesOfADiscreteEncoding) {
  DfeShape shape;
  shape.inputs = 6, shape.token_width = 3, shape.layers = 1, shape.heads = 1, shape.width = 4;
  shape.feed_forward = 4, shape.latent = 3, shape.stages = 3, shape.codes = 5;
  const DiscreteFacialEncoding system(test::random_network(shape, 3), test::expression_columns(6),
                                      SignalKind::expression);
  Random random(4);
  RowMatrix signals = normal_matrix(random, 40, 6);
  signals(7, 2) = std::nan("");
  const auto codes = system.encode(signals).codes;
  const auto figures = reconstruction_figures(system, signals, codes);
  ASSERT_EQ(figures.size(), 3u);
  EXPECT_EQ(figures[0].codes, "stage 1");
  EXPECT_EQ(figures[1].codes, "stages 1-2");
  EXPECT_EQ(figures[2].codes, "all");
  const auto& weights = system.network().weights;
  const auto mean = weights.at("input.mean").row(0).cast<double>(),
             scale = weights.at("input.scale").row(0).cast<double>();
  for (int stages = 1; stages <= 3; ++stages) {
    double left = 0, all = 0;
    for (Eigen::Index t = 0; t < 40; ++t) {
      if (t == 7) continue;
      Eigen::VectorXd sum = Eigen::VectorXd::Zero(3);
      for (int i = 0; i < stages; ++i)
        sum += weights.at("codebook").row(static_cast<Eigen::Index>(codes(t, i))).transpose().cast<double>();
      const Eigen::VectorXd decoded = weights.at("decoder.0.weight").cast<double>() * sum +
                                      weights.at("decoder.0.bias").row(0).transpose().cast<double>();
      for (Eigen::Index d = 0; d < 6; ++d) {
        left += std::pow(signals(t, d) - (decoded[d] * scale[d] + mean[d]), 2);
        all += signals(t, d) * signals(t, d);
      }
    }
    const auto& one = figures[static_cast<std::size_t>(stages - 1)];
    EXPECT_NEAR(one.variance_explained, 1 - left / all, 1e-9);
    EXPECT_NEAR(one.rmse, std::sqrt(left / (39 * 6)), 1e-9);
    EXPECT_NE(one.variance_explained, one.variance_explained_about_mean);
  }
  const RowMatrix templates = system.templates();
  EXPECT_LT((templates.row(2).transpose().array() -
             scale.transpose().array() * (weights.at("decoder.0.weight").cast<double>() *
                                          weights.at("codebook").row(2).transpose().cast<double>())
                                             .array())
                .abs()
                .maxCoeff(),
            1e-9);
  EXPECT_EQ(template_names(system)[4], "token-4");
  EXPECT_EQ(system.vocabulary(), 5);
}

}  // namespace
}  // namespace facelex
