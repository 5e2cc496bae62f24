#include "facelex/coding/built_in_codebook.hpp"

#include <gtest/gtest.h>

#include <set>

#include "facelex/coding/coding_system.hpp"
#include "facelex/core/random.hpp"
#include "facelex/face/anatomical_face.hpp"

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

TEST(BuiltInCodebook, TellsMovementsApartAndGivesThemBack) {
  const auto system = coding_system_from_model(built_in_codebook());
  const auto inputs = static_cast<Eigen::Index>(system->input_columns().size());
  // One unit at a time, as strong as a face shows it, and faces of several units.
  Random random(5);
  RowMatrix faces = RowMatrix::Zero(3 * inputs, inputs);
  for (Eigen::Index i = 0; i < inputs; ++i) faces(i, i) = 0.8;
  for (Eigen::Index i = inputs; i < faces.rows(); ++i)
    for (int k = 0; k < 4; ++k)
      faces(i, static_cast<Eigen::Index>(random.below(static_cast<std::uint64_t>(inputs)))) =
          random.uniform(0.2, 0.9);
  const EncodedFrames coded = system->encode(faces);
  EXPECT_EQ(coded.coded, faces.rows());
  std::set<double> tokens(coded.codes.data(), coded.codes.data() + coded.codes.size());
  EXPECT_GE(*tokens.begin(), 0);
  EXPECT_LT(*tokens.rbegin(), 64);
  EXPECT_GT(tokens.size(), 32U) << "half of the codebook speaks of these faces";
  const RowMatrix back = system->decode(coded.codes);
  EXPECT_LT((faces - back).squaredNorm(), 0.8 * faces.squaredNorm());
}

}  // namespace
}  // namespace facelex
