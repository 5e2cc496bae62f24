#include "facelex/provenance/manifest.hpp"

#include <gtest/gtest.h>

#include "facelex/core/error.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

using test::TemporaryFolder;

ManifestRow row(std::string name, ItemState state, std::string message = {}, std::string finished = {}) {
  ManifestRow r;
  r.path = "clips/" + name + ".mp4";
  r.name = std::move(name);
  r.state = state;
  r.message = std::move(message);
  r.finished = std::move(finished);
  return r;
}

TEST(Manifest, WhatIsWrittenIsReadWhateverThePathsHold) {
  const TemporaryFolder folder;
  Manifest manifest(folder / "manifest.csv");
  auto odd = row("a,b \"c\"\nd", ItemState::failed, "cannot decode, \"really\"", "2026-11-20T10:00:00Z");
  odd.frames = 900;
  odd.with_face = 450;
  odd.seconds = 2.5;
  manifest.rows() = {odd, row("plain", ItemState::pending)};
  manifest.write();
  const auto rows = read_manifest(folder / "manifest.csv");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].name, odd.name);
  EXPECT_EQ(rows[0].path, odd.path);
  EXPECT_EQ(rows[0].message, odd.message);
  EXPECT_EQ(rows[0].state, ItemState::failed);
  EXPECT_EQ(rows[0].frames, 900);
  EXPECT_EQ(rows[0].with_face, 450);
  EXPECT_EQ(rows[0].seconds, 2.5);
  EXPECT_EQ(rows[1].state, ItemState::pending);
  EXPECT_NE(test::file_text(folder / "manifest.csv").find(",900,450,0.5,2.5,360,"), std::string::npos);
}

TEST(Manifest, RowsOfOtherInputsStayWhenARunDoesOnlySome) {
  const TemporaryFolder folder;
  Manifest first(folder / "manifest.csv");
  first.rows() = {row("a", ItemState::ok), row("b", ItemState::failed, "broken")};
  first.write();
  Manifest second(folder / "manifest.csv");
  second.rows() = {row("b", ItemState::ok)};
  second.write();
  const auto rows = read_manifest(folder / "manifest.csv");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].name, "a");
  EXPECT_EQ(rows[1].state, ItemState::ok);
}

TEST(Manifest, TheNewestRowOfAllShardsCountsAndPendingGivesWay) {
  const TemporaryFolder folder;
  Manifest one(folder / "manifest.1-of-2.csv"), two(folder / "manifest.2-of-2.csv"),
      retry(folder / "manifest.csv");
  one.rows() = {row("a", ItemState::failed, "broken", "2026-11-20T10:00:00Z"), row("c", ItemState::pending)};
  two.rows() = {row("b", ItemState::ok, "", "2026-11-20T10:00:01Z")};
  retry.rows() = {row("a", ItemState::ok, "", "2026-11-20T11:00:00Z"), row("b", ItemState::pending),
                  row("c", ItemState::partial, "cut", "2026-11-20T11:00:02Z")};
  for (const auto* manifest : {&one, &two, &retry}) manifest->write();
  folder.write("sub/manifest.csv", test::file_text(folder / "manifest.2-of-2.csv"));
  folder.write("manifest_of_mine.csv", "not, ours\n");
  const auto merged = merged_manifests(folder.path());
  ASSERT_EQ(merged.size(), 2u);
  const auto& rows = merged.at(".");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].state, ItemState::ok);
  EXPECT_EQ(rows[1].state, ItemState::ok);
  EXPECT_EQ(rows[2].state, ItemState::partial);
}

TEST(Manifest, AnythingElseIsRefusedNamingFileAndLine) {
  const TemporaryFolder folder;
  Manifest manifest(folder / "manifest.csv");
  manifest.rows() = {row("a", ItemState::ok)};
  manifest.write();
  const std::string good = test::file_text(folder / "manifest.csv");
  EXPECT_THROW(read_manifest(folder.write("foreign.csv", "a,b\n1,2\n")), Error);
  try {
    read_manifest(folder.write("cut.csv", good.substr(0, good.size() - 12)));
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("cut.csv: line 2"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace facelex
