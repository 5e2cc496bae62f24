#include "facelex/pipeline/run_settings.hpp"

#include <gtest/gtest.h>

#include "facelex/core/error.hpp"
#include "facelex/core/json.hpp"

namespace facelex {
namespace {

std::string problem_of(RunSettings settings) {
  try {
    settings.resolve(nullptr, "fits");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "none";
}

TEST(RunSettings, DisplacementIsCodedWhereNothingElseIsSaid) {
  RunSettings settings;
  settings.resolve(nullptr, "fits");
  EXPECT_TRUE(settings.fits_faces());
  EXPECT_FALSE(settings.own_fits);
  const Json json = settings.to_json();
  EXPECT_EQ(json["signal"], "displacement");
  EXPECT_TRUE(json.contains("fit"));
  EXPECT_FALSE(json.contains("standardize")) << "of motion alone";
  EXPECT_TRUE(json.contains(settings.run.system)) << "options of learning stand under the system's name";
}

TEST(RunSettings, MotionThatIsFrontalizedInSpaceFitsFirst) {
  RunSettings settings;
  settings.run.signal = CodedSignal::motion;
  EXPECT_FALSE(settings.fits_faces());
  EXPECT_EQ(settings.coded_kind(), SignalKind::keypoint_motion);
  settings.standardize.frontalize = StandardizeOptions::Frontalization::fitted;
  settings.resolve(nullptr, "out/fits");
  EXPECT_TRUE(settings.own_fits);
  EXPECT_EQ(settings.standardize.fits, "out/fits");
  EXPECT_FALSE(settings.to_json()["standardize"].contains("fits")) << "a folder of this run is not an option";
}

TEST(RunSettings, WhatContradictsItselfIsRefusedBeforeTheWork) {
  RunSettings settings;
  EXPECT_EQ(problem_of(settings), "none");
  settings.run.signal = CodedSignal::expression;
  EXPECT_NE(problem_of(settings).find("facial-basis learns movements of points"), std::string::npos);
  settings.run.system = "pca";
  EXPECT_EQ(problem_of(settings), "none");
}

TEST(RunSettings, InputsOfAConfigurationAreAPathOrAListOfPaths) {
  const auto inputs = [](const char* json) { return configured_inputs(Json::parse(json), "run.json"); };
  EXPECT_EQ(inputs(R"({"inputs": "videos"})"), std::vector<std::string>{"videos"});
  EXPECT_EQ(inputs(R"({"inputs": ["a.mp4", "b"]})"), (std::vector<std::string>{"a.mp4", "b"}));
  EXPECT_THROW(inputs(R"({"inputs": [7]})"), Error);
}

}  // namespace
}  // namespace facelex
