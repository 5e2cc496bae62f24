#include "facelex/video/video_writer.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <limits>

#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "small_videos.hpp"

namespace {

using namespace facelex;
using namespace facelex::test;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::size_t files_in(const std::filesystem::path& folder) {
  const auto entries = std::filesystem::directory_iterator(folder);
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

TEST(VideoWriter, TheFileIsThereWhenItIsComplete) {
  const TemporaryFolder folder;
  const auto file = folder / "deep/er/a.mp4";
  VideoWriter writer(file, lossless());
  for (int i = 0; i < 10; ++i) writer.add(numbered_picture(i), i / 25.0);
  EXPECT_EQ(writer.frames(), 10);
  EXPECT_FALSE(std::filesystem::exists(file));
  const std::string digest = writer.finish();
  EXPECT_EQ(digest, sha256_of_file(file));
  EXPECT_EQ(files_in(folder / "deep/er"), 1u);
  EXPECT_EQ(read_all(file).frames.size(), 10u);
}

TEST(VideoWriter, WithoutFinishNothingStays) {
  const TemporaryFolder folder;
  {
    VideoWriter writer(folder / "a.mp4");
    for (int i = 0; i < 10; ++i) writer.add(numbered_picture(i), i);
  }
  { const VideoWriter writer(folder / "b.mp4"); }
  EXPECT_EQ(files_in(folder.path()), 0u);
}

TEST(VideoWriter, SamePicturesGiveSameBytes) {
  const TemporaryFolder folder;
  const auto pictures = numbered_pictures(40, 320, 240);
  VideoWriterOptions options;
  options.b_frames = 2;
  // Nothing may depend on what memory held before: x264's macroblock tree does.
  ::mallopt(M_PERTURB, 85);
  write_video(folder / "a.mp4", pictures, constant_times(40, 30), options);
  ::mallopt(M_PERTURB, 170);
  write_video(folder / "b.mp4", pictures, constant_times(40, 30), options);
  ::mallopt(M_PERTURB, 0);
  // Not EXPECT_EQ, which would print both.
  EXPECT_TRUE(file_text(folder / "a.mp4") == file_text(folder / "b.mp4"));
}

TEST(VideoWriter, KeepsTimesFarFromZeroAndFarApart) {
  const TemporaryFolder folder;
  for (const std::vector<double>& times : {std::vector<double>{95443.7, 95443.75, 95450},
                                           {0, 1.0 / 120000, 2.0 / 120000},
                                           {0, 3600, 3600.04},
                                           {12.5}}) {
    const auto file = write_video(folder / "a.mp4", numbered_pictures(static_cast<int>(times.size())), times);
    const Reading reading = read_all(file);
    ASSERT_EQ(reading.frames.size(), times.size()) << times[0];
    for (std::size_t i = 0; i < times.size(); ++i)
      EXPECT_NEAR(reading.frames[i].timestamp, times[i], 0.5 / 120000 + 1e-9)
          << times[0] << " frame " << i + 1;
    EXPECT_EQ(reading.broken, "");
  }
}

TEST(VideoWriter, OddSizesGetALastRowAndColumnMore) {
  const TemporaryFolder folder;
  for (const auto& [width, height] : {std::pair(65, 47), std::pair(64, 33), std::pair(17, 20)}) {
    const auto pictures = numbered_pictures(3, width, height);
    const Reading reading = read_all(write_video(folder / "a.mp4", pictures, constant_times(3, 25)));
    EXPECT_EQ(reading.info.width, width + width % 2);
    EXPECT_EQ(reading.info.height, height + height % 2);
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_TRUE(same_picture(reading.frames.at(i).gray(cv::Rect(0, 0, width, height)), pictures[i]));
    std::vector<cv::Mat> colors;
    for (int i = 0; i < 3; ++i) colors.emplace_back(height, width, CV_8UC3, cv::Scalar(40, 120, 200));
    const Reading color = read_all(write_video(folder / "b.mp4", colors, constant_times(3, 25)), {}, 1, true);
    EXPECT_LE(cv::norm(color.frames.at(2).color(cv::Rect(0, 0, width, height)), colors[2], cv::NORM_INF), 3);
  }
}

TEST(VideoWriter, TakesViewsOfLargerPictures) {
  const TemporaryFolder folder;
  const cv::Mat large = numbered_picture(1, 200, 100);
  const cv::Mat view = large(cv::Rect(13, 7, 64, 48));
  const Reading reading = read_all(write_video(folder / "a.mp4", {view}, {0}));
  EXPECT_TRUE(same_picture(reading.frames.at(0).gray, view));
}

void expect_usage_error(const std::function<void()>& action, const std::string& text) {
  try {
    action();
    ADD_FAILURE() << "no error; expected " << text;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_NE(std::string(error.what()).find(text), std::string::npos) << error.what();
  }
}

TEST(VideoWriter, RefusesWhatIsNoVideo) {
  const TemporaryFolder folder;
  VideoWriter writer(folder / "a.mp4");
  expect_usage_error([&] { writer.finish(); }, "a.mp4: a video needs at least one picture");
  expect_usage_error([&] { writer.add({}, 0); }, "a.mp4: picture 1 is not a picture");
  expect_usage_error([&] { writer.add(cv::Mat(8, 8, CV_32F), 0); }, "picture 1 is not a picture");
  writer.add(numbered_picture(0), 0.5);
  expect_usage_error([&] { writer.add(numbered_picture(0, 32, 32), 1); }, "picture 2 has another size");
  expect_usage_error([&] { writer.add(cv::Mat(48, 64, CV_8UC3), 1); }, "picture 2 has another size");
  for (const double bad : {0.5, 0.4, -1.0, nan, 1e300, std::numeric_limits<double>::infinity()})
    expect_usage_error([&] { writer.add(numbered_picture(0), bad); }, "picture 2 has the time stamp ");
  writer.add(numbered_picture(1), 1);
  writer.finish();
  EXPECT_EQ(read_all(folder / "a.mp4").frames.size(), 2u);
}

TEST(VideoWriter, NamesTheFileThatCannotBeWritten) {
  const TemporaryFolder folder;
  folder.write("a", "a file, not a folder");
  try {
    VideoWriter writer(folder / "a/b.mp4");
    ADD_FAILURE() << "wrote below a file";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find((folder / "a").string()), std::string::npos) << error.what();
  }
}

TEST(VideoWriter, ADefaultRateStandsInForMissingTimes) {
  const TemporaryFolder folder;
  VideoWriterOptions options = lossless();
  options.default_rate = 25;
  const auto file =
      write_video(folder / "a.mp4", numbered_pictures(6), {nan, nan, 0.5, 0.5, 0.3, 2}, options);
  const std::vector<double> expected = {0, 0.04, 0.5, 0.54, 0.58, 2};
  const Reading reading = read_all(file);
  ASSERT_EQ(reading.frames.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(reading.frames[i].timestamp, expected[i], 1e-5);
}

TEST(VideoWriter, EveryOptionChangesTheResult) {
  const TemporaryFolder folder;
  std::vector<cv::Mat> pictures;
  for (int i = 0; i < 60; ++i) {
    pictures.push_back(numbered_picture(1, 160, 120));
    cv::Mat moving = pictures.back()(cv::Rect(i, 20, 60, 60));
    numbered_picture(2, 60, 60).copyTo(moving);
  }
  const auto written = [&](const VideoWriterOptions& options) {
    return file_text(write_video(folder / "a.mp4", pictures, constant_times(60, 30), options));
  };
  const std::string plain = written({});
  const auto key_frames = [&] {
    const Packets packets(folder / "a.mp4");
    return std::count_if(packets.packets.begin(), packets.packets.end(),
                         [](const auto& packet) { return packet->flags & AV_PKT_FLAG_KEY; });
  };
  VideoWriterOptions options;
  options.quality = 40;
  EXPECT_LT(written(options).size(), plain.size() * 3 / 4);
  options = {};
  options.key_interval = 10;
  written(options);
  EXPECT_EQ(key_frames(), 6);
  options = {};
  options.b_frames = 4;
  EXPECT_TRUE(written(options) != plain);
  options = {};
  options.rotation = 90;
  written(options);
  EXPECT_EQ(read_all(folder / "a.mp4").info.rotation, 90);
}

TEST(VideoWriter, OptionsAreChecked) {
  const TemporaryFolder folder;
  VideoWriterOptions options;
  const OptionList list = described(options);
  EXPECT_THROW(list.find("quality")->set_text("52"), Error);
  EXPECT_THROW(list.find("key-interval")->set_text("0"), Error);
  list.find("b-frames")->set_text("3");
  list.find("default-rate")->set_text("29.97");
  EXPECT_EQ(options.b_frames, 3);
  EXPECT_EQ(options.default_rate, 29.97);
  list.find("rotation")->set_text("45");
  expect_usage_error([&] { VideoWriter(folder / "a.mp4", options); }, "rotation: 45 is not");
}

}  // namespace
