#include "facelex/face/builtin/anatomical_face.hpp"

#include <gtest/gtest.h>

#include <Eigen/Geometry>
#include <fstream>
#include <set>
#include <sstream>

#include "facelex/core/error.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

const std::filesystem::path data = std::filesystem::path(FACELEX_TEST_FIXTURES) / ".." / "data";

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

Eigen::Index mode(const std::string& name) {
  const auto& names = built_in_face().expression.names;
  return std::find(names.begin(), names.end(), name) - names.begin();
}

Eigen::Vector3f moved(const std::string& unit, int point) {
  const MorphableModel& face = built_in_face();
  return face.expression.modes.col(mode(unit))
      .segment<3>(3 * face.landmarks[static_cast<std::size_t>(point)]);
}

/// For each vertex its mirror image.
std::vector<int> mirror_of(const MorphableModel& face) {
  std::map<std::array<float, 3>, int> at;
  for (Eigen::Index i = 0; i < face.vertex_count(); ++i)
    at[{face.mean(i, 0) + 0.0F, face.mean(i, 1), face.mean(i, 2)}] = static_cast<int>(i);
  std::vector<int> mirror;
  for (Eigen::Index i = 0; i < face.vertex_count(); ++i) {
    const auto found = at.find({-face.mean(i, 0) + 0.0F, face.mean(i, 1), face.mean(i, 2)});
    mirror.push_back(found == at.end() ? -1 : found->second);
  }
  return mirror;
}

TEST(AnatomicalFace, IsMadeFromItsTableByteForByte) {
  const std::filesystem::path table = data / "anatomical_face.json";
  const MorphableModel built = build_anatomical_face(read_json(table), table.string());
  const test::TemporaryFolder folder;
  write_model(folder / "face.safetensors", morphable_model_to_file(built));
  // If the table was meant to change: facelex model build-face data/anatomical_face.json -o
  // data/anatomical_face.safetensors
  EXPECT_TRUE(bytes_of(folder / "face.safetensors") == bytes_of(data / "anatomical_face.safetensors"));
}

TEST(AnatomicalFace, HasAllLandmarksAndTheUnitsOfFacs) {
  const MorphableModel& face = built_in_face();
  EXPECT_GE(face.vertex_count(), 2000);
  EXPECT_LE(face.vertex_count(), 4000);
  std::set<int> vertices(face.landmarks.begin(), face.landmarks.end());
  EXPECT_EQ(vertices.size(), 68U);
  std::set<std::string> units;
  for (const std::string& name : face.expression.names) units.insert(name.substr(0, 4));
  EXPECT_EQ(units.size(), 26U);
  for (const auto& line : face.contour) EXPECT_GE(line.size(), 2U);
}

TEST(AnatomicalFace, IsSymmetricToTheLastBit) {
  const MorphableModel& face = built_in_face();
  const std::vector<int> mirror = mirror_of(face);
  for (const int other : mirror) ASSERT_GE(other, 0);
  for (const std::string& name : face.expression.names) {
    const Eigen::VectorXf a = face.expression.modes.col(mode(name)),
                          b = face.expression.modes.col(mode(mirrored_unit(name)));
    for (std::size_t i = 0; i < mirror.size(); ++i) {
      const Eigen::Vector3f here = a.segment<3>(3 * static_cast<Eigen::Index>(i)),
                            there = b.segment<3>(3 * mirror[i]);
      ASSERT_EQ(here.x(), -there.x()) << name << " vertex " << i;
      ASSERT_EQ(here.y(), there.y()) << name << " vertex " << i;
      ASSERT_EQ(here.z(), there.z()) << name << " vertex " << i;
    }
  }
}

TEST(AnatomicalFace, HasNoFoldedOrFlatTriangles) {
  const MorphableModel& face = built_in_face();
  const Eigen::Vector3d inner(0, 20, 60);  // within the head
  for (Eigen::Index t = 0; t < face.triangles.rows(); ++t) {
    const Eigen::Vector3d a = face.mean.row(face.triangles(t, 0)).cast<double>(),
                          b = face.mean.row(face.triangles(t, 1)).cast<double>(),
                          c = face.mean.row(face.triangles(t, 2)).cast<double>();
    const Eigen::Vector3d normal = (b - a).cross(c - a);
    EXPECT_GT(normal.norm() / 2, 0.02) << "mm², triangle " << t;
    EXPECT_GT(normal.dot(a - inner), 0) << "triangle " << t << " at " << a.transpose();
  }
}

TEST(AnatomicalFace, UnitsMoveTheirLandmarksTheWayFacsSays) {
  EXPECT_LT(moved("AU01_L", 22).y(), -6);  // inner brow up
  EXPECT_LT(moved("AU02_L", 25).y(), -6);  // outer brow up
  EXPECT_GT(moved("AU04_L", 22).y(), 3);   // brows down …
  EXPECT_LT(moved("AU04_L", 22).x(), -2);  // … and together
  EXPECT_LT(moved("AU12_L", 54).y(), -5);  // lip corner up …
  EXPECT_GT(moved("AU12_L", 54).x(), 5);   // … and out
  EXPECT_GT(moved("AU15_L", 54).y(), 5);   // lip corner down
  EXPECT_GT(moved("AU26", 8).y(), 7);      // jaw down
  EXPECT_LT(moved("AU18", 54).x(), -6);    // mouth narrow …
  EXPECT_LT(moved("AU18", 51).z(), -4);    // … and forward
  // A unit of the left leaves the right alone.
  for (const int right : {17, 18, 19, 20, 21, 36, 37, 40, 41, 48, 60})
    for (const char* unit : {"AU01_L", "AU04_L", "AU06_L", "AU12_L", "AU43_L"})
      EXPECT_EQ(moved(unit, right).norm(), 0) << unit << " at " << right;
}

TEST(AnatomicalFace, ClosedEyesAreClosed) {
  const MorphableModel& face = built_in_face();
  const Vertices closed = face.shape({}, Eigen::VectorXd::Unit(face.expression.size(), mode("AU43_L")));
  for (const auto& [upper, lower] : {std::pair{43, 47}, std::pair{44, 46}}) {
    const auto gap = [&](const Vertices& shape) {
      return shape(face.landmarks[static_cast<std::size_t>(lower)], 1) -
             shape(face.landmarks[static_cast<std::size_t>(upper)], 1);
    };
    EXPECT_GT(gap(face.mean), 9);
    EXPECT_LT(std::abs(gap(closed)), 0.6);
  }
}

TEST(AnatomicalFace, SaysWhatIsWrongInATable) {
  const Json good = read_json(data / "anatomical_face.json");
  const auto message = [](const Json& table) -> std::string {
    try {
      build_anatomical_face(table, "table.json");
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  Json table = good;
  table["points"]["pronasale"]["at"] = {0, 36};
  EXPECT_NE(message(table).find("points.pronasale.at"), std::string::npos) << message(table);
  table = good;
  table["points"]["pronasale"]["landmarks"] = {29};
  EXPECT_NE(message(table).find("landmark 29 is given twice"), std::string::npos) << message(table);
  table = good;
  table["units"]["AU12"]["move"]["nose"] = {0, 0, 0};
  EXPECT_NE(message(table).find("there is no point 'nose'"), std::string::npos) << message(table);
  table = good;
  table["units"]["AU43"]["meet"] = {{"upper_lid", 1.0}, {"jaw_line", 0.0}};
  EXPECT_NE(message(table).find("equally many pieces"), std::string::npos) << message(table);
  table = good;
  table.erase("jaw_hinge");
  EXPECT_NE(message(table).find("has no 'jaw_hinge'"), std::string::npos) << message(table);
}

}  // namespace
}  // namespace facelex
