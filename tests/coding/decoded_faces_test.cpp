#include "facelex/coding/decoded_faces.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/face/model/export.hpp"
#include "facelex/io/tables/npy.hpp"
#include "io/test_files.hpp"
#include "support/program.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;

TEST(FrameChoice, TakesNumbersRangesAndSteps) {
  const FrameChoice list("1, 50-52"), step("every:25"), words("every 3"), all("every:1");
  for (const int yes : {1, 50, 52}) EXPECT_TRUE(list.contains(yes)) << yes;
  for (const int no : {2, 49, 53}) EXPECT_FALSE(list.contains(no)) << no;
  for (const int yes : {1, 26, 51}) EXPECT_TRUE(step.contains(yes)) << yes;
  for (const int no : {2, 25, 50}) EXPECT_FALSE(step.contains(no)) << no;
  EXPECT_TRUE(words.contains(4));
  EXPECT_TRUE(all.contains(1) && all.contains(2));
  for (const char* wrong : {"", "0", "a", "3-1", "1,,2", "every", "every:0", "every:x", "1-2-3", "-4"})
    EXPECT_TRUE(test::says(test::error_of([&] { const FrameChoice choice(wrong); }), {"frames", "from 1"}))
        << wrong;
}

TEST(DecodedFaces, WritesMeshesAndVerticesOfTheChosenFrames) {
  const test::TemporaryFolder folder;
  const MorphableModel& face = built_in_face();
  const std::vector<Column> columns = {face.expression_columns()[4], face.expression_columns()[1]};
  const ExpressionFace moved(face, columns);
  DecodedFacesOptions options;
  options.meshes = options.vertices = true;
  options.frames = "2-4,9";
  RowMatrix signals(4, 2);
  signals << 1, 0, 0.5, 1, 0, 0, 0.25, 0.75;
  signals.row(2).setConstant(std::nan(""));
  const std::vector<Frame> frames = {
      {1, 0, 0, 1, true}, {2, 0, 0, 1, true}, {3, 0, 0, 0, false}, {4, 2, 0, 1, true}};
  folder.write("x.meshes/frame000007.obj", "of an earlier run");
  folder.write("x.meshes/mine.obj", "a user's own");
  DecodedFaces::remove(folder / "x.csv");
  DecodedFaces faces(folder / "x.csv", face, moved, options);
  faces.add(frames, signals);
  const Json details = faces.finish();
  EXPECT_EQ(details["meshes"], 2);
  EXPECT_EQ(details["vertex_frames"], Json({2, 3, 4}));
  EXPECT_FALSE(fs::exists(folder / "x.meshes/frame000007.obj"));
  EXPECT_TRUE(fs::exists(folder / "x.meshes/mine.obj"));
  EXPECT_FALSE(fs::exists(folder / "x.meshes/frame000001.obj"));
  EXPECT_FALSE(fs::exists(folder / "x.meshes/frame000003.obj"));
  write_mesh(folder / "wanted.obj", moved.shape(signals.row(3)), face.triangles);
  EXPECT_EQ(test::file_text(folder / "x.meshes/frame000004_face2.obj"),
            test::file_text(folder / "wanted.obj"));
  const RowMatrix array = read_npy(folder / "x.vertices.npy");
  ASSERT_EQ(array.rows(), 3);
  ASSERT_EQ(array.cols(), 3 * face.vertex_count());
  EXPECT_TRUE(array.row(1).array().isNaN().all());
  EXPECT_EQ(array.row(2), moved.vertices(signals.row(3)).row(0));
  // What is told beforehand is about what it takes.
  options.vertices = false;
  const auto told = static_cast<double>(decoded_face_bytes(face, options));
  EXPECT_NEAR(static_cast<double>(fs::file_size(folder / "wanted.obj")) / told, 1, 0.2);
  options.mesh_format = DecodedFacesOptions::Mesh::ply;
  write_mesh(folder / "wanted.ply", moved.shape(signals.row(3)), face.triangles);
  EXPECT_NEAR(static_cast<double>(fs::file_size(folder / "wanted.ply")) /
                  static_cast<double>(decoded_face_bytes(face, options)),
              1, 0.01);
}

}  // namespace
}  // namespace facelex
