#include "facelex/batch/inputs.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "facelex/core/error.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;

const InputKind videos = {
    "videos", [](const fs::path& file) { return file.extension() == ".mp4" || file.extension() == ".mov"; },
    [](const fs::path& folder) { return folder.extension() == ".frames"; }};

std::vector<std::string> names(const Inputs& inputs) {
  std::vector<std::string> result;
  for (const auto& item : inputs.items) result.push_back(item.name);
  return result;
}

using Names = std::vector<std::string>;

class InputsTest : public ::testing::Test {
 protected:
  void SetUp() override { set_slurm(nullptr, nullptr, nullptr); }
  void TearDown() override { set_slurm(nullptr, nullptr, nullptr); }

  static void set_slurm(const char* id, const char* first, const char* last) {
    const auto set = [](const char* name, const char* value) {
      value ? setenv(name, value, 1) : unsetenv(name);
    };
    set("SLURM_ARRAY_TASK_ID", id);
    set("SLURM_ARRAY_TASK_MIN", first);
    set("SLURM_ARRAY_TASK_MAX", last);
    unsetenv("SLURM_ARRAY_TASK_STEP");
  }

  TemporaryFolder folder;
};

TEST_F(InputsTest, AFolderIsWalkedInNaturalOrderAndNamesArePathsBelowIt) {
  for (const char* name : {"a/clip10.mp4", "a/clip2.mp4", "b/clip2.mov", "notes.txt", ".hidden.mp4",
                           "top.mp4", "b/stills.frames/1.png"})
    folder.write(name, "x");
  const Inputs inputs = find_inputs({folder.path()}, {}, videos, {});
  EXPECT_EQ(names(inputs), (Names{"a/clip2", "a/clip10", "b/clip2", "b/stills.frames", "top"}));
  EXPECT_EQ(inputs.others, 1u);
}

TEST_F(InputsTest, OneFileIsNamedByItsStemAndSeveralByTheirCommonFolder) {
  const auto a = folder.write("a/07.mp4", "x"), b = folder.write("b/07.mp4", "x");
  EXPECT_EQ(names(find_inputs({a}, {}, videos, {})), (Names{"07"}));
  EXPECT_EQ(names(find_inputs({a, b}, {}, videos, {})), (Names{"a/07", "b/07"}));
  EXPECT_EQ(names(find_inputs({folder / "a", folder / "b"}, {}, videos, {})), (Names{"a/07", "b/07"}));
}

TEST_F(InputsTest, NamesOfSeveralFoldersAreBelowEachUnlessTheyMeet) {
  for (const char* name : {"site a/x/1.mp4", "site b/y/2.mp4", "site c/y/2.mp4"}) folder.write(name, "x");
  EXPECT_EQ(names(find_inputs({folder / "site a", folder / "site b/y/2.mp4"}, {}, videos, {})),
            (Names{"2", "x/1"}));
  EXPECT_EQ(names(find_inputs({folder / "site b", folder / "site c"}, {}, videos, {})),
            (Names{"site b/y/2", "site c/y/2"}));
}

TEST_F(InputsTest, TheSameFileTwiceIsOneItem) {
  const auto a = folder.write("a/07.mp4", "x");
  EXPECT_EQ(find_inputs({a, folder.path(), folder / "a/../a/07.mp4"}, {}, videos, {}).items.size(), 1u);
}

TEST_F(InputsTest, FilesThatDifferInTheExtensionAloneKeepIt) {
  folder.write("07.mp4", "x");
  folder.write("07.mov", "x");
  folder.write("08.mov", "x");
  EXPECT_EQ(names(find_inputs({folder.path()}, {}, videos, {})), (Names{"07.mov", "07.mp4", "08"}));
}

TEST_F(InputsTest, OutputsBelowAnInputFolderAreNotInputs) {
  folder.write("07.mp4", "x");
  folder.write("out/07.overlay.mp4", "x");
  EXPECT_EQ(names(find_inputs({folder.path()}, {}, videos, folder / "out")), (Names{"07"}));
}

TEST_F(InputsTest, AMissingPathIsAnItemWithAProblem) {
  folder.write("07.mp4", "x");
  const Inputs inputs = find_inputs({folder / "07.mp4", folder / "nowhere.mp4"}, {}, videos, {});
  ASSERT_EQ(inputs.items.size(), 2u);
  EXPECT_EQ(inputs.items[0].problem, "");
  EXPECT_EQ(inputs.items[1].problem, "no such file or folder");
}

TEST_F(InputsTest, NothingToDoIsAUsageErrorThatSaysWhatWasSeen) {
  folder.write("notes.txt", "x");
  EXPECT_THROW(find_inputs({}, {}, videos, {}), Error);
  try {
    find_inputs({folder.path()}, {}, videos, {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_NE(std::string(error.what()).find("no videos among the inputs (1 other files seen)"),
              std::string::npos);
  }
}

TEST_F(InputsTest, LinkedFoldersAreWalkedOnceAndDeadLinksSaid) {
  folder.write("real/a.mp4", "x");
  std::filesystem::create_directory_symlink(folder / "real", folder / "linked");
  std::filesystem::create_directory_symlink(folder.path(), folder / "real/up");
  std::filesystem::create_symlink(folder / "gone.mp4", folder / "dead.mp4");
  const Inputs inputs = find_inputs({folder.path()}, {}, videos, {});
  ASSERT_EQ(inputs.items.size(), 2u);
  EXPECT_EQ(inputs.items[0].name, "dead");
  EXPECT_EQ(inputs.items[0].problem, "the link leads nowhere");
}

TEST_F(InputsTest, AListMayNameItsOutputs) {
  const auto a = folder.write("x/07.mp4", "x"), b = folder.write("y/07.mp4", "x");
  InputOptions options;
  options.list = folder.write("list.txt", a.string() + "\tsite 1/07\n" + b.string() + "\tsite 2/07\n");
  EXPECT_EQ(names(find_inputs({}, options, videos, {})), (Names{"site 1/07", "site 2/07"}));
}

TEST_F(InputsTest, AnEmptyArgumentIsAnUnsetVariable) {
  EXPECT_THROW(find_inputs({""}, {}, videos, {}), Error);
}

TEST_F(InputsTest, AListAddsToTheArguments) {
  const auto a = folder.write("a.mp4", "x"), b = folder.write("b.mp4", "x");
  InputOptions options;
  options.list = folder.write("list.txt", b.string() + "\n\n  " + a.string() + "\r\n");
  EXPECT_EQ(names(find_inputs({}, options, videos, {})), (Names{"a", "b"}));
  options.list = folder / "none.txt";
  EXPECT_THROW(find_inputs({}, options, videos, {}), Error);
}

TEST_F(InputsTest, ShardsPartitionTheItems) {
  for (int i = 0; i < 23; ++i) folder.write("c" + std::to_string(i) + ".mp4", "x");
  for (const int count : {1, 2, 5, 23, 40}) {
    std::multiset<std::string> all;
    for (int index = 1; index <= count; ++index) {
      InputOptions options;
      options.shard = std::to_string(index) + "/" + std::to_string(count);
      const Inputs inputs = find_inputs({folder.path()}, options, videos, {});
      EXPECT_EQ(inputs.items_in_all, 23u);
      for (const auto& name : names(inputs)) all.insert(name);
    }
    EXPECT_EQ(all.size(), 23u) << count;
    EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 23u) << count;
  }
  for (const char* bad : {"0/3", "4/3", "a/3", "3", "1/", "/2", "1/0", ""})
    EXPECT_THROW(parse_shard(bad), Error) << bad;
}

TEST_F(InputsTest, SlurmArraysDivideFoldersButNotAFileThatTheJobNames) {
  for (int i = 0; i < 6; ++i) folder.write("c" + std::to_string(i) + ".mp4", "x");
  set_slurm("5", "4", "6");
  const Inputs inputs = find_inputs({folder.path()}, {}, videos, {});
  EXPECT_EQ(names(inputs), (Names{"c1", "c4"}));
  EXPECT_TRUE(inputs.shard.from_slurm);
  EXPECT_EQ(find_inputs({folder / "c3.mp4"}, {}, videos, {}).items.size(), 1u);
  setenv("SLURM_ARRAY_TASK_COUNT", "3", 1);
  EXPECT_NO_THROW(find_inputs({folder.path()}, {}, videos, {}));
  setenv("SLURM_ARRAY_TASK_COUNT", "2", 1);
  EXPECT_THROW(find_inputs({folder.path()}, {}, videos, {}), Error) << "an array with gaps";
  EXPECT_NO_THROW(find_inputs({folder / "c3.mp4"}, {}, videos, {}));
  unsetenv("SLURM_ARRAY_TASK_COUNT");
  InputOptions none;
  none.shard = "none";
  EXPECT_EQ(find_inputs({folder.path()}, none, videos, {}).items.size(), 6u);
}

}  // namespace
}  // namespace facelex
