#include <gtest/gtest.h>

#include <Eigen/QR>
#include <algorithm>
#include <cstring>
#include <fstream>

#include "facelex/face/model/import/model.hpp"
#include "facelex/face/schemes/landmark_scheme.hpp"
#include "io/test_files.hpp"

namespace {

using namespace facelex;
using namespace facelex::test;

template <class T>
std::string raw(std::initializer_list<T> values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), values.begin(), bytes.size());
  return bytes;
}

std::string eos_matrix(int rows, int cols, std::initializer_list<float> values) {
  return raw<std::int32_t>({rows, cols}) + raw<float>(values);
}

const std::string shape_file = raw<std::uint32_t>({1}) + eos_matrix(9, 1, {0, 0, 1, 1, 0, 1, 1, 1, 1}) +
                               eos_matrix(9, 1, {0, 1, 0, 0, 0, 0, 0, 0, 0}) + eos_matrix(1, 1, {4}) +
                               raw<std::uint64_t>({1}) + raw<std::int32_t>({0, 1, 2}) + "texture";
const std::string blendshape_file = raw<std::uint64_t>({1}) + raw<std::uint64_t>({5}) + "anger" +
                                    eos_matrix(9, 1, {0, 0, 0, 0, 0, 0, 0, 0, 3});

TEST(ImportSurrey, ReadsTheLayoutOfEos) {
  const TemporaryFolder folder;
  const auto file = folder.write("sfm_shape_3.bin", shape_file);
  EXPECT_EQ(import_surrey(file).expression.size(), 0);
  folder.write("expression_blendshapes_3.bin", blendshape_file);
  folder.write("ibug_to_sfm.txt",
               "# words\n[landmark_mappings]\n 9 = 2  # chin\n# 10 to 17 are not there\n"
               "[contour_landmarks]\nright = [ 1,\n 2 ]\n");
  const MorphableModel model = import_surrey(folder.path());
  EXPECT_EQ(model.mean, (Vertices(3, 3) << 0, 0, -1, 1, 0, -1, 1, -1, -1).finished());
  EXPECT_EQ(model.identity.modes(1, 0), -2) << "a unit is a standard deviation, the root of the eigenvalue";
  EXPECT_EQ((model.identity.modes.array() != 0).count(), 1);
  EXPECT_EQ(model.triangles, (Triangles(1, 3) << 0, 1, 2).finished());
  EXPECT_EQ(model.expression.names, std::vector<std::string>{"anger"});
  EXPECT_EQ(model.expression.modes(8, 0), -3);
  EXPECT_EQ(model.landmarks[8], 2);
  EXPECT_EQ(std::count(model.landmarks.begin(), model.landmarks.end(), -1), 67);
}

TEST(ImportSurrey, EveryCutAndLieIsRefused) {
  const TemporaryFolder folder;
  const auto outcome = [&](const std::string& shape, const std::string& blendshapes) {
    folder.write("expression_blendshapes_3.bin", blendshapes);
    const auto file = folder.write("sfm_shape_3.bin", shape);
    return error_of([&] { import_surrey(file); });
  };
  ASSERT_EQ(outcome(shape_file, blendshape_file), "no error");
  const std::size_t needed = shape_file.size() - std::strlen("texture");
  for (std::size_t length = 0; length < needed; ++length)
    EXPECT_TRUE(says(outcome(shape_file.substr(0, length), blendshape_file), {"sfm_shape_3.bin: byte "}));
  for (std::size_t length = 0; length < blendshape_file.size(); ++length)
    EXPECT_TRUE(says(outcome(shape_file, blendshape_file.substr(0, length)),
                     {"expression_blendshapes_3.bin: byte "}));
  const auto with = [](std::string bytes, std::size_t at, std::int32_t value) {
    std::memcpy(bytes.data() + at, &value, sizeof value);
    return bytes;
  };
  EXPECT_TRUE(says(outcome(with(shape_file, 0, 2), blendshape_file), {"version 2"}));
  EXPECT_TRUE(says(outcome(with(shape_file, 4, 0x7fffffff), blendshape_file), {"byte 12", "2147483647×1"}));
  EXPECT_TRUE(says(outcome(with(shape_file, 4, -1), blendshape_file), {"-1×1"}));
  EXPECT_TRUE(
      says(outcome(with(shape_file, needed - 4, 3), blendshape_file), {"triangle 0 has the vertex 3"}));
  EXPECT_TRUE(says(outcome(shape_file, with(blendshape_file, 4, 1)), {"count of blendshapes is 4294967297"}));
  EXPECT_TRUE(says(outcome(shape_file, with(blendshape_file, 12, 1)), {"a name of 4294967301 bytes"}));
}

TEST(ImportLandmarks, FileIsJsonOrAMapping) {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& text) {
    return read_landmark_vertices(folder.write("l.txt", text), 100);
  };
  EXPECT_EQ(read(" {\"0\": 7, \"67\": 99}")[67], 99);
  EXPECT_EQ(read("{\"0\": 7}")[0], 7);
  EXPECT_EQ(read("[landmark_mappings]\n1=7")[0], 7);
  const auto refused = [&](const std::string& text) { return error_of([&] { read(text); }); };
  EXPECT_TRUE(says(refused("{\"68\": 7}"), {"l.txt", "column 68", "no such point"}));
  EXPECT_TRUE(says(refused("{\"6\": 100}"), {"column 6", "vertex 100", "has 100"}));
  EXPECT_TRUE(says(refused("{\"6\": 1.5}"), {"column 6", "expected"}));
  EXPECT_TRUE(says(refused("{\"nose\": 1}"), {"column nose", "expected"}));
  EXPECT_TRUE(says(refused("{\"6\": 1, \"06\": 2}"), {"named twice"}));
  EXPECT_TRUE(says(refused("[landmark_mappings]\n0 = 7"), {"line 2", "no such point"}));
  EXPECT_TRUE(says(refused("[landmark_mappings]\n1 = 7\n\n9 : 3"), {"line 4", "not a mapping"}));
  EXPECT_TRUE(says(refused("9 = 3"), {"no landmark"}));
  EXPECT_TRUE(says(refused(""), {"no landmark"}));
}

/// The points of an annotation in the .pts format.
Landmarks68 read_pts(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line;
  while (std::getline(in, line) && line != "{") continue;
  Landmarks68 points;
  for (int point = 0; point < 68; ++point) in >> points(point, 0) >> points(point, 1);
  return points;
}

TEST(ImportSurrey, ARigidPoseFitsAnAnnotatedPicture) {
  const auto folder = shared_data("models/sfm");
  if (!folder) GTEST_SKIP() << "set FACELEX_SHARED_DATA to the folder of real data";
  const MorphableModel model = import_surrey(*folder);
  EXPECT_EQ(model.vertex_count(), 3448);
  EXPECT_EQ(model.identity.size(), 63);
  EXPECT_EQ(model.expression.size(), 6);
  EXPECT_EQ(model.triangles.rows(), 6736);
  const Landmarks68 picture = read_pts(*folder / "image_0010.pts");
  // Scaled orthography as an affine map; a camera it is only when its rows are orthogonal and as long.
  std::vector<Eigen::Index> points;
  for (Eigen::Index point = 17; point < 68; ++point)
    if (model.landmarks[static_cast<std::size_t>(point)] >= 0) points.push_back(point);
  const auto count = static_cast<Eigen::Index>(points.size());
  ASSERT_EQ(count, 49);
  Eigen::MatrixXd mesh(count, 4), seen(count, 2);
  for (Eigen::Index i = 0; i < count; ++i) {
    const auto point = points[static_cast<std::size_t>(i)];
    mesh.row(i) << model.mean.row(model.landmarks[static_cast<std::size_t>(point)]).cast<double>(), 1;
    seen.row(i) = picture.row(point);
  }
  const Eigen::MatrixXd camera = mesh.colPivHouseholderQr().solve(seen);  // 4×2
  const double eyes = (picture.row(36) - picture.row(45)).norm();
  EXPECT_LT((mesh * camera - seen).rowwise().norm().mean(), 0.05 * eyes);
  const Eigen::Vector3d across = camera.col(0).head<3>(), down = camera.col(1).head<3>();
  EXPECT_NEAR(across.norm() / down.norm(), 1, 0.15);
  EXPECT_LT(std::abs(across.dot(down)) / across.norm() / down.norm(), 0.15);
  EXPECT_GT(across[0], 0.5 * across.norm()) << "x is to the right";
  EXPECT_GT(down[1], 0.5 * down.norm()) << "y is down";
  // The man looks to image-left: what is nearer to the camera has moved there.
  EXPECT_GT(across[2], 0.1 * across.norm()) << "z is away from the camera";
  EXPECT_LT(model.mean(model.landmarks[30], 2), model.mean(model.landmarks[36], 2)) << "the nose is nearest";
}

}  // namespace
