#include <gtest/gtest.h>

#include <filesystem>

#include "facelex/coding/coding_system.hpp"
#include "facelex/systems/loading.hpp"
#include "factor/fixture.hpp"

namespace facelex {
namespace {

TEST(FrozenModels, OfFormatVersion1CodeAsWhenTheyWereMade) {
  const auto folder = std::filesystem::path(FACELEX_TEST_FIXTURES) / "models";
  Json models = read_json(folder / "coding_v1.json");
  models.update(read_json(folder / "dfecs_v1.codes.json"));
  for (const auto& [name, expected] : models.items()) {
    const auto system = load_coding_system(folder / (name + ".safetensors"));
    ASSERT_EQ(system->units().size(), expected.at("units").size());
    for (std::size_t k = 0; k < system->units().size(); ++k)
      EXPECT_EQ(system->units()[k].name, expected.at("units")[k]);
    const auto encoded = system->encode(matrix_from(expected.at("signals")));
    EXPECT_LT((encoded.codes - matrix_from(expected.at("codes"))).cwiseAbs().maxCoeff(), 1e-9) << name;
    for (Eigen::Index t = 0; t < encoded.codes.rows(); ++t)
      EXPECT_NEAR(encoded.reconstruction_error[t],
                  expected.at("reconstruction_error")[static_cast<std::size_t>(t)].get<double>(), 1e-9);
  }
}

}  // namespace
}  // namespace facelex
