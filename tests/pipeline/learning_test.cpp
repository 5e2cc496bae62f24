#include "facelex/pipeline/learning.hpp"

#include <gtest/gtest.h>

#include <set>

#include "facelex/core/error.hpp"

namespace facelex {
namespace {

TEST(Learning, EverySystemDescribesOptionsOfItsOwn) {
  std::set<std::string> systems;
  for (const auto& [system, summary] : LearnOptions::systems()) {
    SCOPED_TRACE(system);
    EXPECT_TRUE(systems.insert(system).second) << "twice";
    EXPECT_FALSE(summary.empty());
    LearnOptions options;
    std::set<std::string> names;
    const OptionList list = options.describe_system(system);
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
