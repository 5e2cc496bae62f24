// extract and run with the real binary, on drawn faces and, where it is given, on real videos.
#ifdef FACELEX_WITH_VIDEO
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <set>

#include "cli_fixture.hpp"
#include "facelex/io/sidecar.hpp"
#include "facelex/video/video_writer.hpp"
#include "video/drawn_face.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;
using test::facelex_command;
using test::file_text;
using test::folder_content;
using test::TemporaryFolder;

class VideoCommands : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    write_video("site 1/a talk.mp4", 40,
                [](int t) { return face_at(160 + 5 * std::sin(t * 0.3), 120, 120 + t % 7); });
    write_video("site 2/b.mp4", 30, [](int t) { return face_at(150, 115 + 4 * std::cos(t * 0.5), 130); });
    write_video("no face.mp4", 12, [](int) { return empty_picture(320, 240); });
    folder_->write("videos/notes.txt", "not a video");
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static cv::Mat face_at(double x, double y, double width) {
    cv::Mat picture = empty_picture(320, 240);
    draw_face(picture, x, y, width);
    return picture;
  }

  static void write_video(const std::string& name, int frames, const std::function<cv::Mat(int)>& picture) {
    VideoWriter writer(*folder_ / ("videos/" + name));
    for (int t = 0; t < frames; ++t) writer.add(picture(t), t / 25.0 + (t > 5 ? 0.013 : 0));
    writer.finish();
  }

  static std::string at(const std::string& name) { return *folder_ / name; }

  static TemporaryFolder* folder_;
};

TemporaryFolder* VideoCommands::folder_ = nullptr;

TEST_F(VideoCommands, ExtractWritesARowPerFrameWithTheContainersTimes) {
  const auto end = facelex_command({"extract", at("videos"), "-o", at("landmarks"), "--overlay"});
  ASSERT_EQ(end.status, 0) << end.err;
  EXPECT_EQ(end.out, "");
  const Recording talk = read_recording(at("landmarks/site 1/a talk.csv"));
  ASSERT_EQ(talk.rows(), 40);
  EXPECT_EQ(talk.kind, SignalKind::landmarks);
  for (int t = 0; t < 40; ++t) {
    EXPECT_NEAR(talk.frames[static_cast<std::size_t>(t)].timestamp, t / 25.0 + (t > 5 ? 0.013 : 0), 1e-3)
        << t;
    EXPECT_TRUE(talk.frames[static_cast<std::size_t>(t)].success) << t;
  }
  // The drawn face's middle lies between the outer eye corners' middle and the chin.
  EXPECT_NEAR((talk.values(0, talk.column("x_36")) + talk.values(0, talk.column("x_45"))) / 2, 160, 8);
  const Recording nobody = read_recording(at("landmarks/no face.csv"));
  ASSERT_EQ(nobody.rows(), 12);
  for (const Frame& frame : nobody.frames) EXPECT_FALSE(frame.success);
  EXPECT_TRUE(fs::exists(at("landmarks/site 2/b.overlay.mp4")));
  const auto sidecar = read_sidecar(at("landmarks/site 1/a talk.csv"));
  ASSERT_TRUE(sidecar);
  EXPECT_EQ(sidecar->result.details["variable_frame_rate"], true);
  EXPECT_EQ(sidecar->command, "facelex extract 'site 1/a talk.mp4'");
  // The overlays written below the input's folder are not inputs of a second run.
  const auto inside = facelex_command({"extract", at("landmarks"), "-o", at("again")});
  EXPECT_EQ(inside.status, 2) << inside.err;
}

TEST_F(VideoCommands, ANightsBatchGoesOnWhenAFileIsBad) {
  const std::string good = file_text(at("videos/site 1/a talk.mp4"));
  folder_->write("night/1 good.mp4", good);
  folder_->write("night/2 cut.mp4", good.substr(0, good.size() * 7 / 10));
  folder_->write("night/3 text.mp4", "this is not a video");
  folder_->write("night/4 empty.mp4", "");
  folder_->write("night/5 good.mp4", good);
  const auto end = facelex_command({"extract", at("night"), "-o", at("night out"), "-j", "2"});
  EXPECT_EQ(end.status, 1);
  const auto rows = read_manifest(at("night out/manifest.csv"));
  ASSERT_EQ(rows.size(), 5u);
  EXPECT_EQ(rows[0].state, ItemState::ok);
  EXPECT_EQ(rows[1].state, ItemState::partial) << rows[1].message;
  EXPECT_EQ(rows[2].state, ItemState::failed);
  EXPECT_EQ(rows[3].state, ItemState::failed);
  EXPECT_EQ(rows[4].state, ItemState::ok);
  EXPECT_GT(rows[1].frames, 5);
  EXPECT_LT(rows[1].frames, 40);
  EXPECT_EQ(read_recording(at("night out/2 cut.csv")).rows(), rows[1].frames);
  EXPECT_NE(end.err.find("2 cut.mp4: cannot decode after frame "), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("3 text.mp4: "), std::string::npos) << end.err;
  EXPECT_EQ(file_text(at("night out/1 good.csv")), file_text(at("night out/5 good.csv")));
  EXPECT_FALSE(fs::exists(at("night out/3 text.csv")));
}

TEST_F(VideoCommands, RunAndFitTakeAPersonsVideosTogether) {
  const std::string labels =
      folder_->write("labels.csv", "name,subject\nsite 1/a talk,one\nsite 2/b,one\nno face,nobody\n");
  const auto run =
      facelex_command({"run", at("videos"), "-o", at("run of persons"), "--extract-quality", "fast",
                       "--subjects", labels, "--signal", "expression", "--model", "built-in"});
  EXPECT_EQ(run.status, 1) << run.err;
  EXPECT_NE(run.err.find("nobody"), std::string::npos) << run.err;
  EXPECT_TRUE(fs::exists(at("run of persons/fits/persons/one.safetensors")));
  EXPECT_TRUE(fs::exists(at("run of persons/codes/site 2/b.csv")));
  EXPECT_EQ(facelex_command({"fit", at("videos"), "-o", at("fit of persons"), "--extract-quality", "fast",
                             "--subjects", labels})
                .status,
            1);
  ASSERT_EQ(
      facelex_command({"fit", at("run of persons/landmarks"), "-o", at("step"), "--subjects", labels}).status,
      1);
  EXPECT_EQ(folder_content(at("step")), folder_content(at("run of persons/fits")));
  EXPECT_EQ(folder_content(at("step")), folder_content(at("fit of persons/fits")));
  // What is wrong is said before anything is extracted.
  const auto refused = [&](const std::vector<std::string>& more, const std::string& what) {
    std::vector<std::string> words = {"run", at("videos"), "-o", at("refused"), "--subjects", labels};
    words.insert(words.end(), more.begin(), more.end());
    const auto end = facelex_command(words);
    EXPECT_NE(end.err.find(what), std::string::npos) << end.err;
    EXPECT_FALSE(fs::exists(at("refused/landmarks"))) << what;
  };
  refused({"--fit-neutral", "frame", "--fit-neutral-frame", "1"}, "of one recording");
  refused({"--shard", "1/2", "--model", "built-in", "--signal", "expression"}, "a part of the videos");
  refused({"--signal", "motion"}, "nothing in common");
}

TEST_F(VideoCommands, RunMakesWhatTheSeparateCommandsMakeOfMotion) {
  ASSERT_EQ(facelex_command({"run", at("videos"), "-o", at("motion out"), "--extract-quality", "fast",
                             "--signal", "motion", "--system", "local-pca"})
                .status,
            0);
  ASSERT_EQ(
      facelex_command({"standardize", at("motion out/landmarks"), "-o", at("motion step/motion")}).status, 0);
  ASSERT_EQ(facelex_command(
                {"learn", "local-pca", at("motion step/motion"), "-o", at("motion step/model.safetensors")})
                .status,
            0);
  ASSERT_EQ(facelex_command({"encode", at("motion step/motion"), "-m", at("motion step/model.safetensors"),
                             "-o", at("motion step/codes")})
                .status,
            0);
  for (const char* part : {"motion", "codes"})
    EXPECT_EQ(folder_content(at(std::string("motion step/") + part)),
              folder_content(at(std::string("motion out/") + part)))
        << part;
  ASSERT_EQ(facelex_command({"run", "--config", at("motion out/run.json"), "-o", at("motion again")}).status,
            0);
  EXPECT_EQ(folder_content(at("motion again")), folder_content(at("motion out")))
      << "run.json repeats the run";
}

TEST_F(VideoCommands, RunMakesWhatTheSeparateCommandsMakeAndRepeats) {
  const std::vector<std::string> few_videos = {"--facial-basis-atoms", "MO=6"};
  std::vector<std::string> arguments = {"run",  at("videos"), "-o", at("out"), "--extract-quality",
                                        "fast", "-j",         "2"};
  arguments.insert(arguments.end(), few_videos.begin(), few_videos.end());
  const auto end = facelex_command(arguments);
  ASSERT_EQ(end.status, 0) << end.err;
  ASSERT_EQ(
      facelex_command({"extract", at("videos"), "-o", at("step/landmarks"), "--quality", "fast", "-j", "1"})
          .status,
      0);
  ASSERT_EQ(facelex_command({"fit", at("step/landmarks"), "-o", at("step/fits")}).status, 0);
  ASSERT_EQ(facelex_command({"learn", "facial-basis", at("step/fits"), "-o", at("step/model.safetensors"),
                             "--atoms", "MO=6"})
                .status,
            0);
  ASSERT_EQ(
      facelex_command({"encode", at("step/fits"), "-m", at("step/model.safetensors"), "-o", at("step/codes")})
          .status,
      0);
  auto whole = folder_content(at("out"));
  EXPECT_EQ(whole.erase("run.json"), 1u);
  EXPECT_EQ(folder_content(at("step")), whole);
  EXPECT_EQ(read_recording(at("out/codes/no face.csv")).rows(), 12) << "a video without a face has its rows";
  EXPECT_EQ(read_manifest(at("out/manifest.csv")).size(), 3u);

  ASSERT_EQ(facelex_command({"run", "--config", at("out/run.json"), "-o", at("repeated")}).status, 0);
  EXPECT_EQ(folder_content(at("repeated")), folder_content(at("out"))) << "run.json repeats the run";
  const auto again = facelex_command(arguments);
  EXPECT_NE(again.err.find("videos: 3 skipped"), std::string::npos) << again.err;
  EXPECT_NE(again.err.find("is complete already"), std::string::npos) << again.err;

  const auto coded = facelex_command({"run", at("videos/site 2"), "-o", at("coded"), "--extract-quality",
                                      "fast", "--model", at("out/model.safetensors")});
  ASSERT_EQ(coded.status, 0) << coded.err;
  EXPECT_EQ(file_text(at("coded/codes/b.csv")), file_text(at("out/codes/site 2/b.csv")));
  EXPECT_FALSE(fs::exists(at("coded/model.safetensors")));
}

TEST_F(VideoCommands, RunOnVideosWithoutAnyFaceSaysSo) {
  const auto end = facelex_command({"run", at("videos/no face.mp4"), "-o", at("nobody")});
  EXPECT_EQ(end.status, 1);
  EXPECT_NE(end.err.find("learn facial-basis: "), std::string::npos) << end.err;
  EXPECT_EQ(read_recording(at("nobody/fits/no face.csv")).rows(), 12);
}

TEST(RealVideos, EveryFrameOfEveryVideoIsARowOfCodes) {
  const char* shared = std::getenv("FACELEX_SHARED_DATA");
  if (!shared) GTEST_SKIP() << "needs FACELEX_SHARED_DATA";
  const TemporaryFolder folder;
  const auto end = facelex_command({"run", std::string(shared) + "/video", "-o", folder / "out",
                                    "--extract-quality", "fast", "--facial-basis-max-iterations", "50"});
  ASSERT_EQ(end.status, 0) << end.err;
  const std::map<std::string, int> frames = {
      {"elaine", 288}, {"WolfgangLanger_Pexels", 472}, {"face_noface", 169}, {"single_face", 72}};
  for (const auto& [name, count] : frames) {
    const Recording codes = read_recording(folder / ("out/codes/" + name + ".csv"));
    EXPECT_EQ(codes.rows(), count) << name;
    EXPECT_EQ(codes.columns.size(), 51u);
  }
}

}  // namespace
}  // namespace facelex
#endif
