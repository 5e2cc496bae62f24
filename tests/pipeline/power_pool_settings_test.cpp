#include "facelex/pipeline/power_pool_settings.hpp"

#include <gtest/gtest.h>

#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

TEST(PowerPoolSettings, TheSeedOfTheCohortGivesWayToTheOneThatIsGiven) {
  const test::TemporaryFolder folder;
  const std::string file = folder.write("cohort.json", R"({"seed": 11, "seconds": 30, "groups": [
    {"name": "a", "behaviour": {}}, {"name": "b", "behaviour": {}}]})");
  PowerOptions studies;
  studies.subjects = {4};
  FoldOptions folds;
  folds.folds = 2;
  const auto seed_of = [&](long long given) {
    PowerPoolSettings settings;
    PowerPoolOptions& options = settings.options;
    options.seed = given;
    options.pool = 5;
    settings.resolve(file, studies, folds);
    EXPECT_EQ(settings.cohort.groups[0].subjects, 5);
    return settings.cohort.seed;
  };
  EXPECT_EQ(seed_of(-1), 11);
  EXPECT_EQ(seed_of(0), 0);
  EXPECT_EQ(seed_of(29), 29);
}

}  // namespace
}  // namespace facelex
