// Checkpoints of PyTorch (make_checkpoints.py): the same codes as PyTorch's, and damaged files.
#include "facelex/dfe/import.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "facelex/core/error.hpp"
#include "facelex/core/json.hpp"
#include "facelex/core/random.hpp"
#include "support/every_option.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;

const fs::path checkpoint_file = fs::path(FACELEX_TEST_FIXTURES) / "dfe/fixtures/checkpoint.pt";

DfeImportOptions small_options() {
  DfeImportOptions options;
  options.heads = 2;
  options.ignore = {"optimizer*"};
  return options;
}

RowMatrix matrix_of(const Json& rows) {
  RowMatrix matrix(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(rows[0].size()));
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = 0; j < rows[i].size(); ++j)
      matrix(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) = rows[i][j].get<double>();
  return matrix;
}

std::string message_of(const fs::path& file, const DfeImportOptions& options) {
  try {
    import_dfe(file, options);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

TEST(DfeImport, GivesTheCodesOfPyTorch) {
  const Json wanted = read_json(fs::path(FACELEX_TEST_FIXTURES) / "dfe/fixtures/checkpoint.json");
  const auto system = import_dfe(checkpoint_file, small_options());
  const DfeShape& shape = system->network().shape;
  EXPECT_EQ(shape.inputs, 12);
  EXPECT_EQ(shape.token_width, 3);
  EXPECT_EQ(shape.width, 8);
  EXPECT_EQ(shape.feed_forward, 16);
  EXPECT_EQ(shape.layers, 2);
  EXPECT_EQ(shape.latent, 6);
  EXPECT_EQ(shape.codes, 10);
  EXPECT_EQ(shape.stages, 3) << "one codebook module for each stage";
  const RowMatrix x = matrix_of(wanted["x"]);
  EXPECT_LT((system->latent(x).cast<double>() - matrix_of(wanted["latent"])).cwiseAbs().maxCoeff(), 1e-5);
  const RowMatrix tokens = system->encode(x, {}).codes;
  EXPECT_EQ(tokens, matrix_of(wanted["tokens"]));
  EXPECT_LT((system->decode(tokens) - matrix_of(wanted["decoded"])).cwiseAbs().maxCoeff(), 1e-5);
  const auto again = DiscreteFacialEncoding::from_model(system->to_model());
  EXPECT_EQ(again->encode(x, {}).codes, tokens) << "the model file holds all of it";
}

TEST(DfeImport, PartsAreFoundByTheirNames) {
  const test::TemporaryFolder folder;
  DfeImportOptions options = small_options();
  options.names = folder
                      .write("map.json",
                             R"({"embed": "model.input_proj", "positions": "model.pos_embed", "layers":
    "model.encoder.layers", "latent": "model.to_latent", "codebook": "model.quantizer.layers.1._codebook.embed",
    "decoder": "model.decoder"})")
                      .string();
  options.ignore = {"model.quantizer*"};
  options.stages = 5;
  const auto system = import_dfe(checkpoint_file, options);
  EXPECT_EQ(system->network().shape.stages, 5) << "one codebook says nothing of stages";
  EXPECT_EQ(system->network().weights.at("decoder.0.weight"),
            import_dfe(checkpoint_file, small_options())->network().weights.at("decoder.0.weight"));
  options.names = folder.write("map.json", R"({"decoder": "model.to_latent"})").string();
  EXPECT_NE(message_of(checkpoint_file, options).find("model.to_latent.weight"), std::string::npos);
  options.names = folder.write("map.json", R"({"decodr": "model.to_latent"})").string();
  EXPECT_NE(message_of(checkpoint_file, options).find("is not a part of the network"), std::string::npos);
  options.names = folder.write("map.json", R"({"latent": "model.nothing"})").string();
  EXPECT_NE(message_of(checkpoint_file, options).find("model.nothing.weight: is missing"), std::string::npos);
}

TEST(DfeImport, WhatDoesNotFitIsRefused) {
  DfeImportOptions options = small_options();
  options.heads = 3;
  EXPECT_NE(message_of(checkpoint_file, options).find("3 does not divide the width 8"), std::string::npos);
  options = small_options();
  options.columns = {"a", "b"};
  EXPECT_NE(message_of(checkpoint_file, options).find("2 names for 12 inputs"), std::string::npos);
  const test::TemporaryFolder folder;
  options = small_options();
  options.names =
      folder.write("map.json", R"({"codebook": "model.quantizer.layers.1._codebook.embed"})").string();
  EXPECT_NE(message_of(checkpoint_file, options).find("tensors have no place in the network"),
            std::string::npos)
      << "other codebooks are not passed over in silence";
  EXPECT_NE(message_of(folder.write("none.pt", "no archive"), options).find("is not a zip archive"),
            std::string::npos);
}

TEST(DfeImport, DamagedCheckpointsAreRefusedOrReadable) {
  const test::TemporaryFolder folder;
  const std::string whole = test::file_text(checkpoint_file);
  for (std::size_t cut = 0; cut < whole.size(); cut += 97)
    EXPECT_FALSE(message_of(folder.write("cut.pt", whole.substr(0, cut)), small_options()).empty()) << cut;
  Random random(3);
  for (int i = 0; i < 3000; ++i) {
    std::string bytes = whole;
    for (int k = 0; k < 3; ++k) bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    (void)message_of(folder.write("damaged.pt", bytes), small_options());  // an Error or a network, no crash
  }
}

TEST(EveryOption, OfAnImportChangesIt) {
  const test::TemporaryFolder folder;
  DfeImportOptions options = small_options();
  const std::string names =
      folder.write("map.json", R"({"codebook": "model.quantizer.layers.0._codebook.embed"})").string();
  test::every_option<DfeImportOptions>(
      options,
      {{"names", names}, {"heads", "4"}, {"ignore", "model*"}, {"columns", "a,b,c,d,e,f,g,h,i,j,k,l"}},
      [&] {
        const auto system = import_dfe(checkpoint_file, options);
        return std::to_string(system->network().shape.heads) + system->input_columns()[0].name;
      },
      {{"stages", "this checkpoint has a codebook for each stage"},
       {"ignore", "everything that it has is part of it"}});
}

}  // namespace
}  // namespace facelex
