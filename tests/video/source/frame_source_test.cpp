#include "facelex/video/source/frame_source.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <opencv2/core.hpp>
#include <set>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "support/program.hpp"
#include "video/small_videos.hpp"

namespace {

using namespace facelex;
using namespace facelex::test;
using Rotate = FrameSourceOptions::Rotate;

constexpr double tick = 1.0 / 120000;

/// Distances between a tenth and three times those of 30 frames/s.
std::vector<double> irregular_times(int count, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> times;
  double time = random.uniform(0, 2);
  for (int i = 0; i < count; ++i, time += random.uniform(0.003, 0.1)) times.push_back(time);
  return times;
}

std::string message_of(const std::filesystem::path& file) {
  try {
    read_all(file);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::data);
    return error.what();
  }
  return {};
}

TEST(FrameSource, GivesEveryPictureAtItsOwnTime) {
  const TemporaryFolder folder;
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    const int count = 5 + static_cast<int>(seed) * 7;
    const auto pictures = numbered_pictures(count);
    const auto times = irregular_times(count, seed);
    VideoWriterOptions options = lossless();
    options.b_frames = static_cast<int>(seed % 3) * 2;
    const auto file = write_video(folder / "a.mp4", pictures, times, options);
    const Reading reading = read_all(file);
    ASSERT_EQ(reading.frames.size(), pictures.size()) << "seed " << seed;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      EXPECT_EQ(reading.frames[i].number, static_cast<std::int64_t>(i) + 1);
      EXPECT_NEAR(reading.frames[i].timestamp, times[i], tick) << "seed " << seed << " frame " << i;
      EXPECT_TRUE(same_picture(reading.frames[i].gray, pictures[i])) << "seed " << seed << " frame " << i;
      EXPECT_TRUE(reading.frames[i].color.empty());
      EXPECT_EQ(reading.frames[i].file, "");
    }
    EXPECT_EQ(reading.broken, "");
    EXPECT_TRUE(reading.variable);
  }
}

TEST(FrameSource, TellsWhatTheContainerSays) {
  const TemporaryFolder folder;
  const auto file = write_video(folder / "a.mp4", numbered_pictures(30), constant_times(30, 25));
  const VideoInfo info = read_all(file).info;
  EXPECT_EQ(info.width, 64);
  EXPECT_EQ(info.height, 48);
  EXPECT_EQ(info.rotation, 0);
  EXPECT_FALSE(info.mirrored);
  EXPECT_EQ(info.codec, "h264");
  EXPECT_NEAR(info.frame_rate, 25, 1e-6);
  EXPECT_EQ(info.frames, 30);
}

TEST(FrameSource, ConstantRatesAreNotCalledVariable) {
  const TemporaryFolder folder;
  for (const double rate : {10.0, 24000 / 1001.0, 25.0, 30000 / 1001.0, 30.0, 59.94, 120.0}) {
    const auto file = write_video(folder / "a.mp4", numbered_pictures(20), constant_times(20, rate));
    EXPECT_FALSE(read_all(file).variable) << rate;
    // Matroska counts milliseconds: 33, 34, 33 … is still a constant rate.
    remux(file, folder / "a.mkv");
    EXPECT_FALSE(read_all(folder / "a.mkv").variable) << rate;
  }
  auto times = constant_times(20, 30);
  times[11] += 0.002;
  EXPECT_TRUE(read_all(write_video(folder / "a.mp4", numbered_pictures(20), times)).variable);
}

TEST(FrameSource, ThreadsDoNotChangeThePictures) {
  const TemporaryFolder folder;
  VideoWriterOptions options;
  options.b_frames = 3;
  const auto file =
      write_video(folder / "a.mp4", numbered_pictures(60, 320, 240), constant_times(60, 30), options);
  const Reading one = read_all(file, {}, 1);
  for (const int threads : {2, 3, 8}) {
    const Reading more = read_all(file, {}, threads);
    ASSERT_EQ(more.frames.size(), one.frames.size());
    for (std::size_t i = 0; i < one.frames.size(); ++i) {
      EXPECT_TRUE(same_picture(one.frames[i].gray, more.frames[i].gray));
      EXPECT_EQ(one.frames[i].timestamp, more.frames[i].timestamp);
    }
  }
}

cv::Mat turned(const cv::Mat& picture, int rotation) {
  cv::Mat result = picture.clone();
  for (int i = 0; i < rotation / 90; ++i) {
    cv::Mat next(result.cols, result.rows, result.type());
    for (int y = 0; y < result.rows; ++y)
      for (int x = 0; x < result.cols; ++x) next.at<uchar>(x, result.rows - 1 - y) = result.at<uchar>(y, x);
    result = next;
  }
  return result;
}

TEST(FrameSource, TurnsPicturesUpright) {
  const TemporaryFolder folder;
  const auto pictures = numbered_pictures(3);
  const std::vector<std::pair<Rotate, int>> overrides = {
      {Rotate::none, 0}, {Rotate::quarter, 90}, {Rotate::half, 180}, {Rotate::three_quarters, 270}};
  for (const int stored : {0, 90, 180, 270}) {
    VideoWriterOptions options = lossless();
    options.rotation = stored;
    const auto file = write_video(folder / "a.mp4", pictures, constant_times(3, 30), options);
    const auto expect_turned_by = [&](const Reading& reading, int rotation) {
      ASSERT_EQ(reading.frames.size(), 3u);
      EXPECT_EQ(reading.info.rotation, rotation);
      EXPECT_EQ(reading.info.width, rotation % 180 == 0 ? 64 : 48);
      EXPECT_EQ(reading.info.height, rotation % 180 == 0 ? 48 : 64);
      for (std::size_t i = 0; i < 3; ++i)
        EXPECT_TRUE(same_picture(reading.frames[i].gray, turned(pictures[i], rotation)))
            << stored << " " << rotation;
    };
    expect_turned_by(read_all(file), stored);
    for (const auto& [rotate, degrees] : overrides) {
      FrameSourceOptions chosen;
      chosen.rotate = rotate;
      expect_turned_by(read_all(file, chosen), degrees);
    }
  }
}

/// Writes the 2×2 part of the display matrix in the track header: x' = a x + c y, y' = b x + d y.
void set_matrix(const std::filesystem::path& file, int a, int b, int c, int d) {
  std::string bytes = file_text(file);
  const auto header = bytes.find("tkhd");
  ASSERT_NE(header, std::string::npos);
  const auto put = [&](std::size_t place, int value) {
    const auto fixed = static_cast<std::uint32_t>(value) << 16;
    for (std::size_t i = 0; i < 4; ++i)
      bytes[header + 44 + 4 * place + i] = static_cast<char>(fixed >> (24 - 8 * i));
  };
  put(0, a), put(1, b), put(3, c), put(4, d);
  std::ofstream(file, std::ios::binary) << bytes;
}

TEST(FrameSource, AppliesMirrorsOfTheDisplayMatrix) {
  const TemporaryFolder folder;
  const auto pictures = numbered_pictures(2);
  const auto file = write_video(folder / "a.mp4", pictures, constant_times(2, 30));
  for (const int a : {-1, 0, 1}) {
    for (const int b : {-1, 0, 1}) {
      if (std::abs(a) + std::abs(b) != 1) continue;
      for (const int sign : {-1, 1}) {
        const int c = -sign * b, d = sign * a;
        set_matrix(file, a, b, c, d);
        const Reading reading = read_all(file);
        ASSERT_EQ(reading.frames.size(), 2u);
        EXPECT_EQ(reading.info.mirrored, sign < 0);
        const cv::Mat& stored = pictures[0];
        cv::Mat expected(reading.info.height, reading.info.width, CV_8UC1, cv::Scalar(0));
        for (int y = 0; y < stored.rows; ++y) {
          for (int x = 0; x < stored.cols; ++x) {
            const int to_x = a * x + c * y, to_y = b * x + d * y;
            expected.at<uchar>(to_y < 0 || (to_y == 0 && b + d < 0) ? to_y + expected.rows - 1 : to_y,
                               to_x < 0 || (to_x == 0 && a + c < 0) ? to_x + expected.cols - 1 : to_x) =
                stored.at<uchar>(y, x);
          }
        }
        EXPECT_TRUE(same_picture(reading.frames[0].gray, expected)) << a << b << c << d;
      }
    }
  }
}

TEST(FrameSource, APictureStaysWhileSomebodyHoldsIt) {
  const TemporaryFolder folder;
  const auto pictures = numbered_pictures(40);
  const auto file = write_video(folder / "a.mp4", pictures, constant_times(40, 30));
  const auto source = open_frames(file, {}, 2, true);
  VideoFrame frame;
  std::vector<cv::Mat> held;
  while (source->next(frame)) held.push_back(frame.gray);
  ASSERT_EQ(held.size(), pictures.size());
  for (std::size_t i = 0; i < held.size(); ++i) EXPECT_TRUE(same_picture(held[i], pictures[i])) << i;
}

TEST(FrameSource, BuffersAreUsedAgain) {
  const TemporaryFolder folder;
  const auto file = write_video(folder / "a.mp4", numbered_pictures(100), constant_times(100, 30));
  const auto source = open_frames(file, {}, 2);
  VideoFrame frame;
  std::set<const void*> buffers;
  while (source->next(frame)) buffers.insert(frame.gray.data);
  EXPECT_LE(buffers.size(), 8u);
}

TEST(FrameSource, MayBeLeftAtAnyFrame) {
  const TemporaryFolder folder;
  const auto file = write_video(folder / "a.mp4", numbered_pictures(60), constant_times(60, 30));
  for (int wanted = 0; wanted < 20; ++wanted) {
    const auto source = open_frames(file, {}, 3);
    VideoFrame frame;
    for (int i = 0; i < wanted; ++i) ASSERT_TRUE(source->next(frame));
    EXPECT_EQ(source->broken(), "");
  }
}

TEST(FrameSource, StaysAtItsEnd) {
  const TemporaryFolder folder;
  const auto source = open_frames(write_video(folder / "a.mp4", numbered_pictures(2), {0, 1}), {}, 2);
  VideoFrame frame;
  ASSERT_TRUE(source->next(frame));
  ASSERT_TRUE(source->next(frame));
  EXPECT_FALSE(source->next(frame));
  EXPECT_FALSE(source->next(frame));
}

TEST(FrameSource, TimeStampsThatGoBackwardsAreLeftEmpty) {
  const TemporaryFolder folder;
  write_video(folder / "a.mp4", numbered_pictures(12), constant_times(12, 25));
  remux(folder / "a.mp4", folder / "b.mkv", [](std::size_t i, AVPacket& packet) {
    const std::int64_t frame = 120000 / 25;
    packet.pts += (i == 5 || i == 6 ? 7 : 10) * frame;
  });
  const Reading reading = read_all(folder / "b.mkv");
  ASSERT_EQ(reading.frames.size(), 12u);
  for (std::size_t i = 0; i < 12; ++i) {
    if (i == 5 || i == 6) {
      EXPECT_TRUE(std::isnan(reading.frames[i].timestamp)) << i;
    } else {
      EXPECT_NEAR(reading.frames[i].timestamp, static_cast<double>(i + 10) / 25, 1e-3) << i;
    }
  }
  EXPECT_EQ(reading.broken, "2 time stamps go backwards and are left empty, the first at frame 6");
}

TEST(FrameSource, ColorIsBgrByTheStreamsOwnMatrix) {
  const TemporaryFolder folder;
  for (const int height : {96, 720}) {
    std::vector<cv::Mat> pictures;
    const std::vector<cv::Vec3b> colors = {{0, 0, 255},     {0, 255, 0}, {255, 0, 0},
                                           {255, 255, 255}, {0, 0, 0},   {40, 120, 200}};
    for (const auto& color : colors) pictures.emplace_back(height, 128, CV_8UC3, cv::Scalar(color));
    const auto file = write_video(folder / "a.mp4", pictures, constant_times(6, 25), lossless());
    const Reading plain = read_all(file), reading = read_all(file, {}, 2, true);
    ASSERT_EQ(reading.frames.size(), colors.size());
    for (std::size_t i = 0; i < colors.size(); ++i) {
      EXPECT_LE(cv::norm(reading.frames[i].color, pictures[i], cv::NORM_INF), 3) << height << " color " << i;
      EXPECT_TRUE(same_picture(reading.frames[i].gray, plain.frames[i].gray));
    }
    // Gray is the luma as coded: white is 235 in studio range.
    EXPECT_EQ(reading.frames[3].gray.at<uchar>(5, 5), 235);
    EXPECT_EQ(reading.frames[4].gray.at<uchar>(5, 5), 16);
  }
}

TEST(FrameSource, DeeperLumaIsRoundedToEightBits) {
  const TemporaryFolder folder;
  for (const auto& [format, depth] : {std::pair(AV_PIX_FMT_GRAY10, 10), std::pair(AV_PIX_FMT_YUV420P10, 10),
                                      std::pair(AV_PIX_FMT_GRAY16, 16)}) {
    const int levels = 1 << depth;
    write_ffv1(folder / "a.mkv", format, 64, 32, 2, [&](int i, AVFrame& frame) {
      for (int y = 0; y < 32; ++y)
        for (int x = 0; x < 64; ++x)
          reinterpret_cast<std::uint16_t*>(frame.data[0] + y * frame.linesize[0])[x] =
              static_cast<std::uint16_t>((y * 64 + x + i) * (levels - 1) / 2048);
    });
    const Reading reading = read_all(folder / "a.mkv");
    ASSERT_EQ(reading.frames.size(), 2u);
    for (int i = 0; i < 2; ++i) {
      for (int y = 0; y < 32; ++y) {
        for (int x = 0; x < 64; ++x) {
          const double exact = std::floor((y * 64 + x + i) * (levels - 1) / 2048.0) * 256 / levels;
          ASSERT_EQ(reading.frames[static_cast<std::size_t>(i)].gray.at<uchar>(y, x),
                    std::min(255.0, std::floor(exact + 0.5)))
              << depth << " " << x << " " << y;
        }
      }
    }
  }
}

TEST(FrameSource, RgbBecomesGrayByTheUsualWeights) {
  const TemporaryFolder folder;
  const std::vector<cv::Vec3b> colors = {{0, 0, 255}, {0, 255, 0}, {255, 0, 0}, {255, 255, 255}, {0, 0, 0}};
  write_ffv1(folder / "a.mkv", AV_PIX_FMT_BGR0, 32, 16, 5, [&](int i, AVFrame& frame) {
    for (int y = 0; y < 16; ++y)
      for (int x = 0; x < 32; ++x)
        for (int c = 0; c < 3; ++c)
          frame.data[0][y * frame.linesize[0] + 4 * x + c] = colors[static_cast<std::size_t>(i)][c];
  });
  const Reading reading = read_all(folder / "a.mkv", {}, 2, true);
  ASSERT_EQ(reading.frames.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    const double luma = 0.114 * colors[i][0] + 0.587 * colors[i][1] + 0.299 * colors[i][2];
    EXPECT_NEAR(reading.frames[i].gray.at<uchar>(8, 8), luma, 1.01) << i;
    const cv::Vec3b got = reading.frames[i].color.at<cv::Vec3b>(8, 8);
    for (int c = 0; c < 3; ++c) EXPECT_NEAR(got[c], colors[i][c], 1) << i;
  }
}

TEST(FrameSource, SaysWhyAFileIsNoVideo) {
  const TemporaryFolder folder;
  EXPECT_NE(message_of(folder / "none.mp4").find("none.mp4: cannot open: No such file"), std::string::npos);
  for (const auto& [name, content] :
       {std::pair("empty.mp4", ""), std::pair("text.mp4", "frame,x_0\n1,2\n"),
        std::pair("notes.txt", "hello\n"), std::pair("list.m3u8", "#EXTM3U\n#EXTINF:1\na.mp4\n"),
        std::pair("l.ffconcat", "ffconcat version 1.0\nfile a.mp4\n")}) {
    const auto file = folder.write(name, content);
    const std::string message = message_of(file);
    EXPECT_EQ(message.find(file.string() + ": cannot be read as a video: "), 0u) << message;
  }
}

TEST(FrameSource, KnowsFilesByTheirNames) {
  for (const char* name : {"a.mp4", "b/A.MOV", "c.webm", "d.x.mkv", "e.avi"}) {
    EXPECT_TRUE(is_video_file(name)) << name;
    EXPECT_FALSE(is_image_file(name)) << name;
  }
  for (const char* name : {"a.png", "b/A.JPG", "c.tiff", "d.webp", "e.bmp"}) {
    EXPECT_TRUE(is_image_file(name)) << name;
    EXPECT_FALSE(is_video_file(name)) << name;
  }
  for (const char* name : {"a.csv", "mp4", ".mp4", "._a.mp4", "._a.jpg", "a.mp4.part", ""}) {
    EXPECT_FALSE(is_video_file(name)) << name;
    EXPECT_FALSE(is_image_file(name)) << name;
  }
}

TEST(FrameSource, OptionsHaveTheNamesOfTheCommandLine) {
  FrameSourceOptions options;
  const OptionList list = described(options);
  list.find("rotate")->set_text("270");
  list.find("fps")->set_text("12.5");
  EXPECT_EQ(options.rotate, Rotate::three_quarters);
  EXPECT_EQ(options.fps, 12.5);
  EXPECT_EQ(list.find("rotate")->default_value, "auto");
  EXPECT_THROW(list.find("rotate")->set_text("45"), Error);
  EXPECT_THROW(list.find("fps")->set_text("-1"), Error);
}

std::filesystem::path shared_videos() {
  const char* shared = std::getenv("FACELEX_SHARED_DATA");
  return shared ? std::filesystem::path(shared) / "video" : std::filesystem::path();
}

/// What ffprobe says of a video's frames, seconds.
std::vector<double> ffprobe_times(const std::filesystem::path& video) {
  Program ffprobe("/usr/bin/ffprobe", {"-v", "error", "-select_streams", "v:0", "-show_entries",
                                       "frame=pts_time", "-of", "csv=p=0", video.string()});
  const auto end = ffprobe.wait();
  EXPECT_EQ(end.status, 0) << end.err;
  std::vector<double> times;
  for (std::size_t at = 0; at < end.out.size();) {
    const std::size_t stop = end.out.find_first_of(",\n", at);
    if (const auto time = parse_double(end.out.substr(at, stop - at))) times.push_back(*time);
    at = stop == std::string::npos ? end.out.size() : stop + 1;
  }
  return times;
}

TEST(FrameSourceSharedData, HasFfprobesFramesAndTimes) {
  if (shared_videos().empty()) GTEST_SKIP() << "FACELEX_SHARED_DATA is not set";
  const bool with_ffprobe = std::filesystem::exists("/usr/bin/ffprobe");
  for (const auto& [name, count, variable] :
       {std::tuple("elaine.mp4", 288u, false), std::tuple("WolfgangLanger_Pexels.mp4", 472u, false),
        std::tuple("face_noface.mov", 169u, true), std::tuple("single_face.mp4", 72u, false)}) {
    const auto source = open_frames(shared_videos() / name, {}, 2);
    std::vector<double> times;
    for (VideoFrame frame; source->next(frame);) times.push_back(frame.timestamp);
    EXPECT_EQ(times.size(), count) << name;
    EXPECT_EQ(source->variable_frame_rate(), variable) << name;
    EXPECT_EQ(source->broken(), "") << name;
    if (!with_ffprobe) continue;
    const auto expected = ffprobe_times(shared_videos() / name);
    ASSERT_EQ(times.size(), expected.size()) << name;
    for (std::size_t i = 0; i < times.size(); ++i)
      ASSERT_NEAR(times[i], expected[i], 1e-6) << name << " " << i + 1;
  }
  if (!with_ffprobe) GTEST_SKIP() << "there is no /usr/bin/ffprobe to compare the time stamps with";
}

}  // namespace
