#include "facelex/compare/compared_recordings.hpp"

#include <gtest/gtest.h>

#include "facelex/core/error.hpp"
#include "fixture.hpp"

namespace facelex {
namespace {

using MatchTest = test::ComparisonFixture;

template <class Act>
std::string error_of(ErrorKind kind, Act act) {
  try {
    act();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
  return "no error";
}

/// The names as they stand below the folders.
std::vector<NamedFile> below(std::vector<NamedFile> inputs, const std::string& folder) {
  for (auto& input : inputs) input.name = input.name.substr(folder.size() + 1);
  return inputs;
}

TEST_F(MatchTest, EverySystemFindsItsFiles) {
  ComparedSystem au = imported_system();
  au.codes = below(imported, "au");
  au.codes.pop_back();
  const std::vector<ComparedSystem> systems = {named("pca", test::orthonormal_system(atoms)), au};
  const auto found = match_recordings(systems, {below(motion, "motion"), below(truths, "truth")},
                                      below({truths[0], truths[1]}, "truth"), {});
  ASSERT_EQ(found.recordings.size(), 5U);
  EXPECT_EQ(found.recordings[0].name, "s0_0");
  EXPECT_EQ(found.recordings[0].subject, "s0_0") << "without labels each is a subject";
  EXPECT_EQ(found.recordings[0].files,
            (std::vector<std::filesystem::path>{motion[0].file, imported[0].file}));
  EXPECT_EQ(found.recordings[1].truth, truths[1].file);
  EXPECT_TRUE(found.recordings[2].truth.empty());
  ASSERT_EQ(found.left_out.size(), 1U);
  EXPECT_EQ(found.left_out[0].name, "s2_1");
  EXPECT_EQ(found.left_out[0].reason.text(), "no codes of au");
}

TEST_F(MatchTest, LabelsTellWhoIsWho) {
  const std::vector<ComparedSystem> systems = {named("pca", test::orthonormal_system(atoms))};
  std::map<std::string, std::string> subjects;
  for (const auto& recording : recordings) subjects[recording.name] = recording.subject;
  const auto found = match_recordings(systems, {below(motion, "motion")}, {}, subjects);
  EXPECT_EQ(found.recordings[0].subject, "s0");
  EXPECT_EQ(found.recordings[5].subject, "s2");
  subjects.erase("s1_0");
  const auto text =
      error_of(ErrorKind::data, [&] { match_recordings(systems, {below(motion, "motion")}, {}, subjects); });
  EXPECT_NE(text.find("the labels do not name the recording 's1_0'"), std::string::npos) << text;
}

TEST_F(MatchTest, WhatIsWrongIsSaid) {
  const std::vector<ComparedSystem> pca = {named("pca", test::orthonormal_system(atoms))};
  const auto of_truth =
      error_of(ErrorKind::data, [&] { match_recordings(pca, {below(truths, "truth")}, {}, {}); });
  EXPECT_NE(of_truth.find("none of the inputs is for pca"), std::string::npos) << of_truth;
  EXPECT_NE(of_truth.find("holds expression, pca takes keypoint-motion"), std::string::npos) << of_truth;
  const auto twice = error_of(ErrorKind::usage, [&] {
    match_recordings(pca, {below(motion, "motion"), below({motion[2]}, "motion")}, {}, {});
  });
  EXPECT_NE(twice.find("two inputs called 's1_0' fit pca"), std::string::npos) << twice;
  ComparedSystem au = imported_system();  // names begin with "au/"
  const auto apart = error_of(ErrorKind::data, [&] {
    match_recordings({pca[0], au}, {below(motion, "motion")}, {}, {});
  });
  EXPECT_NE(
      apart.find(
          "no recording in common: pca has 6, au has 0; an input is called 's0_0', one of au 'au/s0_0'"),
      std::string::npos)
      << apart;
  EXPECT_NE(error_of(ErrorKind::usage, [&] { match_recordings(pca, {}, {}, {}); }).find("no recordings"),
            std::string::npos);
}

TEST_F(MatchTest, AFileThatCannotBeOpenedIsLeftOut) {
  folder.write("motion/s1_1.csv", "");
  const std::vector<ComparedSystem> systems = {named("pca", test::orthonormal_system(atoms))};
  const auto found = match_recordings(systems, {below(motion, "motion")}, {}, {});
  EXPECT_EQ(found.recordings.size(), 5U);
  ASSERT_EQ(found.left_out.size(), 1U);
  EXPECT_NE(found.left_out[0].reason.text().find("s1_1.csv"), std::string::npos);
}

TEST_F(MatchTest, ImportedCodesMustBeCodes) {
  ComparedSystem au = imported_system();
  au.codes = below(truths, "truth");
  const std::vector<ComparedSystem> systems = {named("pca", test::orthonormal_system(atoms)), au};
  const auto text =
      error_of(ErrorKind::data, [&] { match_recordings(systems, {below(motion, "motion")}, {}, {}); });
  EXPECT_NE(text.find("run facelex import on it first"), std::string::npos) << text;
}

TEST_F(MatchTest, SubjectsOfLabels) {
  const auto file = folder.write("labels.csv", "name,subject,group\na/1,P1,x\na/2,P1,x\nb,P2,\"y, z\"\n");
  const auto subjects = read_subjects(file);
  EXPECT_EQ(subjects.size(), 3U);
  EXPECT_EQ(subjects.at("a/2"), "P1");
  const std::vector<std::pair<const char*, const char*>> bad = {
      {"", "is empty"},
      {"name,group\na,x\n", "no column 'subject'"},
      {"name,subject\na,P1\na,P2\n", "line 3, column name: 'a' occurs twice"},
      {"name,subject\na\n", "line 2: 1 fields, but the header has 2"},
      {"name,subject\n", "names no recording"}};
  for (const auto& [text, message] : bad) {
    folder.write("labels.csv", text);
    EXPECT_NE(error_of(ErrorKind::data, [&] { read_subjects(file); }).find(message), std::string::npos)
        << message << ": " << error_of(ErrorKind::data, [&] { read_subjects(file); });
  }
}

}  // namespace
}  // namespace facelex
