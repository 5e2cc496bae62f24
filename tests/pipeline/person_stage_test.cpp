#include "facelex/pipeline/person_stage.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "facelex/core/error.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

class ByPerson : public ::testing::Test {
 protected:
  RecordingSubjects table(const std::string& text) {
    std::ofstream(folder_ / "subjects.csv") << text;
    return RecordingSubjects(folder_ / "subjects.csv");
  }
  static Inputs named(const std::vector<std::string>& names, const Shard& shard = {}) {
    Inputs inputs;
    inputs.shard = shard;
    for (const auto& name : names) inputs.items.push_back({name + ".csv", name});
    inputs.items_in_all = names.size();
    return inputs;
  }
  std::string refusal(const std::string& text) {
    try {
      table(text);
    } catch (const Error& error) {
      return error.message().text();
    }
    return {};
  }

  test::TemporaryFolder folder_;
};

TEST_F(ByPerson, ShardsDividePersonsAndLoseNothing) {
  const auto subjects = table("name,subject\na1,A\nb1,B\na2,A\nc1,C\nb2,B\nd/1,D\n");
  const std::vector<std::string> names = {"a1", "a2", "b1", "b2", "c1", "d/1", "nobody"};
  for (const int count : {1, 2, 3, 5}) {
    std::multiset<std::string> persons, recordings;
    for (int index = 1; index <= count; ++index) {
      const auto batch = by_person(named(names, {index, count}), subjects);
      EXPECT_EQ(batch.persons.items_in_all, 4U);
      EXPECT_EQ(batch.recordings.items_in_all, names.size());
      for (const NamedFile& person : batch.persons.items) {
        persons.insert(person.name);
        EXPECT_EQ(batch.of_subject.at(person.name).size(), person.name == "A" || person.name == "B" ? 2U : 1U)
            << "all recordings of a person are in its shard";
      }
      for (const NamedFile& one : batch.recordings.items) {
        recordings.insert(one.name);
        EXPECT_EQ(one.problem.empty(), one.name != "nobody") << one.problem;
      }
    }
    EXPECT_EQ(persons, (std::multiset<std::string>{"A", "B", "C", "D"})) << count;
    EXPECT_EQ(recordings, std::multiset<std::string>(names.begin(), names.end())) << count;
  }
}

TEST_F(ByPerson, RecordingsOfAPersonWhoFailedAreRefused) {
  auto batch = by_person(named({"a1", "a2", "b1"}), table("name,subject\na1,A\na2,A\nb1,B\n"));
  ManifestRow a, b;
  a.name = "A";
  a.state = ItemState::failed;
  b.name = "B";
  b.state = ItemState::ok;
  refuse_without_person(batch, {a, b});
  for (const NamedFile& one : batch.recordings.items)
    EXPECT_EQ(one.problem.empty(), one.name == "b1") << one.name << one.problem;
}

TEST_F(ByPerson, ANameThatIsNearlyThereIsShown) {
  const auto subjects = table("name,subject\nclips/S1.mp4,A\n");
  EXPECT_NE(subjects.problem_of("s1").find("clips/S1.mp4"), std::string::npos) << subjects.problem_of("s1");
  EXPECT_EQ(subjects.of("s1"), nullptr);
  ASSERT_NE(subjects.of("clips/S1.mp4"), nullptr);
}

TEST_F(ByPerson, TablesThatDoNotSayWhose) {
  EXPECT_NE(refusal("name,Subject\na,A\n").find("is it 'Subject'?"), std::string::npos);
  EXPECT_NE(refusal("name,subject\na,\n").find("line 2"), std::string::npos);
  EXPECT_NE(refusal("name,subject\na,x/y\n").find("cannot name a person's file"), std::string::npos);
  EXPECT_NE(refusal("name,subject\na,A\na,B\n").find("occurs twice"), std::string::npos);
  EXPECT_EQ(refusal("name,subject\na,A\n"), "");
}

}  // namespace
}  // namespace facelex
