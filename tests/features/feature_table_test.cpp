#include "facelex/features/feature_table.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "facelex/core/error.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

/// Two features: the length of the name, and nothing.
VideoFeatures features_of(const FeatureInput& input, const Work&) {
  const auto length = static_cast<double>(input.name.size());
  return {{{"length", "of its name", "1"}, {"void", "never there", "1"}},
          {{-1, {length, std::numeric_limits<double>::quiet_NaN()}, {{"frames", 3}}}},
          {}};
}

std::vector<FeatureInput> inputs_named(const std::vector<std::string>& names) {
  std::vector<FeatureInput> inputs;
  for (const std::string& name : names) inputs.push_back({{name + ".csv", name}});
  return inputs;
}

std::vector<FeatureInput> many(int count) {
  std::vector<std::string> names;
  for (int i = count; i > 0; --i) names.push_back("v" + std::to_string(i));
  return inputs_named(names);
}

Work on(int threads) {
  Work work;
  work.threads = threads;
  return work;
}

class FeatureTable : public ::testing::Test {
 protected:
  std::string text() const { return test::file_text(file); }
  bool is_empty() const { return std::filesystem::is_empty(folder.path()); }

  test::TemporaryFolder folder;
  const std::filesystem::path file = folder / "table.csv";
};

TEST_F(FeatureTable, HasARowForEveryVideoInNaturalOrder) {
  VideoFeatureTable table(file, inputs_named({"v10", "v9", "long name"}), features_of, on(2));
  EXPECT_FALSE(std::filesystem::exists(file)) << "it has no name before commit";
  EXPECT_EQ(table.rows(), 3U);
  EXPECT_EQ(table.features(), 2U);
  const StageResult result = table.commit();
  EXPECT_EQ(text(), "name,face_id,length,void\nlong name,,9,\nv9,,2,\nv10,,3,\n");
  EXPECT_FALSE(result.partial);
  EXPECT_EQ(result.columns.size(), 4U);
  EXPECT_EQ(result.details["videos"][1], (Json{{"name", "v9"}, {"frames", 3}}));
}

TEST_F(FeatureTable, MoreVideosThanAreHeldAtATimeGiveTheSameBytesWithAnyThreads) {
  std::string first;
  for (const int threads : {1, 2, 7}) {
    VideoFeatureTable table(file, many(700), features_of, on(threads));
    EXPECT_EQ(table.rows(), 700U);
    table.commit();
    if (first.empty()) first = text();
    EXPECT_EQ(text(), first) << threads;
  }
  EXPECT_NE(first.find("\nv256,,4,\nv257,,4,\n"), std::string::npos) << "no row is lost between two blocks";
}

TEST_F(FeatureTable, TheFirstThatSucceedsDecidesTheColumnsAndOthersAreLeftOut) {
  const auto maker = [](const FeatureInput& input, const Work& work) {
    if (input.name == "v1") throw data_error({}, "is empty", "record again");
    VideoFeatures features = features_of(input, work);
    if (input.name == "v300") features.columns[1].name = "other";
    if (input.name == "v301") features.columns.pop_back();
    return features;
  };
  std::vector<FeatureInput> inputs = many(301);
  inputs[5].note = "is short";           // v296
  inputs[298].problem = "no such file";  // v3
  inputs[300].note = "has no sound";     // v1
  VideoFeatureTable table(file, inputs, maker, on(3));
  EXPECT_EQ(table.rows(), 297U);
  ASSERT_EQ(table.left_out().size(), 4U);
  EXPECT_EQ(table.left_out()[0].reason.text(), "v1.csv: is empty; record again; note: has no sound");
  EXPECT_EQ(table.left_out()[1].reason.text(), "v3.csv: no such file; check the path");
  EXPECT_EQ(table.left_out()[2].reason.text(),
            "v300.csv: its features are other ones than those of v2: 'other' where that has 'void'; codes of "
            "one table come from one model");
  EXPECT_NE(table.left_out()[3].reason.text().find("nothing where that has 'void'"), std::string::npos);
  ASSERT_EQ(table.notes().size(), 1U);
  EXPECT_EQ(table.notes()[0].name, "v296");
  const StageResult result = table.commit();
  EXPECT_TRUE(result.partial);
  EXPECT_EQ(result.details["left_out"].size(), 4U);
  EXPECT_EQ(text().substr(0, 31), "name,face_id,length,void\nv2,,2,");
}

TEST_F(FeatureTable, NothingStaysOfATableWithoutCommit) {
  {
    const VideoFeatureTable table(file, many(3), features_of, on(1));
    EXPECT_EQ(table.rows(), 3U);
  }
  EXPECT_TRUE(is_empty());
  const auto failing = [](const FeatureInput&, const Work&) -> VideoFeatures {
    throw environment_error("no disk");
  };
  EXPECT_THROW(VideoFeatureTable(file, many(3), failing, on(2)), Error);
  EXPECT_TRUE(is_empty());
}

TEST_F(FeatureTable, StopsWhenItIsAskedTo) {
  std::atomic<bool> stop{false};
  Work work = on(1);
  work.stop = &stop;
  int made = 0;
  const auto maker = [&](const FeatureInput& input, const Work& own) {
    stop = ++made == 5;
    return features_of(input, own);
  };
  EXPECT_THROW(VideoFeatureTable(file, many(600), maker, work), Error);
  EXPECT_EQ(made, 5);
  EXPECT_TRUE(is_empty());
}

}  // namespace
}  // namespace facelex
