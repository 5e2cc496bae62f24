#include <gtest/gtest.h>

#include "facelex/face/model/import/model.hpp"
#include "io/test_files.hpp"

namespace {

using namespace facelex;
using namespace facelex::test;

/// Made by tests/io/pickle/make_pickles.py: six vertices, five directions, as Python 2 pickled FLAME with
/// chumpy.
const std::filesystem::path fixture =
    std::filesystem::path(FACELEX_TEST_FIXTURES) / "face/fixtures/flame.pkl";

ModelImportOptions identities(int count) {
  ModelImportOptions options;
  options.identity_modes = count;
  return options;
}

TEST(ImportFlame, ReadsThePickleWithChumpy) {
  const MorphableModel model = import_model(fixture, identities(3));
  EXPECT_EQ(model.name, "FLAME");
  ASSERT_EQ(model.vertex_count(), 6);
  EXPECT_TRUE(model.mean.row(4).isApprox(Eigen::RowVector3f(50, -50, -125)));
  EXPECT_EQ(model.triangles, (Triangles(2, 3) << 0, 1, 4, 1, 2, 4).finished());
  ASSERT_EQ(model.identity.size(), 3);
  ASSERT_EQ(model.expression.size(), 2);
  // Direction k moves axis a of vertex v by 15v + 5a + k mm.
  for (Eigen::Index vertex = 0; vertex < 6; ++vertex)
    for (Eigen::Index axis = 0; axis < 3; ++axis)
      for (Eigen::Index k = 0; k < 5; ++k) {
        const auto number = static_cast<float>(15 * vertex + 5 * axis + k) * (axis == 0 ? 1.0F : -1.0F);
        const auto& modes = k < 3 ? model.identity.modes : model.expression.modes;
        EXPECT_NEAR(modes(3 * vertex + axis, k % 3), number, 1e-4F);
      }
  EXPECT_EQ(model.expression.names, (std::vector<std::string>{"0", "1"}));
}

TEST(ImportFlame, SaysWhatIsWrong) {
  EXPECT_TRUE(says(error_of([&] { import_flame(fixture); }), {"shapedirs", "5 directions", "300"}));
  const TemporaryFolder folder;
  EXPECT_TRUE(says(error_of([&] { import_flame(folder.write("f.pkl", "}."), identities(1)); }),
                   {"f.pkl", "v_template", "is not there"}));
  const std::string whole = file_text(fixture);
  for (std::size_t length = 0; length < whole.size(); length += 11)
    EXPECT_TRUE(
        says(error_of([&] { import_flame(folder.write("f.pkl", whole.substr(0, length)), identities(1)); }),
             {"f.pkl: byte "}));
  std::string outside = whole;
  const std::size_t corners = outside.find(std::string("\1\0\0\0\4\0\0\0", 8));
  ASSERT_NE(corners, std::string::npos);
  outside[corners + 4] = 6;
  EXPECT_TRUE(says(error_of([&] { import_flame(folder.write("f.pkl", outside), identities(1)); }),
                   {"column f", "triangle 0", "has 6"}));
}

}  // namespace
