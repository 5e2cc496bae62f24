// Averages around events, with the real binary.
#include <gtest/gtest.h>

#include "cli_fixture.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;
using test::facelex_command;
using test::file_text;

class FeaturesEvents : public ::testing::Test {
 protected:
  void SetUp() override {
    labels = "name,subject,group\n";
    for (int s = 0; s < 4; ++s) {
      const std::string name = "S " + std::to_string(s);
      std::string table = "frame,face_id,timestamp,confidence,success,e_AU12,e_AU04\n";
      for (int t = 0; t < 250; ++t) {
        const double time = t / 25.0, smile = time >= 4 && time < 6 ? 1 + 0.25 * s : 0;
        table += std::to_string(t + 1) + ",0," + number_text(time) + ",1,1," + number_text(smile) + ",0.5\n";
      }
      folder.write("my codes/" + name + ".csv", table);
      labels += name + ",P" + std::to_string(s / 2) + (s < 2 ? ",a\n" : ",b\n");
    }
    folder.write("events.tsv", "onset\tduration\ttrial_type\n4\t1\tjoke\n7\t1\tpause\n");
    folder.write("labels.csv", labels);
  }
  test::Program::End events(const std::vector<std::string>& more = {},
                            const std::string& table = "events.tsv") const {
    std::vector<std::string> words = {"features",     "events", folder / "my codes", "--events",
                                      folder / table, "-o",     folder / "out"};
    words.insert(words.end(), more.begin(), more.end());
    return facelex_command(words);
  }
  std::string text_of(const std::string& name) const { return file_text(folder / name); }

  std::string labels;
  test::TemporaryFolder folder;
};

TEST_F(FeaturesEvents, FollowTheEvent) {
  const auto end = events({"--labels", folder / "labels.csv", "--by", "group", "--window", "-1,2"});
  ASSERT_EQ(end.status, 0) << end.err;
  EXPECT_EQ(end.out, "");
  EXPECT_EQ(text_of("out/events.csv").substr(0, 200),
            "name,face_id,trial_type,events,used,e_AU12 mean,e_AU12 peak,e_AU12 latency,e_AU04 mean,e_AU04 "
            "peak,e_AU04 latency\nS 0,,joke,1,1,1,1,0.05,0,0,0.05\nS 0,,pause,1,1,0,0,0.05,0,0,0.05\nS "
            "1,,joke,1,1,1.25,1.");
  EXPECT_EQ(text_of("out/features.csv").find("name,face_id,e_AU12 mean joke,e_AU12 peak joke,"), 0U);
  const std::string curves = text_of("out/curves.csv");
  EXPECT_NE(curves.find("\na,joke,e_AU12,0.05,1,1.125,,\n"), std::string::npos)
      << "one subject of two videos";
  EXPECT_NE(curves.find("\nb,joke,e_AU12,-0.05,1,0,,\n"), std::string::npos);
  for (const std::string name : {"events", "features", "curves"}) {
    const auto sidecar = read_sidecar(folder / ("out/" + name + ".csv"));
    ASSERT_TRUE(sidecar) << name;
    EXPECT_FALSE(sidecar->result.columns.empty());
    EXPECT_EQ(text_of("out/" + name + ".json").find(folder.path().string()), std::string::npos);
  }
  EXPECT_NE(events({"--labels", folder / "labels.csv", "--by", "group", "--window", "-1,2"})
                .err.find("complete already"),
            std::string::npos);
  ASSERT_EQ(events({"--window", "-1,2", "-j", "3"}).status, 0);
  EXPECT_NE(text_of("out/curves.csv").find("\n,joke,e_AU12,0.05,4,1.375,"), std::string::npos)
      << "four videos";
  EXPECT_EQ(facelex_command({"evaluate", "groups", "--features", folder / "out/features.csv", "--labels",
                             folder / "labels.csv", "--permutations", "5", "-o", folder / "groups"})
                .status,
            1)
      << "two people are too few, and that is said";
}

TEST_F(FeaturesEvents, WhatIsWrongIsSaid) {
  folder.write("some.csv", "name,onset,trial_type\nS 0,4,joke\nS 1,400,joke\nnobody,4,joke\n");
  const auto end = events({}, "some.csv");
  EXPECT_EQ(end.status, 1);
  EXPECT_NE(end.err.find("S 1 is left out: "), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("none of its 1 events has codes around it"), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("S 3 is left out: no events in "), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("events of 'nobody': there is no such recording"), std::string::npos) << end.err;
  EXPECT_NE(text_of("out/events.csv").find("\nS 0,"), std::string::npos);
  EXPECT_EQ(read_sidecar(folder / "out/events.csv")->result.details["left_out"].size(), 3U);
  fs::remove_all(folder / "out");
  struct Case {
    std::vector<std::string> options;
    std::string message;
  };
  for (const Case& one : std::vector<Case>{{{"--window", "3,-1"}, "--window: "},
                                           {{"--step", "0"}, "--step: "},
                                           {{"--by", "group"}, "--by needs --labels"}}) {
    const auto wrong = events(one.options);
    EXPECT_EQ(wrong.status, 2) << wrong.err;
    EXPECT_NE(wrong.err.find(one.message), std::string::npos) << wrong.err;
  }
  folder.write("out/curves.csv", "mine\n");
  EXPECT_EQ(events().status, 2);
  EXPECT_EQ(text_of("out/curves.csv"), "mine\n");
}

}  // namespace
}  // namespace facelex
