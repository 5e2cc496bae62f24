#include <gtest/gtest.h>

#include "facelex/core/error.hpp"
#include "facelex/evaluate/data.hpp"
#include "facelex/evaluate/subjects.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

class SubjectSpelling : public ::testing::Test {
 protected:
  /// What is wrong with these subjects, of four videos; empty: nothing.
  std::string problem(const std::vector<std::string>& subjects, bool as_spelt = false) {
    std::string table = "name,subject,label\n", features = "name,f\n";
    for (std::size_t i = 0; i < subjects.size(); ++i) {
      const std::string name = "v" + std::to_string(i);
      table += name + "," + subjects[i] + "," + (i % 2 == 0 ? "a" : "b") + "\n";
      features += name + ",0." + std::to_string(i) + "\n";
    }
    const auto labels = folder_.write("labels.csv", table), file = folder_.write("features.csv", features);
    EvaluationDataOptions options;
    options.per_video = true;
    options.subjects_as_spelt = as_spelt;
    try {
      const auto data = read_evaluation_data({file}, labels, EvaluationTask::classify, options);
      count_ = data.subject_names.size();
      return {};
    } catch (const Error& error) {
      return error.what();
    }
  }

  test::TemporaryFolder folder_;
  std::size_t count_ = 0;
};

TEST_F(SubjectSpelling, OnePersonInTwoSpellingsIsRefused) {
  const std::string found = problem({"P01", "p01", "P02", "P02"});
  EXPECT_NE(found.find("'P01' and 'p01' differ in letter case"), std::string::npos) << found;
  EXPECT_NE(found.find("labels.csv"), std::string::npos) << found;
  EXPECT_NE(found.find("subjects-as-spelt"), std::string::npos) << found;
  EXPECT_NE(problem({"P1", "P01", "Q1", "Q01"}).find("1 more"), std::string::npos);
  EXPECT_NE(problem({"Ren\xC3\xA9", "Rene\xCC\x81", "x", "y"}).find("encoded"), std::string::npos);
  EXPECT_EQ(problem({"P01", "p01", "P02", "P02"}, true), "");
  EXPECT_EQ(count_, 3u) << "as spelt";
  EXPECT_EQ(problem({"P1", "P10", "P2", "P20"}), "");
  EXPECT_EQ(count_, 4u);
}

TEST_F(SubjectSpelling, FitSeesItToo) {
  const auto table = folder_.write("labels.csv", "name,subject\na,S1\nb,s1\n");
  EXPECT_THROW(RecordingSubjects{table}, Error);
  EXPECT_NO_THROW(RecordingSubjects{folder_.write("right.csv", "name,subject\na,S1\nb,S1\n")});
}

}  // namespace
}  // namespace facelex
