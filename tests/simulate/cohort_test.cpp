#include "facelex/simulate/cohort.hpp"

#include <gtest/gtest.h>

#include <map>

#include "cohort_item.hpp"
#include "facelex/core/error.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"

namespace facelex {
namespace {

Cohort parsed_cohort(const std::string& json) {
  return Cohort::from_json(Json::parse(json), "c.json", built_in_face().expression.names);
}

std::string cohort_message(const std::string& json) {
  try {
    parsed_cohort(json);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "no error";
}

constexpr const char* two_groups = R"({"seed": 5, "groups": [
  {"name": "a", "subjects": 2, "sessions": 2, "behaviour": {"blink": {"rate_per_minute": 10}}},
  {"name": "b, c", "subjects": 3, "behaviour": {"blink": {"rate_per_minute": 30}}}]})";

TEST(Cohort, NumbersSubjectsThroughAndLabelsThem) {
  EXPECT_EQ(labels_csv(parsed_cohort(two_groups)),
            "name,subject,session,group\n"
            "S01_1,S01,1,a\nS01_2,S01,2,a\nS02_1,S02,1,a\nS02_2,S02,2,a\n"
            "S03_1,S03,1,\"b, c\"\nS04_1,S04,1,\"b, c\"\nS05_1,S05,1,\"b, c\"\n");
  const CohortItem item = cohort_item(parsed_cohort(two_groups), "S02_2");
  EXPECT_EQ(item.subject_index, 1);
  EXPECT_EQ(item.session, 2);
  EXPECT_EQ(item.group, 0U);
}

TEST(Cohort, NullDrawsBehaviourFromAllGroupsWhateverTheLabel) {
  Cohort cohort = parsed_cohort(two_groups);
  for (CohortGroup& group : cohort.groups) group.sessions = 1;
  cohort.groups[0].subjects = 400;
  cohort.groups[1].subjects = 800;
  for (const CohortItem& item : cohort_items(cohort)) EXPECT_EQ(behaving_group(cohort, item), item.group);
  cohort.null = true;
  std::map<std::size_t, double> behaving;  // share of the second group's behaviour, by label
  for (const CohortItem& item : cohort_items(cohort))
    behaving[item.group] +=
        static_cast<double>(behaving_group(cohort, item)) / cohort.groups[item.group].subjects;
  EXPECT_NEAR(behaving[0], 2.0 / 3, 0.07);
  EXPECT_NEAR(behaving[1], 2.0 / 3, 0.05);
}

TEST(Cohort, ReadsBackWhatItWrites) {
  const Cohort cohort = parsed_cohort(two_groups);
  EXPECT_EQ(parsed_cohort(cohort.to_json().dump()).to_json(), cohort.to_json());
  EXPECT_EQ(cohort.to_json()["seed"], 5);
  EXPECT_EQ(cohort.to_json()["groups"][1]["behaviour"]["blink"]["rate_per_minute"], 30);
  EXPECT_EQ(cohort.frames(), 250);
}

TEST(Cohort, SaysWhatIsWrongAndWhere) {
  const auto says = [](const std::string& json, const std::string& begin, const std::string& what) {
    const std::string text = cohort_message(json);
    EXPECT_EQ(text.find(begin), 0U) << text;
    EXPECT_NE(text.find(what), std::string::npos) << text;
  };
  says("[]", "c.json", "expected an object");
  says("{}", "c.json: groups", "at least one group");
  says(R"({"groups": []})", "c.json: groups", "at least one group");
  says(R"({"group": []})", "c.json", "did you mean 'groups'?");
  says(R"({"fps": 0, "groups": [{"name": "a"}]})", "c.json", "fps");
  says(R"({"fps": 1000, "seconds": 36000, "groups": [{"name": "a"}]})", "c.json", "frames");
  says(R"({"groups": [{"subjects": 3}]})", "c.json: groups[0]", "needs a name");
  says(R"({"groups": [{"name": "a"}, {"name": "a"}]})", "c.json: groups[1].name", "twice");
  says(R"({"groups": [{"name": "a", "subjects": 1.5}]})", "c.json: groups[0]", "whole number");
  says(R"({"groups": [{"name": "a", "behavior": {}}]})", "c.json: groups[0]", "did you mean 'behaviour'?");
  says(R"({"groups": [{"name": "a", "behaviour": {"head": {"jaw": 1}}}]})",
       "c.json: groups[0].behaviour.head", "unknown option 'jaw'");
}

}  // namespace
}  // namespace facelex
