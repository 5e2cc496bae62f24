#include "facelex/provenance/ownership.hpp"

#include <gtest/gtest.h>

#include "facelex/core/error.hpp"
#include "facelex/io/models/model_file.hpp"
#include "facelex/io/sidecar.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;

TEST(Ownership, OursIsWhatASidecarOrItsContentSays) {
  const test::TemporaryFolder folder;
  EXPECT_TRUE(is_ours(folder / "none.csv"));
  EXPECT_TRUE(is_ours(folder.write("empty.csv", "")));
  EXPECT_FALSE(is_ours(folder.write("a.csv", "a,b\n")));
  for (const char* foreign : {"{}", "{\"format\": \"theirs\"}", "[1]", "no JSON"})
    EXPECT_FALSE(is_ours(folder.write("a.json", foreign))) << foreign;
  EXPECT_FALSE(is_ours(folder / "a.csv"));
  folder.write("a.json", "{\"format\": \"facelex sidecar\", \"format_version\": 99}");
  EXPECT_TRUE(is_ours(folder / "a.json")) << "of a newer facelex";
  EXPECT_TRUE(is_ours(folder / "a.csv"));
  ModelFile model;
  model.kind = "pca";
  model.set("mean", Eigen::VectorXd(Eigen::VectorXd::Ones(2)));
  write_model(folder / "m.safetensors", model);
  EXPECT_TRUE(is_ours(folder / "m.safetensors"));
  EXPECT_FALSE(is_ours(folder.write("n.safetensors", "theirs")));
}

TEST(Ownership, AnOutputTakesThePlaceOfItsInputOrOfItsSidecar) {
  const test::TemporaryFolder folder;
  const auto table = folder.write("lm/a.csv", "x");
  EXPECT_TRUE(takes_place_of(table, table));
  EXPECT_TRUE(takes_place_of(folder / "lm/../lm/a.npy", table)) << "one sidecar";
  EXPECT_FALSE(takes_place_of(folder / "out/a.csv", table));
  EXPECT_FALSE(takes_place_of(folder / "lm/a.csv", folder.write("lm/a.mp4", "x"))) << "a video has none";
  EXPECT_TRUE(takes_place_of(folder / "lm/b.csv", folder.write("lm/b.json", "x")));
  fs::create_directory_symlink(folder / "lm", folder / "link");
  EXPECT_TRUE(takes_place_of(folder / "link/a.npy", table));
}

TEST(Ownership, LinksLeadOut) {
  const test::TemporaryFolder folder;
  fs::create_directories(folder / "out/sub");
  fs::create_directories(folder / "else");
  fs::create_directory_symlink(folder / "else", folder / "out/link");
  fs::create_directory_symlink(folder / "out/sub", folder / "out/inner");
  EXPECT_FALSE(leads_out_of(folder / "out/sub", folder / "out"));
  EXPECT_FALSE(leads_out_of(folder / "out/none/sub", folder / "out"));
  EXPECT_FALSE(leads_out_of(folder / "out/inner", folder / "out"));
  EXPECT_TRUE(leads_out_of(folder / "out/link/sub", folder / "out"));
  fs::create_directory_symlink(folder / "out", folder / "way");
  EXPECT_FALSE(leads_out_of(folder / "way/sub", folder / "way"));
}

TEST(Ownership, WhatIsNotOursIsReplacedOnlyByForce) {
  const test::TemporaryFolder folder;
  folder.write("paper.json", "{}");
  EXPECT_THROW(require_replaceable(folder / "paper.csv", {}, false), Error);
  EXPECT_NO_THROW(require_replaceable(folder / "paper.csv", {}, true));
  const std::vector<NamedFile> sources = {{folder.write("codes.csv", "x"), "codes"}};
  for (const bool force : {false, true})
    EXPECT_THROW(require_replaceable(folder / "codes.csv", sources, force), Error);
  EXPECT_NO_THROW(require_replaceable(folder / "other.csv", sources, false));
  EXPECT_THROW(require_ours(folder / "paper.json", false, false), Error);
  EXPECT_NO_THROW(require_ours(folder / "paper.json", true, false));
  EXPECT_NO_THROW(require_ours(folder / "none", false, false));
}

}  // namespace
}  // namespace facelex
