#include "facelex/pipeline/figures.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "facelex/core/error.hpp"
#include "facelex/core/json.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

TEST(Figures, ALineForTheUserHasFourDigitsAndTheUnit) {
  EXPECT_EQ(figure_text({"variance_explained", 0.873149, "", ""}), "variance_explained 0.8731");
  EXPECT_EQ(figure_text({"error", 12, "mm", ""}), "error 12 mm");
  EXPECT_EQ(figure_text({"agreement", none, "", ""}), "agreement not defined");
}

TEST(Figures, TheTableAndItsSidecarHoldTheSameNumbers) {
  const test::TemporaryFolder folder;
  Provenance made;
  made.identity.stage = "measure";
  write_figures(folder / "f.csv", {{"a", 0.125, "mm", "how far, roughly"}, {"b", none, "", "b"}}, made);
  EXPECT_EQ(test::file_text(folder / "f.csv"),
            "figure,value,unit,description\na,0.125,mm,\"how far, roughly\"\nb,,,b\n");
  const Json json = read_json(folder / "f.json");
  EXPECT_EQ(json["stage"], "measure");
  EXPECT_NE(json.dump().find("\"a\":0.125"), std::string::npos) << json.dump();
  EXPECT_NE(json.dump().find("\"b\":null"), std::string::npos) << json.dump();
}

TEST(Figures, ATableOfAnotherNameIsRefusedBeforeAnythingIsWritten) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(write_figures(folder / "f.txt", {}, {}), Error);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace facelex
