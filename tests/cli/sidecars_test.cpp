// Every stage's sidecar is what the frozen ones say.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>

#include "cli_fixture.hpp"
#include "facelex/core/version.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;
using test::file_text;

const fs::path corpus = fs::path(FACELEX_TEST_FIXTURES) / "models/sidecars";

/// Fields that a version after the frozen one writes otherwise, and why: docs/changelog.md.
const std::map<std::string, std::set<std::string>> named_differences = {
    {"features-wcc", {"input_digest"}},      // covers the sidecars of the inputs
    {"features-summary", {"input_digest"}},  // the same
    {"features-bow", {"input_digest"}},
    {"power-features-summary", {"input_digest"}},
};

/// The text without what differs by intent.
std::string comparable(const std::string& text, const std::string& name, bool same_rounding) {
  Json json = Json::parse(text);
  json["version"] = "";
  if (const auto named = named_differences.find(name); named != named_differences.end())
    for (const auto& field : named->second) json[field] = "";
  std::string plain = json.dump(1);
  if (same_rounding) return plain;
  // Without AVX2 a processor rounds otherwise: digests and measured numbers are its own.
  plain = std::regex_replace(plain, std::regex("[0-9a-f]{64}"), "digest");
  return std::regex_replace(plain, std::regex("-?[0-9]+\\.[0-9]+(e[-+]?[0-9]+)?|: [0-9]+"), "number");
}

TEST(SidecarCorpus, EachIsRead) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(corpus)) {
    const auto sidecar = read_sidecar(fs::path(entry.path()).replace_extension(".csv"));
    ASSERT_TRUE(sidecar) << entry.path();
    EXPECT_FALSE(sidecar->stage.empty()) << entry.path();
    EXPECT_TRUE(sidecar->command.starts_with("facelex ")) << entry.path();
    ++count;
  }
  EXPECT_EQ(count, 31u);
}

TEST(SidecarCorpus, TheCommandsMakeThemAgain) {
  const test::TemporaryFolder folder;
  const auto end = test::Program("/bin/sh", {fs::path(FACELEX_TEST_FIXTURES) / "models/make_sidecars.sh",
                                             FACELEX_BINARY, folder.path()})
                       .wait();
  ASSERT_EQ(end.status, 0) << end.err;
  const bool same_rounding = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  for (const auto& entry : fs::directory_iterator(corpus)) {
    const std::string name = entry.path().stem();
    const std::string made = file_text(folder / "sidecars" / entry.path().filename());
    ASSERT_FALSE(made.empty()) << name;
    EXPECT_EQ(comparable(made, name, same_rounding), comparable(file_text(entry.path()), name, same_rounding))
        << name;
  }
}

}  // namespace
}  // namespace facelex
