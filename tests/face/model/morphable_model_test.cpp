#include "facelex/face/model/morphable_model.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "facelex/core/random.hpp"
#include "io/test_files.hpp"

namespace {

using namespace facelex;
using namespace facelex::test;

ShapeBasis random_basis(Random& random, Eigen::Index vertices, std::vector<std::string> names) {
  const auto count = static_cast<Eigen::Index>(names.size());
  ShapeBasis basis;
  basis.names = std::move(names);
  basis.modes =
      Eigen::MatrixXf::NullaryExpr(3 * vertices, count, [&] { return static_cast<float>(random.normal()); });
  basis.scale = Eigen::VectorXd::NullaryExpr(count, [&] { return random.uniform(0.5, 2); });
  basis.lower = Eigen::VectorXd::Constant(count, -3);
  basis.upper = Eigen::VectorXd::Constant(count, 3);
  return basis;
}

MorphableModel random_model(std::uint64_t seed) {
  Random random(seed);
  constexpr Eigen::Index vertices = 30;
  MorphableModel model;
  model.name = "random";
  model.licence = "none";
  model.source = "seed " + std::to_string(seed);
  model.mean = Vertices::NullaryExpr(vertices, 3, [&] { return static_cast<float>(random.normal()); });
  model.identity = random_basis(random, vertices, {"0", "1"});
  model.expression = random_basis(random, vertices, {"AU12_L", "AU12_R", "AU26"});
  model.expression.descriptions = {"left corner", "right corner", "jaw"};
  model.triangles = Triangles::NullaryExpr(9, 3, [&] { return static_cast<std::int32_t>(random.below(30)); });
  model.landmarks.fill(-1);
  for (std::size_t point = 5; point < 40; ++point)
    model.landmarks[point] = static_cast<std::int32_t>(random.below(30));
  model.contour[5] = {model.landmarks[5], 3, 4};
  return model;
}

TEST(MorphableModel, FileKeepsEverything) {
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    const TemporaryFolder folder;
    const MorphableModel model = random_model(seed);
    write_model(folder / "m.safetensors", morphable_model_to_file(model));
    const MorphableModel again = load_morphable_model(folder / "m.safetensors");
    EXPECT_EQ(again.name, model.name);
    EXPECT_EQ(again.licence, model.licence);
    EXPECT_EQ(again.source, model.source);
    EXPECT_EQ(again.mean, model.mean);
    EXPECT_EQ(again.identity.modes, model.identity.modes);
    EXPECT_EQ(again.identity.scale, model.identity.scale);
    EXPECT_EQ(again.expression.modes, model.expression.modes);
    EXPECT_EQ(again.expression.names, model.expression.names);
    EXPECT_EQ(again.expression.descriptions, model.expression.descriptions);
    EXPECT_EQ(again.expression.lower, model.expression.lower);
    EXPECT_EQ(again.expression.upper, model.expression.upper);
    EXPECT_EQ(again.triangles, model.triangles);
    EXPECT_EQ(again.landmarks, model.landmarks);
    EXPECT_EQ(again.contour, model.contour);
  }
}

TEST(MorphableModel, ModelWithoutModesIsKept) {
  const TemporaryFolder folder;
  MorphableModel model = random_model(1);
  model.identity = {};
  model.expression = {};
  model.triangles.resize(0, 3);
  write_model(folder / "m.safetensors", morphable_model_to_file(model));
  const MorphableModel again = load_morphable_model(folder / "m.safetensors");
  EXPECT_EQ(again.identity.size(), 0);
  EXPECT_EQ(again.shape(Eigen::VectorXd::Ones(4), {}), model.mean);
}

TEST(MorphableModel, ShapeIsTheSumOverModes) {
  const MorphableModel model = random_model(2);
  const Eigen::VectorXd identity = Eigen::Vector2d(0.5, -2), expression = Eigen::Vector2d(1, 0.25);
  const Vertices shape = model.shape(identity, expression);
  for (Eigen::Index v = 0; v < model.vertex_count(); ++v)
    for (Eigen::Index axis = 0; axis < 3; ++axis) {
      double expected = model.mean(v, axis);
      for (Eigen::Index k = 0; k < 2; ++k)
        expected += model.identity.modes(3 * v + axis, k) * identity[k] +
                    model.expression.modes(3 * v + axis, k) * expression[k];
      EXPECT_NEAR(shape(v, axis), expected, 1e-5);
    }
}

TEST(MorphableModel, LandmarkRowsAreTheRowsOfTheirVertices) {
  const MorphableModel model = random_model(3);
  const LandmarkRows rows = landmark_rows(model);
  ASSERT_EQ(rows.vertex.size(), (40U - 17) + 12 + 2) << "17 … 39, 5 … 16, two more of the contour of 5";
  for (std::size_t r = 0; r < rows.vertex.size(); ++r) {
    const auto row = static_cast<Eigen::Index>(r);
    const Eigen::Index vertex = rows.vertex[r];
    EXPECT_EQ(rows.mean.row(row), model.mean.row(vertex).cast<double>());
    EXPECT_EQ(rows.identity.middleRows(3 * row, 3),
              model.identity.modes.middleRows(3 * vertex, 3).cast<double>());
    EXPECT_EQ(rows.expression(3 * row + 2, 1),
              static_cast<double>(model.expression.modes(3 * vertex + 2, 1)));
  }
  MorphableModel few = model;
  few.landmarks.fill(-1);
  few.contour = {};
  EXPECT_TRUE(says(error_of([&] { landmark_rows(few); }), {"fewer than six", "landmarks"}));
}

TEST(MorphableModel, CheckNamesWhatIsWrong) {
  const auto wrong = [](auto change) {
    MorphableModel model = random_model(4);
    change(model);
    return error_of([&] { model.check("m.file"); });
  };
  EXPECT_EQ(wrong([](MorphableModel&) {}), "no error");
  EXPECT_TRUE(says(wrong([](auto& m) { m.mean.resize(0, 3); }), {"m.file", "no vertices"}));
  EXPECT_TRUE(
      says(wrong([](auto& m) { m.mean(3, 1) = std::numeric_limits<float>::quiet_NaN(); }), {"mean shape"}));
  EXPECT_TRUE(
      says(wrong([](auto& m) { m.identity.modes.conservativeResize(60, 2); }), {"identity", "60 numbers"}));
  EXPECT_TRUE(says(wrong([](auto& m) { m.expression.names.pop_back(); }), {"expression: 2 names for 3"}));
  EXPECT_TRUE(
      says(wrong([](auto& m) { m.expression.descriptions.pop_back(); }), {"expression", "descriptions"}));
  EXPECT_TRUE(says(wrong([](auto& m) { m.expression.scale.conservativeResize(2); }), {"scales or bounds"}));
  EXPECT_TRUE(says(wrong([](auto& m) { m.expression.names[1] = "AU12_L"; }), {"'AU12_L' is there twice"}));
  EXPECT_TRUE(says(wrong([](auto& m) { m.expression.scale[1] = 0; }),
                   {"'AU12_R'", "scale is not a finite positive"}));
  EXPECT_TRUE(says(wrong([](auto& m) { m.expression.lower[2] = 0.5; }), {"'AU26'", "bounds"}));
  EXPECT_TRUE(says(wrong([](auto& m) { m.expression.upper[2] = 0; }), {"'AU26'", "bounds"}));
  EXPECT_TRUE(says(wrong([](auto& m) { m.expression.scale[2] = std::numeric_limits<double>::infinity(); }),
                   {"'AU26'", "scale"}));
  EXPECT_TRUE(says(wrong([](auto& m) { m.triangles(8, 2) = 30; }), {"triangle 8 has the vertex 30"}));
  EXPECT_TRUE(says(wrong([](auto& m) { m.triangles(8, 2) = -1; }), {"triangle 8 has the vertex -1"}));
  EXPECT_TRUE(says(wrong([](auto& m) { m.landmarks[60] = 30; }), {"landmark 60 is at vertex 30"}));
  EXPECT_TRUE(says(wrong([](auto& m) { m.landmarks[60] = -2; }), {"landmark 60 is at vertex -2"}));
  EXPECT_TRUE(says(wrong([](auto& m) { m.contour[5][1] = 31; }), {"landmark 5 is at vertex 31"}));
  EXPECT_TRUE(says(wrong([](auto& m) { m.contour[5][1] = -1; }), {"contour of point 5"}));
}

TEST(MorphableModel, DamagedFilesAreRefused) {
  const TemporaryFolder folder;
  const auto outcome = [&](auto change) {
    ModelFile file = morphable_model_to_file(random_model(5));
    change(file);
    write_model(folder / "m.safetensors", file);
    return error_of([&] { load_morphable_model(folder / "m.safetensors"); });
  };
  EXPECT_TRUE(says(outcome([](auto& f) { f.kind = "pca"; }), {"m.safetensors", "'pca'", "model import"}));
  for (const char* name : {"mean", "identity", "expression", "triangles", "landmarks", "contour"}) {
    EXPECT_TRUE(says(outcome([&](auto& f) { f.tensors.erase(name); }), {"m.safetensors", name}));
    EXPECT_TRUE(says(outcome([&](auto& f) {
                       f.tensors[name].type = Tensor::Type::i64;
                       f.tensors[name].shape = {0};
                       f.tensors[name].bytes.clear();
                     }),
                     {"m.safetensors", name}));
  }
  EXPECT_TRUE(says(outcome([](auto& f) {
                     f.tensors["contour"].shape[0] -= 1;
                     f.tensors["contour"].bytes.resize(f.tensors["contour"].bytes.size() - 4);
                   }),
                   {"'contour' ends too early"}));
  EXPECT_TRUE(says(outcome([](auto& f) {
                     f.tensors["contour"].shape[0] += 1;
                     f.tensors["contour"].bytes.resize(f.tensors["contour"].bytes.size() + 4);
                   }),
                   {"'contour' is too long"}));
  EXPECT_TRUE(says(outcome([](auto& f) {
                     f.metadata["expression_names"] = Json::array({1, 2, 3});
                   }),
                   {"expression_names", "list of texts"}));
}

}  // namespace
