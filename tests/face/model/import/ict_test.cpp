#include <gtest/gtest.h>

#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <set>

#include "facelex/face/model/import/model.hpp"
#include "io/test_files.hpp"

namespace {

using namespace facelex;
using namespace facelex::test;

/// A cube's front with two shapes, as ICT-FaceKit lays its folder out.
void write_small_ict(const TemporaryFolder& folder, const std::string& landmark = "2") {
  const std::string neutral = "# a comment\nv 0 0 1\nv 1 0 1\nv 1 1 1\nv 0 1 1\nvt 0 0\nf 1/1 2/1 3/1 4/1\n";
  folder.write("generic_neutral_mesh.obj", neutral);
  folder.write("identity000.obj", "v 0 0 1\nv 1 0 1\nv 1 1 1\nv 0 1.5 1\n");
  folder.write("jawOpen.obj", "v 0 -1 1\r\nv 1 0 1.25\nv 1 1 1\nv 0 1 1\n");
  std::string list = landmark;
  for (int i = 1; i < 68; ++i) list += ", 0";
  folder.write("vertex_indices.json",
               R"({"expressions": ["jawOpen", "browDown_L"], "idx_to_landmark_verts": [)" + list + "]}");
}

ModelImportOptions what_is_there() {
  ModelImportOptions options;
  options.allow_missing = true;
  return options;
}

TEST(ImportIct, FolderBecomesMillimetresInOurAxes) {
  const TemporaryFolder folder;
  write_small_ict(folder);
  const MorphableModel model = import_ict(folder.path(), what_is_there());
  EXPECT_EQ(model.mean, (Vertices(4, 3) << 0, 0, -10, 10, 0, -10, 10, -10, -10, 0, -10, -10).finished());
  EXPECT_EQ(model.triangles, (Triangles(2, 3) << 0, 1, 2, 0, 2, 3).finished());
  EXPECT_EQ(model.landmarks[0], 2);
  ASSERT_EQ(model.identity.names, std::vector<std::string>{"0"});
  EXPECT_EQ(model.identity.modes(10, 0), -5);
  ASSERT_EQ(model.expression.names, std::vector<std::string>{"jawOpen"});
  EXPECT_EQ(model.expression.modes(1, 0), 10);
  EXPECT_EQ(model.expression.modes(5, 0), -2.5F);
  EXPECT_EQ((model.expression.modes.array() != 0).count(), 2);
  EXPECT_EQ(model.expression.lower[0], 0);
  EXPECT_EQ(model.expression.upper[0], 1);
}

TEST(ImportIct, SaysWhatIsMissingOrWrong) {
  const TemporaryFolder folder;
  write_small_ict(folder);
  EXPECT_TRUE(says(error_of([&] { import_ict(folder.path()); }),
                   {"1 of 2 expression", "browDown_L.obj", "allow-missing"}));
  folder.write("browDown_L.obj", "v 0 0 0\nv 0 0 0\n");
  EXPECT_TRUE(says(error_of([&] { import_ict(folder.path()); }),
                   {"browDown_L.obj", "2 vertices", "neutral shape 4"}));
  const auto refused = [&](const std::string& text) {
    folder.write("browDown_L.obj", text);
    return error_of([&] { import_ict(folder.path(), what_is_there()); });
  };
  EXPECT_TRUE(says(refused("v 0 0 0\nv 0 0"), {"browDown_L.obj", "line 2", "three numbers"}));
  EXPECT_TRUE(says(refused("v 0 0 0\nv 0 0\nv 1 1 1"), {"line 2"}));
  EXPECT_TRUE(says(refused("v 0 nan 0\n"), {"line 1"}));
  EXPECT_TRUE(says(refused(""), {"no vertices"}));
  for (const std::string face :
       {"f 1 2 9", "f 1 2", "f 1 2 x", "f 1 2 0", "f 1 2 -5", "f 1 2 99999999999999999999"}) {
    folder.write("generic_neutral_mesh.obj", "v 0 0 1\nv 1 0 1\nv 1 1 1\nv 0 1 1\n" + face + "\n");
    EXPECT_TRUE(
        says(error_of([&] { import_ict(folder.path()); }), {"generic_neutral_mesh.obj", "line 5", "a face"}))
        << face;
  }
  write_small_ict(folder, "4");
  EXPECT_TRUE(says(error_of([&] { import_ict(folder.path()); }),
                   {"vertex_indices.json", "idx_to_landmark_verts", "point 0"}));
  folder.write("vertex_indices.json", R"({"expressions": []})");
  EXPECT_TRUE(says(error_of([&] { import_ict(folder.path()); }), {"idx_to_landmark_verts"}));
}

TEST(ImportIct, PackedFileSaysWhatIsWrong) {
  const TemporaryFolder folder;
  Safetensors content;
  const auto tensor = [](Tensor::Type type, std::vector<std::int64_t> shape) {
    std::size_t bytes = 4;
    for (const auto size : shape) bytes *= static_cast<std::size_t>(size);
    return Tensor{type, std::move(shape), std::vector<std::byte>(bytes)};
  };
  content.metadata["expression_names"] = "jawOpen,smile";
  content.tensors["mean"] = tensor(Tensor::Type::f32, {3, 3});
  content.tensors["triangles"] = tensor(Tensor::Type::i32, {1, 3});
  content.tensors["landmarks68"] = tensor(Tensor::Type::i32, {68});
  content.tensors["identity"] = tensor(Tensor::Type::f32, {1, 3, 3});
  content.tensors["expression"] = tensor(Tensor::Type::f32, {2, 3, 3});
  const auto outcome = [&](const Safetensors& changed) {
    write_safetensors(folder / "ict.safetensors", changed);
    return error_of([&] { import_ict(folder / "ict.safetensors"); });
  };
  EXPECT_EQ(outcome(content), "no error");
  const auto with = [&](const std::string& name, Tensor replacement) {
    Safetensors changed = content;
    changed.tensors[name] = std::move(replacement);
    return outcome(changed);
  };
  EXPECT_TRUE(says(with("mean", tensor(Tensor::Type::i32, {3, 3})), {"'mean' is not F32"}));
  EXPECT_TRUE(says(with("mean", tensor(Tensor::Type::f32, {9, 1})), {"'mean'", "three columns"}));
  EXPECT_TRUE(says(with("identity", tensor(Tensor::Type::f32, {1, 4, 3})), {"'identity' is of 4 vertices"}));
  EXPECT_TRUE(says(with("expression", tensor(Tensor::Type::f32, {3, 3, 3})), {"2 expression_names for 3"}));
  EXPECT_TRUE(says(with("landmarks68", tensor(Tensor::Type::i32, {51})), {"'landmarks68' has 51"}));
  Tensor outside = tensor(Tensor::Type::i32, {68});
  outside.bytes[0] = std::byte{3};
  EXPECT_TRUE(says(with("landmarks68", outside), {"landmark 0 is at vertex 3"}));
  content.tensors.erase("triangles");
  EXPECT_TRUE(says(outcome(content), {"ict.safetensors", "no tensor 'triangles'"}));
}

std::set<std::array<int, 3>> triangle_set(const Triangles& triangles, int vertices) {
  std::set<std::array<int, 3>> set;
  for (Eigen::Index t = 0; t < triangles.rows(); ++t) {
    std::array<int, 3> corners = {triangles(t, 0), triangles(t, 1), triangles(t, 2)};
    std::rotate(corners.begin(), std::min_element(corners.begin(), corners.end()), corners.end());
    if (*std::max_element(corners.begin(), corners.end()) < vertices) set.insert(corners);
  }
  return set;
}

TEST(ImportIct, FolderAndPackedFileAgree) {
  const auto packed_file = shared_data("models/ict_facekit_light.safetensors");
  if (!packed_file) GTEST_SKIP() << "set FACELEX_SHARED_DATA to the folder of real data";
  const MorphableModel packed = import_ict(*packed_file);
  const MorphableModel folder = import_ict(*shared_data("models/ict_obj"), what_is_there());
  const Eigen::Index points = packed.vertex_count();
  constexpr float rounding = 2e-5F;  // mm; the packed file holds float32 centimetres
  ASSERT_EQ(packed.vertex_count(), 9409);
  ASSERT_EQ(folder.vertex_count(), 26719);
  EXPECT_LT((folder.mean.topRows(points) - packed.mean).cwiseAbs().maxCoeff(), rounding);
  EXPECT_EQ(folder.landmarks, packed.landmarks);
  const auto all = triangle_set(folder.triangles, 9409), face = triangle_set(packed.triangles, 9409);
  EXPECT_TRUE(std::includes(all.begin(), all.end(), face.begin(), face.end()));
  EXPECT_EQ(all.size(), face.size() + 1) << "one triangle of the back of the head touches the face only";
  EXPECT_EQ(folder.identity.names, (std::vector<std::string>{"0", "1", "2"}));
  EXPECT_LT(
      (folder.identity.modes.topRows(3 * points) - packed.identity.modes.leftCols(3)).cwiseAbs().maxCoeff(),
      rounding);
  EXPECT_EQ(folder.expression.size(), 5);
  for (Eigen::Index k = 0; k < folder.expression.size(); ++k) {
    const auto& names = packed.expression.names;
    const auto found =
        std::find(names.begin(), names.end(), folder.expression.names[static_cast<std::size_t>(k)]);
    ASSERT_NE(found, names.end());
    const auto expected = packed.expression.modes.col(found - names.begin());
    EXPECT_GT(expected.cwiseAbs().maxCoeff(), 1);
    EXPECT_LT((folder.expression.modes.col(k).head(3 * points) - expected).cwiseAbs().maxCoeff(), rounding);
  }
}

TEST(ImportIct, LooksIntoTheCameraWithItsLeftAtImageRight) {
  const auto file = shared_data("models/ict_facekit_light.safetensors");
  if (!file) GTEST_SKIP() << "set FACELEX_SHARED_DATA to the folder of real data";
  const MorphableModel model = import_ict(*file);
  const auto at = [&](int point) { return model.mean.row(model.landmarks[static_cast<std::size_t>(point)]); };
  EXPECT_LT(at(36)[0], at(45)[0]) << "the subject's right eye is image-left";
  EXPECT_LT(at(27)[1], at(8)[1]) << "the chin is below";
  EXPECT_LT(at(30)[2], at(0)[2]) << "the tip of the nose is nearest";
  EXPECT_NEAR(at(45)[0] - at(36)[0], 89, 5) << "biocular width in mm";
  const auto& names = model.expression.names;
  const auto blink = std::find(names.begin(), names.end(), "eyeBlink_L") - names.begin();
  Eigen::Index largest = 0;
  model.expression.modes.col(blink).cwiseAbs().maxCoeff(&largest);
  EXPECT_GT(model.mean(largest / 3, 0), 0) << "_L is the subject's left";
  EXPECT_GT(model.expression.modes(largest / 3 * 3 + 1, blink), 0) << "the lid goes down";
  Eigen::Vector3f outwards = Eigen::Vector3f::Zero();
  for (Eigen::Index t = 0; t < model.triangles.rows(); ++t) {
    const Eigen::Vector3f a = model.mean.row(model.triangles(t, 0)),
                          b = model.mean.row(model.triangles(t, 1)),
                          c = model.mean.row(model.triangles(t, 2));
    outwards += (b - a).cross(c - a);
  }
  EXPECT_LT(outwards[2], 0) << "triangles are anticlockwise seen from the camera";
}

}  // namespace
