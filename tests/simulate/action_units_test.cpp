#include "facelex/simulate/action_units.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "facelex/core/error.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/face/model/import/model.hpp"
#include "facelex/simulate/cohort.hpp"

namespace facelex {
namespace {

/// The built-in face with its first modes under the names of blendshapes.
MorphableModel named_like(const std::vector<std::string>& names) {
  MorphableModel model = built_in_face();
  ShapeBasis& basis = model.expression;
  const auto count = static_cast<Eigen::Index>(names.size());
  basis.modes.conservativeResize(Eigen::NoChange, count);
  basis.names = names;
  basis.descriptions.resize(names.size());
  for (Eigen::VectorXd* values : {&basis.scale, &basis.lower, &basis.upper})
    values->conservativeResize(count);
  return model;
}

TEST(WithActionUnits, AddsTheUnitsThatTheBlendshapesMake) {
  const MorphableModel before = named_like({"jawOpen", "EyeBlinkLeft", "eyeBlink_R", "other"});
  const MorphableModel model = with_action_units(before);
  EXPECT_EQ(model.expression.names, (std::vector<std::string>{"jawOpen", "EyeBlinkLeft", "eyeBlink_R",
                                                              "other", "AU26", "AU27", "AU43_L", "AU43_R"}));
  EXPECT_EQ(model.expression.modes.leftCols(4), before.expression.modes);
  EXPECT_EQ(model.expression.modes.col(4), 0.5F * before.expression.modes.col(0));
  EXPECT_EQ(model.expression.modes.col(6), before.expression.modes.col(1));
  EXPECT_EQ(model.expression.upper.size(), 8);
  model.check("model");
}

TEST(WithActionUnits, LeavesAFaceWithoutBlendshapesAsItIs) {
  EXPECT_EQ(with_action_units(built_in_face()).expression.names, built_in_face().expression.names);
}

TEST(PlacedLikeBuiltIn, TakesTheEyesToTheBuiltInOnes) {
  MorphableModel moved = built_in_face();
  moved.mean.rowwise() += Eigen::RowVector3f(3, -20, 95);
  EXPECT_LT((placed_like_built_in(moved).mean - built_in_face().mean).cwiseAbs().maxCoeff(), 1e-3);
  moved.landmarks[36] = -1;
  EXPECT_EQ(placed_like_built_in(moved).mean, moved.mean);
}

TEST(Cohort, WhatNeverMovesNeedNotBeThere) {
  const auto read = [](const std::string& behaviour) {
    return Cohort::from_json(Json::parse(R"({"groups": [{"name": "a", "behaviour": )" + behaviour + "}]}"),
                             "c.json", {"happiness", "anger"});
  };
  EXPECT_EQ(read(R"({"blink": {"rate_per_minute": 0}, "units": [{"unit": "happiness"}]})").groups.size(), 1U);
  try {
    read(R"({"units": [{"unit": "AU12"}], "blink": {"rate_per_minute": 0}})");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("its units: happiness, anger"), std::string::npos)
        << error.what();
  }
  EXPECT_THROW(read("{}"), Error) << "it blinks by default";
}

TEST(WithActionUnits, KnowsIctFaceKit) {
  const char* shared = std::getenv("FACELEX_SHARED_DATA");
  if (!shared) GTEST_SKIP() << "FACELEX_SHARED_DATA is not set";
  const MorphableModel ict =
      with_action_units(import_ict(std::string(shared) + "/models/ict_facekit_light.safetensors"));
  for (const char* unit :
       {"AU01", "AU02", "AU04", "AU05", "AU06", "AU07", "AU09", "AU10", "AU12", "AU14", "AU15",
        "AU16", "AU17", "AU18", "AU20", "AU22", "AU24", "AU25", "AU26", "AU27", "AU28", "AU43"})
    EXPECT_FALSE(units_of_name(unit, ict.expression.names).empty()) << unit;
}

}  // namespace
}  // namespace facelex
