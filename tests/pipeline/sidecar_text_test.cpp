#include "facelex/pipeline/sidecar_text.hpp"

#include <gtest/gtest.h>

#include "facelex/core/json.hpp"

namespace facelex {
namespace {

struct StageOptions {
  double alpha = 0.5;
  bool balance = true, strict = false;
  std::string model, name;
  std::vector<std::string> columns;

  void describe(OptionList& options) {
    options.number("alpha", alpha, Bounds::above(0), "penalty")
        .flag("balance", balance, "balance")
        .flag("strict", strict, "strict")
        .text("model", model, "model")
        .text("name", name, "name")
        .texts("columns", columns, "columns");
  }
};

std::string command_of(StageOptions options) {
  return command_text("encode", described(options));
}

TEST(SidecarText, ACommandNamesWhatDiffersFromTheDefaults) {
  EXPECT_EQ(command_of({}), "facelex encode {}");
  StageOptions options;
  options.alpha = 0.25;
  options.balance = false;
  options.strict = true;
  options.columns = {"x_*", "y_*"};
  EXPECT_EQ(command_of(options), "facelex encode {} --alpha 0.25 --no-balance --strict --columns x_*,y_*");
}

TEST(SidecarText, AnArgumentThatAShellWouldTearIsQuoted) {
  for (const char* name : {"two words", "a;b", "$HOME", "a|b", "(a)"}) {
    StageOptions options;
    options.name = name;
    EXPECT_EQ(command_of(options), std::string("facelex encode {} --name '") + name + "'");
  }
}

TEST(SidecarText, AnAbsolutePathIsCutToItsNameARelativeOneStays) {
  StageOptions options;
  options.model = "/home/someone/models/a.safetensors";
  options.name = "models/b";
  EXPECT_EQ(command_of(options), "facelex encode {} --model a.safetensors --name models/b");
  const Json portable = portable_options(described(options));
  EXPECT_EQ(portable["model"], "a.safetensors");
  EXPECT_EQ(portable["name"], "models/b");
  EXPECT_EQ(portable["alpha"], 0.5) << "a default stands in the sidecar too";
}

}  // namespace
}  // namespace facelex
