#include "facelex/dfe/train/displacement.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <numeric>
#include <set>

#include "facelex/core/error.hpp"
#include "facelex/core/random.hpp"
#include "facelex/dfe/train/backend.hpp"
#include "facelex/dfe/train/layout.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "small_dfe.hpp"
#ifdef FACELEX_WITH_TORCH
#include "facelex/dfe/train/torch.hpp"
#endif

namespace facelex {
namespace {

FloatRowMatrix normals(Eigen::Index rows, Eigen::Index cols, std::uint64_t seed) {
  Random random(seed);
  FloatRowMatrix values(rows, cols);
  for (auto& value : values.reshaped()) value = static_cast<float>(random.normal());
  return values;
}

DfeTask small_task() {
  DfeOptions options = test::small_dfe_options(DfeEncoder::mlp);
  options.sparsity = 0.7;
  options.sparsity_on = DfeSparsityOn::displacement;
  return {options.shape, options, std::make_shared<const FloatRowMatrix>(normals(3 * 11, 7, 3))};
}

TEST(DfeDisplacement, GradientIsThatOfFiniteDifferences) {
  const FloatRowMatrix displacement = normals(3 * 11, 7, 1);
  FloatRowMatrix output = normals(5, 7, 2);
  output.row(3).setZero();  // a face at rest has the gradient 0
  FloatRowMatrix gradient = FloatRowMatrix::Ones(5, 7);
  const double sum = displacement_sparsity(displacement, output, 0.4F, &gradient);
  double naive = 0;
  for (Eigen::Index t = 0; t < 5; ++t)
    for (Eigen::Index v = 0; v < 11; ++v)
      naive +=
          static_cast<double>((displacement.middleRows<3>(3 * v) * output.row(t).transpose()).norm()) / 11;
  EXPECT_NEAR(sum, naive, 1e-5 * naive);
  constexpr float step = 1e-2F;
  for (Eigen::Index t = 0; t < 5; ++t)
    for (Eigen::Index d = 0; d < 7; ++d) {
      const float at = output(t, d);
      output(t, d) = at + step;
      const double above = displacement_sparsity(displacement, output, 0, nullptr);
      output(t, d) = at - step;
      const double below = displacement_sparsity(displacement, output, 0, nullptr);
      output(t, d) = at;
      EXPECT_NEAR(static_cast<double>(gradient(t, d)),
                  1 + 0.4 * (above - below) / (2 * static_cast<double>(step)), 2e-3)
          << t << ' ' << d;
    }
}

/// Of the weights after the codes: before them the gradient goes straight through, and is not that of the
/// loss.
TEST(DfeDisplacement, TheProcessorsDecoderGradientIsThatOfFiniteDifferences) {
  const DfeTask task = small_task();
  const DfeLayout layout(task.shape);
  const FloatRowMatrix frames = normals(40, 7, 8);
  const auto rows = test::numbers_to(40);
  const auto backend = make_cpu_backend(task, 2);
  const DfeState start = backend->state();
  backend->step({frames, rows});
  const std::vector<float> moment = backend->state().first_moment;
  const auto loss = [&](std::size_t weight, float change) {
    DfeState state = start;
    state.weights[weight] += change;
    backend->set_state(std::move(state));
    return backend->evaluate({frames, rows}).total(task.options);
  };
  constexpr float step = 1e-2F;
  int checked = 0;
  for (const auto& at : layout.parameters()) {
    if (!at.name.starts_with("decoder.1")) continue;
    for (std::size_t i = at.offset; i < at.offset + static_cast<std::size_t>(at.rows * at.cols);
         ++i, ++checked)
      EXPECT_NEAR(10 * static_cast<double>(moment[i]),
                  (loss(i, step) - loss(i, -step)) / (2 * static_cast<double>(step)), 5e-3)
          << at.name << " number " << i - at.offset;
  }
  EXPECT_EQ(checked, 7 * 9 + 7);
}

#ifdef FACELEX_WITH_TORCH
TEST(DfeDisplacement, LibtorchMakesTheSameSteps) {
  DfeTask task = small_task();
  task.options.device = DfeDevice::cpu;
  const FloatRowMatrix frames = normals(40, 7, 8);
  const auto rows = test::numbers_to(40);
  const auto backend = make_cpu_backend(task, 2);
  const auto theirs = make_torch_backend(task, 1);
  const double mine = backend->step({frames, rows}).total(task.options),
               other = theirs->step({frames, rows}).total(task.options);
  EXPECT_NEAR(mine, other, 1e-4 * other);
  const auto a = backend->state().first_moment, b = theirs->state().first_moment;
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-4) << i;
}
#endif

TEST(DfeDisplacement, PointsSpreadOverWhatMoves) {
  const MorphableModel& face = built_in_face();
  std::vector<Column> columns = face.expression_columns();
  const auto points = displacement_points(face, columns, 100);
  ASSERT_EQ(points.size(), 100U);
  EXPECT_EQ(std::set<Eigen::Index>(points.begin(), points.end()).size(), 100U);
  const auto few = displacement_points(face, {columns[0]}, 100000);
  EXPECT_LT(few.size(), static_cast<std::size_t>(face.vertex_count()));  // a brow moves no chin
  // B y is how the model moves these points.
  FloatRowMatrix scale = FloatRowMatrix::Constant(1, static_cast<Eigen::Index>(columns.size()), 2);
  const FloatRowMatrix moved = displacement_of_outputs(face, columns, scale);
  const auto all = displacement_points(face, columns, static_cast<int>(moved.rows()) / 3);
  for (const Eigen::Index i : {0, 50, 200})
    for (Eigen::Index axis = 0; axis < 3; ++axis)
      EXPECT_FLOAT_EQ(moved(3 * i + axis, 4),
                      2 * face.expression.modes(3 * all[static_cast<std::size_t>(i)] + axis, 4));
  EXPECT_THROW(displacement_of_outputs(face, {{"e_7", "", ""}}, FloatRowMatrix::Ones(1, 1)), Error);
}

TEST(DfeDisplacement, DecidesWhatACheckpointBelongsTo) {
  const DfeTask displaced = small_task();
  DfeTask other = displaced, usual = displaced;
  other.displacement = std::make_shared<const FloatRowMatrix>(normals(3 * 11, 7, 4));
  usual.options.sparsity_on = DfeSparsityOn::coefficients;
  usual.displacement = nullptr;
  EXPECT_NE(displaced.configuration(), other.configuration());
  EXPECT_FALSE(usual.configuration().contains("sparsity-on"));
  EXPECT_FALSE(displaced.configuration().contains("face"));
  usual.options.face = "built-in";
  EXPECT_THROW(usual.options.check(), Error);
}

}  // namespace
}  // namespace facelex
