#include "facelex/dfe/built_in_codebook.hpp"

#include <gtest/gtest.h>

#include <set>

#include "facelex/coding/coding_system.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/systems/loading.hpp"

namespace facelex {
namespace {

TEST(BuiltInCodebook, TakesTheExpressionsOfTheBuiltInFace) {
  const auto system = coding_system_from_model(built_in_codebook());
  EXPECT_EQ(system->kind(), "dfe");
  EXPECT_EQ(system->code_kind(), SignalKind::tokens);
  std::vector<std::string> expected, found;
  for (const auto& name : built_in_face().expression.names) expected.push_back("e_" + name);
  for (const auto& column : system->input_columns()) found.push_back(column.name);
  EXPECT_EQ(found, expected);
}

// Every unit alone, on both sides, at half its E intensity. Units that landmarks confuse with others
// (data/README.md) are not given back alone.
TEST(BuiltInCodebook, TellsUnitsApartAndGivesMostBack) {
  const auto system = coding_system_from_model(built_in_codebook());
  const auto& columns = system->input_columns();
  const auto inputs = static_cast<Eigen::Index>(columns.size());
  RowMatrix faces = RowMatrix::Zero(0, inputs);
  for (Eigen::Index i = 0; i < inputs; ++i) {
    const std::string& name = columns[static_cast<std::size_t>(i)].name;
    if (name.ends_with("_R")) continue;
    faces.conservativeResize(faces.rows() + 1, inputs);
    faces.bottomRows(1).setZero();
    faces(faces.rows() - 1, i) = 0.5;
    if (name.ends_with("_L")) faces(faces.rows() - 1, i + 1) = 0.5;
  }
  ASSERT_EQ(faces.rows(), 26);
  const EncodedFrames coded = system->encode(faces);
  EXPECT_EQ(coded.coded, faces.rows());
  const Eigen::VectorXd first = coded.codes.col(0);
  EXPECT_EQ(std::set<double>(first.begin(), first.end()).size(), 26U) << "each unit has a code of its own";
  const RowMatrix back = system->decode(coded.codes);
  const Eigen::ArrayXd error =
      (faces - back).rowwise().squaredNorm().array() / faces.rowwise().squaredNorm().array();
  EXPECT_GE((error < 0.2).count(), 22);
}

// What one side does is not given back as done by both; which units have no sides, data/README.md says.
TEST(BuiltInCodebook, TellsSidesApart) {
  const auto system = coding_system_from_model(built_in_codebook());
  const auto& columns = system->input_columns();
  const auto at = [&](const std::string& name) {
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (columns[i].name == name) return static_cast<Eigen::Index>(i);
    ADD_FAILURE() << name;
    return Eigen::Index{0};
  };
  for (const std::string unit : {"e_AU01", "e_AU04", "e_AU12", "e_AU13", "e_AU15", "e_AU20", "e_AU43"})
    for (const auto& [side, other] : {std::pair("_L", "_R"), std::pair("_R", "_L")}) {
      RowMatrix face = RowMatrix::Zero(1, static_cast<Eigen::Index>(columns.size()));
      face(0, at(unit + side)) = 0.5;
      const RowMatrix back = system->decode(system->encode(face).codes);
      EXPECT_GT(back(0, at(unit + side)), 0.25) << unit << side;
      EXPECT_LT(back(0, at(unit + other)), 0.2 * back(0, at(unit + side))) << unit << side;
    }
}

}  // namespace
}  // namespace facelex
