#include "facelex/face/model/export.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "facelex/core/random.hpp"
#include "facelex/face/model/import/model.hpp"
#include "io/test_files.hpp"

namespace {

using namespace facelex;
using namespace facelex::test;

/// A bent sheet of 5×4 vertices as large as a face, with random modes.
MorphableModel unevenly_sized_model(std::uint64_t seed) {
  Random random(seed);
  MorphableModel model;
  model.name = "sheet";
  model.mean.resize(20, 3);
  for (Eigen::Index v = 0; v < 20; ++v)
    model.mean.row(v) << static_cast<float>(40 * (v % 5)), static_cast<float>(40 * (v / 5)),
        static_cast<float>(random.uniform(-9, 9));
  model.triangles.resize(24, 3);
  for (int row = 0, t = 0; row < 3; ++row)
    for (int column = 0; column < 4; ++column) {
      const int corner = 5 * row + column;
      model.triangles.row(t++) << corner, corner + 6, corner + 1;
      model.triangles.row(t++) << corner, corner + 5, corner + 6;
    }
  model.landmarks.fill(-1);
  for (std::size_t point = 17; point < 30; ++point)
    model.landmarks[point] = static_cast<std::int32_t>(random.below(20));
  const auto basis = [&](std::vector<std::string> names) {
    ShapeBasis made;
    const auto count = static_cast<Eigen::Index>(names.size());
    made.names = std::move(names);
    made.modes = Eigen::MatrixXf::NullaryExpr(60, count, [&] { return static_cast<float>(random.normal()); });
    made.scale = made.upper = Eigen::VectorXd::Ones(count);
    made.lower = -made.upper;
    return made;
  };
  model.identity = basis({"0", "width"});
  model.expression = basis({"AU04", "AU12_L", "AU12_R"});
  return model;
}

TEST(ModelExport, TheSetOfObjFilesIsReadBack) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const TemporaryFolder folder;
    const MorphableModel model = unevenly_sized_model(seed);
    export_obj_set(folder.path(), model);
    const MorphableModel again = import_model(folder.path());
    EXPECT_EQ(again.mean, model.mean);
    EXPECT_EQ(again.triangles, model.triangles);
    EXPECT_EQ(again.landmarks, model.landmarks);
    EXPECT_EQ(again.identity.names, model.identity.names);
    EXPECT_EQ(again.expression.names, model.expression.names);
    EXPECT_LT((again.identity.modes - model.identity.modes).cwiseAbs().maxCoeff(), 2e-5F);
    EXPECT_LT((again.expression.modes - model.expression.modes).cwiseAbs().maxCoeff(), 2e-5F);
    EXPECT_EQ(again.expression.lower[0], 0);
  }
}

TEST(ModelExport, UnitIsGuessedOrGiven) {
  const TemporaryFolder folder;
  MorphableModel model = unevenly_sized_model(1);
  ModelImportOptions options;
  for (const float size : {1.0F, 0.1F, 0.001F}) {
    export_obj_set(folder.path(), [&] {
      MorphableModel scaled = model;
      scaled.mean *= size;
      scaled.identity.modes *= size;
      scaled.expression.modes *= size;
      return scaled;
    }());
    EXPECT_LT((import_obj(folder.path()).mean - model.mean).cwiseAbs().maxCoeff(), 1e-3F) << size;
  }
  model.mean *= 30;
  export_obj_set(folder.path(), model);
  EXPECT_TRUE(says(error_of([&] { import_obj(folder.path()); }), {"neutral.obj", "4800 large", "unit"}));
  options.unit = ModelImportOptions::Unit::centimetre;
  EXPECT_FLOAT_EQ(import_obj(folder.path(), options).mean(4, 0), 48000);
}

TEST(ModelExport, FolderWithoutOneNeutralIsRefused) {
  const TemporaryFolder folder;
  folder.write("smile.obj", "v 0 0 0\n");
  EXPECT_TRUE(says(error_of([&] { import_obj(folder.path()); }), {"has 0 OBJ files with 'neutral'"}));
  folder.write("Neutral.obj", "v 0 0 0\n");
  folder.write("neutral2.OBJ", "v 0 0 0\n");
  EXPECT_TRUE(says(error_of([&] { import_obj(folder.path()); }), {"has 2 OBJ files with 'neutral'"}));
  EXPECT_TRUE(says(error_of([&] { import_model(folder.write("notes.txt", "x")); }), {"notes.txt", "type"}));
  ModelImportOptions options;
  options.expression = "x.bin";
  EXPECT_TRUE(
      says(error_of([&] { import_model(folder.path(), options); }), {"expression", "surrey and bfm"}));
}

TEST(ModelExport, NameAndLicenceAreTheUsersWhereGiven) {
  const TemporaryFolder folder;
  export_obj_set(folder.path(), unevenly_sized_model(3));
  EXPECT_EQ(import_model(folder.path()).licence, import_obj(folder.path()).licence);
  ModelImportOptions options;
  options.name = "Sheet";
  options.licence = "CC BY 4.0";
  const MorphableModel model = import_model(folder.path(), options);
  EXPECT_EQ(model.name, "Sheet");
  EXPECT_EQ(model.licence, "CC BY 4.0");
}

TEST(ModelExport, PlyHoldsPointsAndTriangles) {
  const TemporaryFolder folder;
  const MorphableModel model = unevenly_sized_model(2);
  write_mesh(folder / "face.ply", model.mean, model.triangles);
  const std::string bytes = file_text(folder / "face.ply");
  const std::size_t begin = bytes.find("end_header\n") + std::strlen("end_header\n");
  EXPECT_TRUE(says(bytes.substr(0, begin), {"element vertex 20\n", "element face 24\n", "little_endian"}));
  ASSERT_EQ(bytes.size() - begin, 20U * 12 + 24U * 13);
  std::array<float, 3> point{};
  std::memcpy(point.data(), bytes.data() + begin + 12 * 19, 12);
  EXPECT_EQ(point[0], model.mean(19, 0));
  EXPECT_EQ(point[1], -model.mean(19, 1));
  EXPECT_EQ(point[2], -model.mean(19, 2));
  std::array<std::int32_t, 3> corners{};
  const char* last = bytes.data() + begin + 20 * 12 + 23 * 13;
  EXPECT_EQ(*last, 3);
  std::memcpy(corners.data(), last + 1, 12);
  EXPECT_EQ(corners[2], model.triangles(23, 2));
  EXPECT_TRUE(
      says(error_of([&] { write_mesh("face.stl", model.mean, model.triangles); }), {"face.stl", ".ply"}));
}

TEST(ModelExport, CoefficientsByName) {
  const MorphableModel model = unevenly_sized_model(3);
  EXPECT_EQ(coefficients_of(model.expression, {"AU12_R=0.5", " AU04 = -1"}, "expression"),
            Eigen::Vector3d(-1, 0, 0.5));
  EXPECT_EQ(coefficients_of(model.expression, {}, "expression"), Eigen::Vector3d::Zero());
  const auto refused = [&](const std::string& setting) {
    return error_of([&] { coefficients_of(model.expression, {setting}, "expression"); });
  };
  EXPECT_TRUE(says(refused("AU12_X=1"), {"expression", "no 'AU12_X'", "did you mean 'AU12_"}));
  EXPECT_TRUE(says(refused("zygomaticus=1"), {"no 'zygomaticus'", "model info"}));
  for (const char* bad : {"AU04", "AU04=", "AU04=x", "AU04=inf", "AU04=nan"})
    EXPECT_TRUE(says(refused(bad), {"is not name=number"})) << bad;
}

TEST(ModelExport, NamesThatAreNoFilesAreRefused) {
  const TemporaryFolder folder;
  for (const char* name : {"../evil", "", ".hidden", "neutral"}) {
    MorphableModel model = unevenly_sized_model(4);
    model.expression.names[0] = name;
    EXPECT_TRUE(says(error_of([&] { export_obj_set(folder / "set", model); }), {"cannot be a file's name"}))
        << name;
  }
}

TEST(ModelExport, SummaryNamesWhatIsThere) {
  MorphableModel model = unevenly_sized_model(5);
  model.expression.modes.col(1).setConstant(2);
  model.expression.scale[1] = 1.5;
  model.expression.upper[1] = std::numeric_limits<double>::infinity();
  model.contour[0] = {1, 2};
  model.contour[1] = {1};
  const Json summary = morphable_model_summary(model);
  EXPECT_EQ(summary["name"], "sheet");
  EXPECT_EQ(summary["vertices"], 20);
  EXPECT_EQ(summary["triangles"], 24);
  EXPECT_EQ(summary["landmarks"].size(), 13U);
  EXPECT_EQ(summary["landmarks"][0], 17);
  EXPECT_EQ(summary["sliding_jaw_points"], 1);
  EXPECT_EQ(summary["identity"].size(), 2U);
  const Json& mode = summary["expression"][1];
  EXPECT_EQ(mode["name"], "AU12_L");
  EXPECT_EQ(mode["scale"], 1.5);
  EXPECT_EQ(mode["lower"], -1);
  EXPECT_TRUE(mode["upper"].is_null());
  EXPECT_NEAR(mode["rms_mm"].get<double>(), 1.5 * 2 * std::sqrt(3.0), 1e-9);
  EXPECT_FALSE(mode.contains("description"));
}

}  // namespace
