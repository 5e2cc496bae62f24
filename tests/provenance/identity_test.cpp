#include "facelex/provenance/identity.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "facelex/core/digest.hpp"
#include "facelex/io/atomic_file.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

class IdentityTest : public ::testing::Test {
 protected:
  void SetUp() override {
    made.identity = {"learn pca", Json{{"components", 3}}, "inputs", "models"};
    made.command = "facelex learn pca INPUT...";
    made.input = "2 recordings";
    write(false);
  }
  void write(bool partial) const {
    write_file_atomically(file, "content");
    StageResult result;
    result.partial = partial;
    result.output_digest = sha256_of_text("content");
    write_sidecar(file, sidecar_of(made, result));
  }

  test::TemporaryFolder folder;
  std::filesystem::path file = folder / "x.csv";
  Provenance made;
};

TEST_F(IdentityTest, ASidecarSaysWhatItWasMadeOf) {
  const auto sidecar = read_sidecar(file);
  ASSERT_TRUE(sidecar);
  EXPECT_EQ(identity_of(*sidecar), made.identity);
  EXPECT_EQ(sidecar->command, made.command);
  EXPECT_EQ(sidecar->input, made.input);
  EXPECT_TRUE(is_complete(file, made));
}

TEST_F(IdentityTest, EachPartDecides) {
  const std::vector<std::function<void(Identity&)>> changes = {
      [](Identity& one) { one.stage = "learn dfecs"; }, [](Identity& one) { one.options["components"] = 4; },
      [](Identity& one) { one.inputs = "others"; }, [](Identity& one) { one.models = "others"; },
      [](Identity& one) { one.version = "0.0.1"; }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Provenance other = made;
    changes[i](other.identity);
    EXPECT_FALSE(complete_sidecar(file, other.identity)) << i;
    EXPECT_FALSE(is_complete(file, other)) << i;
  }
  Provenance renamed = made;
  renamed.command += " --model other";
  EXPECT_TRUE(complete_sidecar(file, renamed.identity));
  EXPECT_FALSE(is_complete(file, renamed)) << "a table names its systems";
}

TEST_F(IdentityTest, TheFileMustStandThereWhole) {
  write(true);
  EXPECT_TRUE(complete_sidecar(file, made.identity));
  EXPECT_FALSE(is_complete(file, made)) << "something was left out";
  write(false);
  write_file_atomically(file, "changed");
  EXPECT_FALSE(is_complete(file, made));
  std::filesystem::remove(file);
  EXPECT_FALSE(is_complete(file, made));
}

}  // namespace
}  // namespace facelex
