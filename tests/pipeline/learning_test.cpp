#include "facelex/pipeline/learning.hpp"

#include <gtest/gtest.h>

#include <set>

#include "facelex/core/error.hpp"

namespace facelex {
namespace {

TEST(Learning, EverySystemDescribesOptionsOfItsOwn) {
  std::set<std::string> systems;
  for (const LearnableSystem& system : learnable_systems()) {
    SCOPED_TRACE(system.name);
    EXPECT_TRUE(systems.insert(system.name).second) << "twice";
    EXPECT_FALSE(system.summary.empty());
    EXPECT_EQ(find_learnable_system(system.name), &system);
    LearnOptions options;
    std::set<std::string> names;
    const OptionList list = options.describe_system(system.name);
    for (const Option& option : list.options()) {
      EXPECT_TRUE(names.insert(option.name).second) << option.name << " twice";
      EXPECT_FALSE(option.help.empty()) << option.name;
    }
    EXPECT_FALSE(names.empty());
  }
  EXPECT_GE(systems.size(), 5U);
}

TEST(Learning, AListSetsTheOptionsThatItDescribes) {
  LearnOptions options;
  const OptionList list = options.describe_system("facial-basis");
  ASSERT_NE(list.find("alpha"), nullptr);
  list.find("alpha")->set_text("0.125");
  EXPECT_EQ(list.changed()["alpha"], 0.125);
  EXPECT_THROW(list.find("alpha")->set_text("0"), Error);
}

}  // namespace
}  // namespace facelex
