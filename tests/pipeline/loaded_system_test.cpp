#include "facelex/pipeline/loaded_system.hpp"

#include <gtest/gtest.h>

#include "facelex/core/error.hpp"
#include "facelex/dfe/built_in_codebook.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

TEST(LoadedSystem, BuiltInIsTheCodebookThatIsCarried) {
  const LoadedSystem loaded = load_system(built_in_name);
  EXPECT_EQ(loaded.system->kind(), "dfe");
  EXPECT_EQ(loaded.system->code_kind(), SignalKind::tokens);
  EXPECT_EQ(loaded.digest, built_in_codebook_digest());
}

TEST(LoadedSystem, AModelThatCannotBeUsedIsAMatterOfTheEnvironment) {
  const test::TemporaryFolder folder;
  const auto problem = [](const std::string& file) {
    try {
      load_system(file);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::environment);
      return std::string(error.what());
    }
    return std::string("none");
  };
  EXPECT_NE(problem(folder / "none.safetensors").find("no such file"), std::string::npos);
  EXPECT_NE(problem(folder.write("text.safetensors", "no model")).find("text.safetensors"),
            std::string::npos);
}

}  // namespace
}  // namespace facelex
