// What becomes of people who keep still on their way through pictures, detector and fit: their landmarks come from no
// face model, as those of other tests do.
#ifdef FACELEX_WITH_VIDEO
#include <gtest/gtest.h>

#include "cli_fixture.hpp"
#include "facelex/io/recording_file.hpp"

namespace facelex {
namespace {

using test::facelex_command;
using test::TemporaryFolder;

/// Of the frames with values, how many have a coefficient above .2: mean over the recordings.
double busy_share(const std::string& folder) {
  double sum = 0;
  int count = 0;
  for (const char* name : {"S01_1.csv", "S02_1.csv", "S03_1.csv"}) {
    const Recording fit = read_recording(folder + "/" + name);
    int frames = 0, busy = 0;
    for (Eigen::Index t = 0; t < fit.rows(); ++t) {
      if (!fit.frames[static_cast<std::size_t>(t)].success) continue;
      ++frames;
      bool any = false;
      for (std::size_t c = 0; c < fit.columns.size(); ++c)
        any = any ||
              (fit.columns[c].name.starts_with("e_") && fit.values(t, static_cast<Eigen::Index>(c)) > 0.2);
      busy += any;
    }
    EXPECT_GT(frames, 100) << name;
    sum += static_cast<double>(busy) / frames;
    ++count;
  }
  return sum / count;
}

TEST(FilmedPeople, WhoKeepStillAreNoBusierThanWithoutOffsets) {
  const TemporaryFolder folder;
  const std::string cohort = folder.write(
      "still.json",
      R"({"fps": 25, "width": 480, "height": 360, "distance_mm": 430, "seed": 405, "seconds": 6, "groups": [
          {"name": "still", "subjects": 3, "behaviour": {"blink": {"rate_per_minute": 0}, "units": [],
           "head": {"yaw_sd_deg": 15, "pitch_sd_deg": 6, "roll_sd_deg": 4}}}]})");
  ASSERT_EQ(facelex_command({"simulate", cohort, "-o", folder / "people", "-q"}).status, 0);
  ASSERT_EQ(facelex_command({"extract", folder / "people/videos", "-o", folder / "landmarks", "-q"}).status,
            0);
  const auto share = [&](const std::string& name, std::vector<std::string> options) {
    std::vector<std::string> words = {"fit", folder / "landmarks", "-o", folder / name, "-q"};
    words.insert(words.end(), options.begin(), options.end());
    EXPECT_EQ(facelex_command(words).status, 0);
    return busy_share(folder / name);
  };
  const double now = share("now", {}),
               before = share("before", {"--offsets", "0", "--noise", "1", "--identity-frames", "24"});
  EXPECT_LT(now, before);
  // The goal is .02 (docs/benchmarks, validity); this is what the detector's errors leave today.
  EXPECT_LT(now, 0.3);
}

}  // namespace
}  // namespace facelex
#endif
