#include "facelex/video/extract.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <opencv2/imgcodecs.hpp>
#include <set>
#include <string>
#include <vector>

#include "drawn_face.hpp"
#include "facelex/core/error.hpp"
#include "facelex/io/recording_file.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;

class ExtractTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (fs::exists("/usr/share/dlib/shape_predictor_68_face_landmarks.dat"))
      models_ = new FaceModels(FaceModels::load({}));
  }
  static void TearDownTestSuite() {
    delete models_;
    models_ = nullptr;
  }
  void SetUp() override {
    if (!models_) GTEST_SKIP() << "needs Debian's libdlib-data";
    folder_ = fs::path(::testing::TempDir()) /
              (std::string("extract_") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
  }
  void TearDown() override {
    if (!folder_.empty()) fs::remove_all(folder_);
  }

  static OpenFrames drawn(std::int64_t frames, const std::function<cv::Mat(std::int64_t)>& draw,
                          const std::string& broken = {}) {
    return [=](bool with_color) { return std::make_unique<DrawnFrames>(frames, draw, broken, with_color); };
  }
  /// A face that is not there in frames 9 … 14.
  static cv::Mat scene(std::int64_t n) {
    cv::Mat gray = empty_picture(320, 240);
    if (n < 9 || n > 14) draw_face(gray, 140 + static_cast<double>(n), 120, 100);
    return gray;
  }
  std::string text_of(const fs::path& file) const {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  /// The bytes written for the scene with these options.
  std::string scene_text(
      const std::function<void(ExtractOptions&)>& change = [](ExtractOptions&) {}, int threads = 1) const {
    ExtractOptions options;
    change(options);
    Work work;
    work.threads = threads;
    extract(drawn(25, scene), folder_ / "scene.csv", std::nullopt, *models_, options, work);
    return text_of(folder_ / "scene.csv");
  }

  static FaceModels* models_;
  fs::path folder_;
};
FaceModels* ExtractTest::models_ = nullptr;

TEST_F(ExtractTest, ARowPerFrameEmptyWhereThereIsNoFace) {
  std::int64_t reported = 0;
  Work work;
  work.progress = [&](std::int64_t done, std::int64_t total) {
    EXPECT_EQ(done, ++reported);
    EXPECT_EQ(total, 25);
  };
  const StageResult result = extract(drawn(25, scene), folder_ / "a.csv", std::nullopt, *models_, {}, work);
  EXPECT_EQ(reported, 25);
  EXPECT_FALSE(result.partial);
  EXPECT_EQ(result.kind, SignalKind::landmarks);
  EXPECT_EQ(result.counts.rows, 25);
  EXPECT_EQ(result.counts.frames, 25);
  EXPECT_EQ(result.columns.size(), 142U);
  EXPECT_EQ(result.details["width"], 320);
  EXPECT_EQ(result.details["tracks"], 2);
  EXPECT_EQ(result.output_digest.size(), 64U);

  const Recording rows = read_recording(folder_ / "a.csv");
  EXPECT_EQ(rows.kind, SignalKind::landmarks);
  ASSERT_EQ(rows.frames.size(), 25U);
  std::int64_t good = 0;
  for (std::size_t i = 0; i < rows.frames.size(); ++i) {
    const Frame& frame = rows.frames[i];
    EXPECT_EQ(frame.number, static_cast<std::int64_t>(i) + 1);
    EXPECT_NEAR(frame.timestamp, static_cast<double>(i) / 25, 1e-6);
    const auto row = static_cast<Eigen::Index>(i);
    if (i < 14) {
      EXPECT_EQ(frame.success, i < 8) << "frame " << i + 1;
    }
    EXPECT_EQ(rows.values.row(row).hasNaN(), !frame.success);
    if (!frame.success) continue;
    ++good;
    EXPECT_GT(rows.values(row, rows.column("pose_Tz")), 100);
    EXPECT_GT(rows.values(row, rows.column("x_45")), rows.values(row, rows.column("x_36")));
  }
  EXPECT_EQ(result.counts.with_face, good);
}

TEST_F(ExtractTest, BytesDoNotDependOnThreads) {
  const std::string one = scene_text();
  EXPECT_EQ(one, scene_text([](ExtractOptions&) {}, 4));
}

TEST_F(ExtractTest, EveryOptionOfTheTableChangesIt) {
  const std::string plain = scene_text();
  EXPECT_NE(plain, scene_text([](auto& o) { o.tracker.quality = TrackerOptions::Quality::fast; }));
  EXPECT_NE(plain, scene_text([](auto& o) { o.tracker.refine = 3; }));
  EXPECT_NE(plain, scene_text([](auto& o) { o.tracker.min_confidence = 1; }));
  EXPECT_NE(plain, scene_text([](auto& o) { o.tracker.check_interval = 3; }));
  EXPECT_NE(plain, scene_text([](auto& o) { o.tracker.search_interval = 3; }));
  EXPECT_NE(plain, scene_text([](auto& o) { o.tracker.min_face = 0.5; }));
  EXPECT_NE(plain, scene_text([](auto& o) { o.smooth = 5; }));
  const std::string spaced = scene_text([](auto& o) { o.header = ExtractOptions::Header::spaced; });
  EXPECT_EQ(spaced.substr(0, 20), "frame, face_id, time");
}

TEST_F(ExtractTest, OnlyTheLongestTrackIsKept) {
  const auto draw = [](std::int64_t n) {
    cv::Mat gray = empty_picture(480, 240);
    if (n <= 8) draw_face(gray, 120, 120, 120);
    draw_face(gray, 360, 120, 80);
    return gray;
  };
  ExtractOptions options;
  options.tracker.target = TrackerOptions::Target::longest;
  const auto result = extract(drawn(20, draw), folder_ / "l.csv", std::nullopt, *models_, options, {});
  EXPECT_EQ(result.counts.rows, 20);
  EXPECT_EQ(result.counts.with_face, 20);
  const Recording rows = read_recording(folder_ / "l.csv");
  for (Eigen::Index i = 0; i < rows.rows(); ++i) EXPECT_NEAR(rows.values(i, rows.column("x_30")), 360, 20);
}

TEST_F(ExtractTest, SeveralFacesHaveARowEachSortedByFrameThenFace) {
  const auto draw = [](std::int64_t n) {
    cv::Mat gray = empty_picture(480, 240);
    if (n > 3) draw_face(gray, 120, 120, 120);
    if (n > 3) draw_face(gray, 360, 120, 80);
    return gray;
  };
  ExtractOptions options;
  options.tracker.faces = "all";
  options.tracker.search_interval = 1;
  const auto result = extract(drawn(10, draw), folder_ / "m.csv", std::nullopt, *models_, options, {});
  EXPECT_EQ(result.counts.rows, 3 + 2 * 7);
  EXPECT_EQ(result.counts.frames, 10);
  const Recording rows = read_recording(folder_ / "m.csv");
  EXPECT_EQ(rows.frames[0].face_id, -1);
  for (std::size_t i = 3; i < rows.frames.size(); ++i) {
    EXPECT_EQ(rows.frames[i].face_id, static_cast<int>(i - 3) % 2);
    EXPECT_EQ(rows.frames[i].number, static_cast<std::int64_t>(i - 3) / 2 + 4);
  }
}

TEST_F(ExtractTest, ABrokenVideoIsPartial) {
  const auto result = extract(drawn(5, scene, "cannot decode after frame 5 of 25"), folder_ / "b.csv",
                              std::nullopt, *models_, {}, {});
  EXPECT_TRUE(result.partial);
  EXPECT_EQ(result.message, "cannot decode after frame 5 of 25");
  EXPECT_EQ(result.counts.rows, 5);
  EXPECT_TRUE(fs::exists(folder_ / "b.csv"));
}

TEST_F(ExtractTest, StoppedOrFailedLeavesNothing) {
  const std::atomic<bool> stop{true};
  Work work;
  work.stop = &stop;
  try {
    extract(drawn(5, scene), folder_ / "s.csv", std::nullopt, *models_, {}, work);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
  EXPECT_FALSE(fs::exists(folder_ / "s.csv"));
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(ExtractTest, TheOverlayHasAllFramesAndIsDrawnUpon) {
  extract(drawn(6, scene), folder_ / "o.csv", folder_ / "o.overlay.mp4", *models_, {}, {});
  const auto source = open_frames(folder_ / "o.overlay.mp4", {}, 1, true);
  VideoFrame frame;
  int frames = 0, colored = 0;
  while (source->next(frame)) {
    ++frames;
    // The pictures are gray: whatever has a colour was drawn.
    cv::Mat channels[3], least, most;
    cv::split(frame.color, channels);
    cv::min(channels[0], channels[1], least);
    cv::min(least, channels[2], least);
    cv::max(channels[0], channels[1], most);
    cv::max(most, channels[2], most);
    colored += cv::countNonZero(most - least > 40) > 50;
  }
  EXPECT_EQ(frames, 6);
  EXPECT_EQ(colored, 6);
}

TEST_F(ExtractTest, AVideoWithoutTimeStampsSaysSo) {
  struct Untimed : DrawnFrames {
    using DrawnFrames::DrawnFrames;
    bool next(VideoFrame& frame) override {
      if (!DrawnFrames::next(frame)) return false;
      frame.timestamp = std::numeric_limits<double>::quiet_NaN();
      return true;
    }
  };
  const auto open = [](bool with_color) { return std::make_unique<Untimed>(3, scene, "", with_color); };
  const auto result = extract(open, folder_ / "u.csv", std::nullopt, *models_, {}, {});
  EXPECT_FALSE(result.partial);
  EXPECT_EQ(result.message, "the container has no time stamps: timestamp is empty");
  EXPECT_TRUE(extract(drawn(3, scene), folder_ / "t.csv", std::nullopt, *models_, {}, {}).message.empty());
}

TEST_F(ExtractTest, ImagesThatCannotBeReadAreFramesWithoutAFace) {
  for (const std::set<int>& bad : {std::set<int>{1, 2}, std::set<int>{3}, std::set<int>{5}}) {
    const fs::path images = folder_ / "images";
    fs::remove_all(images);
    fs::create_directories(images);
    for (int n = 1; n <= 5; ++n) {
      const fs::path file = images / (std::to_string(n) + ".png");
      if (bad.contains(n))
        std::ofstream(file) << "no image";
      else
        cv::imwrite(file.string(), scene(n));
    }
    const fs::path overlay = folder_ / "i.overlay.mp4";
    const auto result = extract(images, folder_ / "i.csv", overlay, *models_, {}, {});
    EXPECT_TRUE(result.partial);
    const Recording rows = read_recording(folder_ / "i.csv");
    ASSERT_EQ(rows.frames.size(), 5U);
    for (const Frame& frame : rows.frames)
      EXPECT_EQ(frame.success, !bad.contains(static_cast<int>(frame.number))) << frame.number;
    const auto drawn_frames = open_frames(overlay, {}, 1);
    VideoFrame frame;
    int count = 0;
    while (drawn_frames->next(frame)) ++count;
    EXPECT_EQ(count, 5);
  }
}

TEST_F(ExtractTest, PicturesOfSeveralSizesHaveTheirOwnPoseAndOneOverlay) {
  const auto large = [](std::int64_t) {
    cv::Mat gray = empty_picture(600, 700);
    draw_face(gray, 300, 400, 220);
    return gray;
  };
  const auto mixed = [&](std::int64_t n) { return n % 2 == 1 ? scene(1) : large(n); };
  extract(drawn(4, mixed), folder_ / "m.csv", folder_ / "m.overlay.mp4", *models_, {}, {});
  extract(drawn(1, large), folder_ / "l.csv", std::nullopt, *models_, {}, {});
  const Recording rows = read_recording(folder_ / "m.csv"), alone = read_recording(folder_ / "l.csv");
  ASSERT_EQ(rows.frames.size(), 4U);
  ASSERT_TRUE(alone.frames[0].success);
  EXPECT_EQ(rows.values.row(1), alone.values.row(0));
  EXPECT_EQ(rows.values.row(3), alone.values.row(0));
  const auto overlay = open_frames(folder_ / "m.overlay.mp4", {}, 1);
  VideoFrame frame;
  int count = 0;
  for (; overlay->next(frame); ++count) EXPECT_EQ(frame.gray.size(), cv::Size(320, 240));
  EXPECT_EQ(count, 4);
}

TEST(ExtractOptions, DescribedCheckedAndTheModelNamed) {
  ExtractOptions options;
  OptionList list = described(options);
  for (const char* name : {"quality", "refine", "faces", "target", "roi", "min-confidence", "rotate", "fps",
                           "landmark-model", "smooth", "openface-header"})
    EXPECT_NE(list.find(name), nullptr) << name;
  for (const int window : {3, 4, 10}) {
    options.smooth = window;
    EXPECT_THROW(options.check(), Error) << window;
  }
  options.smooth = 0;
  options.landmark_model = "/nonexistent.dat";
  try {
    FaceModels::load(options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::environment);
  }
}

/// The real videos: no frame with a face lost, no face where there is none.
TEST_F(ExtractTest, RealVideosKeepTheirFacesAndInventNone) {
  const char* shared = std::getenv("FACELEX_SHARED_DATA");
  if (!shared) GTEST_SKIP() << "needs FACELEX_SHARED_DATA";
  ExtractOptions options;
  options.tracker.quality = TrackerOptions::Quality::fast;
  Work work;
  work.threads = 2;
  const fs::path videos = fs::path(shared) / "video";
  const auto result =
      extract(videos / "face_noface.mov", folder_ / "f.csv", std::nullopt, *models_, options, work);
  const Recording rows = read_recording(folder_ / "f.csv");
  ASSERT_EQ(rows.frames.size(), 169U);
  for (const Frame& frame : rows.frames) EXPECT_EQ(frame.success, frame.number <= 72) << frame.number;
  EXPECT_TRUE(result.details["variable_frame_rate"]);
  const auto hidden =
      extract(videos / "WolfgangLanger_Pexels.mp4", folder_ / "w.csv", std::nullopt, *models_, options, work);
  EXPECT_EQ(hidden.counts.with_face, 472);
  EXPECT_EQ(hidden.details["tracks"], 1);
}

}  // namespace
}  // namespace facelex
