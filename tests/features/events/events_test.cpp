// Averages around events.
#include "facelex/features/events/events.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <sstream>

#include "facelex/core/error.hpp"
#include "facelex/core/random.hpp"
#include "facelex/io/tables/csv.hpp"
#include "support/every_option.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

using Eigen::Index;

constexpr double missing_code = std::numeric_limits<double>::quiet_NaN();

/// 25 frames a second for `seconds`; signal 0 is noise, signal 1 the time.
Recording recording_of(double seconds, std::uint64_t seed, double gaps = 0) {
  Random random(seed);
  Recording recording;
  recording.name = "S" + std::to_string(seed);
  recording.columns = {{"AU12", "", "mm"}, {"time", "", "s"}};
  const auto frames = static_cast<Index>(seconds * 25);
  recording.values.resize(frames, 2);
  for (Index t = 0; t < frames; ++t) {
    Frame frame;
    frame.number = t + 1;
    frame.timestamp = static_cast<double>(t) / 25;
    frame.success = random.uniform() >= gaps;
    recording.values(t, 0) = frame.success ? random.normal() : missing_code;
    recording.values(t, 1) = frame.success ? frame.timestamp : missing_code;
    recording.frames.push_back(frame);
  }
  return recording;
}

TEST(Events, AreTheMeanOverEventsOfBinsMinusBaseline) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Recording recording = recording_of(60, seed, 0.2);
    Random random(seed + 100);
    std::vector<VideoEvent> events;
    for (int e = 0; e < 6; ++e) events.push_back({2 + 54 * random.uniform(), e % 2 ? "smile" : "neutral"});
    EventOptions options;
    options.window = {-0.4, 2};
    options.baseline = {-0.5, -0.1};
    options.step = 0.2;
    options.min_share = 0.3;
    const VideoResponses made = event_responses(recording, events, options, "f.csv");
    ASSERT_EQ(made.faces.size(), 1U);
    ASSERT_EQ(made.faces[0].responses.size(), 2U);
    const EventResponse& smile = made.faces[0].responses[1];
    EXPECT_EQ(smile.type, "smile");
    ASSERT_EQ(smile.used, 3);
    for (int bin = 0; bin < 12; ++bin) {
      double sum = 0;
      int count = 0;
      for (const VideoEvent& event : events) {
        if (event.type != "smile") continue;
        double own = 0, before = 0;
        int frames = 0, frames_before = 0;
        for (Index t = 0; t < recording.rows(); ++t) {
          const double since = recording.frames[static_cast<std::size_t>(t)].timestamp - event.onset;
          const double value = recording.values(t, 0);
          if (std::isnan(value)) continue;
          if (since >= -0.4 + bin * 0.2 && since < -0.4 + (bin + 1) * 0.2) own += value, ++frames;
          if (since >= -0.5 && since < -0.1) before += value, ++frames_before;
        }
        if (frames > 0) sum += own / frames - before / frames_before, ++count;
      }
      if (count > 0) {
        EXPECT_NEAR(smile.curve(bin, 0), sum / count, 1e-9) << seed << " " << bin;
      } else {
        EXPECT_TRUE(std::isnan(smile.curve(bin, 0)));
      }
    }
  }
}

TEST(Events, ARampGivesItsSlope) {
  const Recording recording = recording_of(20, 3);
  EventOptions options;
  const auto made = event_responses(recording, {{5, "a"}, {10.4, "a"}, {19.5, "a"}}, options, "f.csv");
  const EventResponse& response = made.faces[0].responses[0];
  EXPECT_EQ(response.events, 3);
  EXPECT_EQ(response.used, 2) << "of the last one the window is not there";
  EXPECT_NE(made.note.find("1 of 3 events"), std::string::npos);
  EXPECT_NEAR(response.mean(1), 2, 0.02) << "1.5 s after the onset, 0.5 s before on average";
  EXPECT_NEAR(response.latency(1), 2.95, 1e-9);
  EXPECT_NEAR(response.peak(1), 3.45, 0.03);
  options.raw = true;
  EXPECT_NEAR(event_responses(recording, {{5, "a"}}, options, "f.csv").faces[0].responses[0].mean(1), 6.5,
              0.03);
}

TEST(Events, CurvesCountSubjects) {
  EventOptions options;
  std::vector<VideoResponses> videos;
  std::map<std::string, VideoOwner> owners;
  for (std::uint64_t s = 1; s <= 6; ++s) {
    videos.push_back(event_responses(recording_of(12, s), {{4, "a"}, {7, "a"}}, options, "f.csv"));
    owners[videos.back().name] = {"P" + std::to_string(s / 2), "g"};  // P0, P1 twice, P2 twice, P3
  }
  std::istringstream lines(event_curves_csv(videos, {"a"}, owners, options));
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line, "group,trial_type,signal,time,subjects,mean,low,high");
  std::getline(lines, line);
  const auto fields = csv_fields(line, {});
  EXPECT_EQ(fields[0], "g");
  EXPECT_EQ(fields[3], "-0.95");
  EXPECT_EQ(fields[4], "4");
  const auto bin = [&](std::size_t v) { return videos[v].faces[0].responses[0].curve(0, 0); };
  const std::vector<double> people = {bin(0), (bin(1) + bin(2)) / 2, (bin(3) + bin(4)) / 2, bin(5)};
  double mean = 0, squares = 0;
  for (const double value : people) mean += value / 4;
  for (const double value : people) squares += (value - mean) * (value - mean);
  EXPECT_NEAR(std::stod(fields[5]), mean, 1e-12);
  EXPECT_NEAR(std::stod(fields[7]), mean + 3.182446305284263 * std::sqrt(squares / 3 / 4), 1e-9);
}

TEST(Events, ListsAreBidsOrCsvForOneVideoOrAll) {
  const test::TemporaryFolder folder;
  const EventList all(
      folder.write("events.tsv", "onset\tduration\ttrial_type\n3.5\t1\tsmile\n1\tn/a\tn/a\n"));
  ASSERT_TRUE(all.of("anything"));
  EXPECT_EQ(all.of("anything")->front().onset, 1);
  EXPECT_EQ(all.of("anything")->front().type, "event");
  EXPECT_EQ(all.types(), (std::vector<std::string>{"event", "smile"}));
  const EventList named(folder.write("events.csv", "name,onset,trial_type\nS1,2,a\nS1,1,b\nS2,4,a\n"));
  EXPECT_EQ(named.of("S1")->size(), 2U);
  EXPECT_EQ(named.of("clips/S2")->size(), 1U);
  EXPECT_EQ(named.of("S3"), nullptr);
  folder.write("each/S1_events.tsv", "onset\ttrial_type\n1\ta\n");
  folder.write("each/S 2.csv", "onset\n2\n");
  const EventList each(folder / "each");
  EXPECT_EQ(each.of("S1")->front().type, "a");
  EXPECT_EQ(each.of("S 2")->front().onset, 2);
  EXPECT_EQ(each.files().size(), 2U);
  for (const char* text : {"", "time,trial_type\n1,a\n", "onset,trial_type\n", "onset,trial_type\nsoon,a\n",
                           "onset,trial_type\n1\n", "name,onset\n,1\n"})
    EXPECT_THROW(EventList(folder.write("bad.csv", text)), Error) << text;
  EXPECT_THROW(EventList(folder / "none.tsv"), Error);
}

TEST(Events, WhatCannotBeAveragedIsSaid) {
  EventOptions options;
  Recording recording = recording_of(10, 1);
  EXPECT_THROW(event_responses(recording, {{500, "a"}}, options, "f.csv"), Error);
  options.step = 0.02;
  EXPECT_THROW(event_responses(recording, {{5, "a"}}, options, "f.csv"), Error) << "bins shorter than frames";
  options.step = 0.1;
  for (Frame& frame : recording.frames) frame.timestamp = missing_code;
  EXPECT_THROW(event_responses(recording, {{5, "a"}}, options, "f.csv"), Error) << "no time stamps";
  for (const auto& window : std::vector<std::vector<double>>{{3, -1}, {1}, {-3, -1}, {0, 1, 2}}) {
    options.window = window;
    EXPECT_THROW(options.check(), Error);
  }
}

TEST(EveryOption, OfEventsChangesThem) {
  const Recording recording = recording_of(20, 4, 0.3);
  EventOptions options;
  test::every_option<EventOptions>(
      options, {{"window", "-1,2"}, {"baseline", "-0.5,0"}, {"columns", "AU12"}, {"min-share", "0.9"}},
      [&] {
        options.check();
        const std::vector<VideoResponses> videos = {
            event_responses(recording, {{5, "a"}, {12, "a"}, {18, "a"}}, options, "f.csv")};
        return events_csv(videos) + event_curves_csv(videos, {"a"}, {}, options);
      },
      {{"columns", "whoever reads the recording chooses its columns"}});
}

}  // namespace
}  // namespace facelex
