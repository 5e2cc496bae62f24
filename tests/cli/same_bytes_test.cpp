// The same bytes wherever memory lies, whatever the threads and wherever a training was stopped, with the
// real binary. Eigen's vectors are as wide as malloc's alignment in a build for any x86-64, so what they do
// to a sum shows in a build for this machine (FACELEX_NATIVE); what OpenBLAS does, in every build.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <thread>

#include "cli_fixture.hpp"

namespace facelex::test {
namespace {

namespace fs = std::filesystem;

/// The environment in which all memory lies `shift` bytes further, or as it is.
std::vector<std::string> moved_memory(int shift) {
#ifdef FACELEX_SHIFTED_MEMORY
  if (shift > 0) return {"LD_PRELOAD=" FACELEX_SHIFTED_MEMORY, "FACELEX_TEST_SHIFT=" + std::to_string(shift)};
#else
  static_cast<void>(shift);
#endif
  return {};
}

/// The files below a folder that a command writes again to the byte: not manifests.
void expect_same_files(const fs::path& expected, const fs::path& found, const std::string& when) {
  const auto a = folder_content(expected), b = folder_content(found);
  EXPECT_GT(a.size(), 0U);
  for (const auto& [name, content] : a) {
    const auto other = b.find(name);
    ASSERT_NE(other, b.end()) << name << " " << when;
    EXPECT_TRUE(content == other->second) << name << " differs " << when;
  }
  EXPECT_EQ(a.size(), b.size()) << when;
}

TEST(SameBytes, OfEveryCommandWhereverMemoryLies) {
  TemporaryFolder folder;
  const fs::path cohort = folder.write("cohort.json", R"({"seed": 3, "fps": 25, "seconds": 4,
    "noise_percent": 1, "groups": [
    {"name": "a", "subjects": 3, "behaviour": {"units": [{"unit": "AU12", "rate_per_minute": 30},
                                                         {"unit": "AU04", "rate_per_minute": 20}]}},
    {"name": "b", "subjects": 3, "behaviour": {"units": [{"unit": "AU01", "rate_per_minute": 30},
                                                         {"unit": "AU26", "rate_per_minute": 20}]}}]})");
  const std::string planned = folder.write("planned.json", R"({"fps": 25, "seconds": 3, "groups": [
    {"name": "a", "behaviour": {"units": [{"unit": "AU12", "rate_per_minute": 4}]}},
    {"name": "b", "behaviour": {"units": [{"unit": "AU12", "rate_per_minute": 30}]}}]})");
  const std::string filmed = folder.write("filmed.json", R"({"fps": 25, "seconds": 1, "groups": [
    {"name": "a", "subjects": 1, "behaviour": {"units": [{"unit": "AU12", "rate_per_minute": 30}]}}]})");
  const std::string table_of_the_face = std::string(FACELEX_TEST_FIXTURES) + "/../data/anatomical_face.json";
  const auto run = [&](const fs::path& out, int shift, int threads) {
    const auto at = [&](const char* name) { return (out / name).string(); };
    const std::vector<std::vector<std::string>> commands = {
        {"simulate", cohort, "-o", at("study"), "--landmarks-only"},
        {"fit", at("study/landmarks"), "-o", at("fits")},
        {"standardize", at("study/landmarks"), "-o", at("motion")},
        {"learn", "facial-basis", at("fits"), "-o", at("basis.safetensors")},
        {"learn", "pca", at("fits"), "-o", at("pca.safetensors")},
        {"learn", "local-pca", at("motion"), "-o", at("local.safetensors")},
        {"encode", at("fits"), "-m", at("basis.safetensors"), "-o", at("codes")},
        {"encode", at("fits"), "-m", "built-in", "-o", at("tokens")},
        {"decode", at("codes"), "-m", at("basis.safetensors"), "-o", at("decoded")},
        {"learn", "dfecs", at("motion"), "-o", at("dfecs.safetensors"), "--part-units",
         "JA=1,RB=1,LB=1,NO=0,RE=1,LE=1,MO=2", "--units", "3"},
        {"import", at("study/truth"), "--columns", "e_AU1*", "-o", at("imported")},
        {"compare", at("motion"), "-m", at("local.safetensors"), "-m", at("dfecs.safetensors"), "--imported",
         at("imported"), "--resamples", "2", "-o", at("compared")},
        {"measure", "variance", at("fits"), "-m", at("basis.safetensors"), "-o", at("variance.csv")},
        {"features", "summary", at("codes"), "-o", at("summary.csv")},
        {"features", "summary", at("study/truth"), "-o", at("truth.csv")},
        {"features", "wcc", at("codes"), "--window", "1", "--step", "0.5", "--lag", "0.2", "-o",
         at("wcc.csv")},
        {"features", "bow", at("tokens"), "-o", at("bow.csv")},
        {"features", "all", at("codes"), "--head", at("fits"), "--wcc-window", "1", "--wcc-step", "0.5",
         "--wcc-lag", "0.2", "-o", at("features")},
        {"evaluate", "classify", "--features", at("summary.csv"), "--labels", at("study/labels.csv"),
         "--folds", "3", "--missing", "impute", "--inner-folds", "2", "--permutations", "5", "-o",
         at("result")},
        {"evaluate", "groups", "--features", at("summary.csv"), "--labels", at("study/labels.csv"),
         "--permutations", "50", "--draws", "50", "-o", at("groups")},
        {"power",
         planned,
         "--subjects",
         "4",
         "--pool",
         "5",
         "--studies",
         "20",
         "--folds",
         "2",
         "--inner-folds",
         "2",
         "--features",
         "summary",
         "--c",
         "0.01",
         "--facial-basis-atoms",
         "MO=2",
         "-o",
         at("power")},
        {"model", "build-face", table_of_the_face, "-o", at("face.safetensors")},
        {"model", "build-facs", "-o", at("facs.safetensors")},
        {"model", "export", "built-in", "--all", at("set"), "-o", at("smile.ply"), "--expression",
         "AU12_L=0.7"},
        {"model", "import", at("set"), "-o", at("imported.safetensors")},
#ifdef FACELEX_WITH_VIDEO
        {"model", "picture", "built-in", "-o", at("face.png")},
        {"simulate", filmed, "-o", at("filmed")},
        {"extract", at("filmed/videos"), "-o", at("extracted"), "--quality", "fast"},
#endif
    };
    for (auto words : commands) {
      words.emplace_back("-q");
      if (words[0] != "model") words.insert(words.end(), {"-j", std::to_string(threads)});
      const auto end = facelex_command(words, moved_memory(shift));
      EXPECT_EQ(end.status, 0) << words[0] << " " << words[1] << ": " << end.err;
    }
  };
  run(folder / "as it is", 0, 1);
  for (const auto& [shift, threads] : {std::pair(16, 2), std::pair(48, 3)}) {
    const fs::path out = folder / ("moved by " + std::to_string(shift) + " bytes");
    run(out, shift, threads);
    expect_same_files(folder / "as it is", out,
                      std::to_string(shift) + " bytes further, " + std::to_string(threads) + " threads");
  }
}

/// 60 epochs of a small network, of widths that are not whole vectors.
std::vector<std::string> training(const fs::path& data, const fs::path& model, int threads) {
  std::vector<std::string> words = {"learn", "dfe", data, "-o", model, "-q", "-j", std::to_string(threads)};
  for (const auto& [name, value] :
       {std::pair("--columns", "e_*"), std::pair("--encoder", "mlp"), std::pair("--layers", "1"),
        std::pair("--width", "20"), std::pair("--codes", "9"), std::pair("--stages", "2"),
        std::pair("--latent", "6"), std::pair("--batch", "64"), std::pair("--epochs", "60"),
        std::pair("--checkpoint-every", "1"), std::pair("--device", "cpu")})
    words.insert(words.end(), {name, value});
  return words;
}

TEST(SameBytes, OfATrainingWhateverTheThreadsAndWhereverItWasStopped) {
  TemporaryFolder folder;
  const fs::path cohort = folder.write("cohort.json", R"({"fps": 25, "seconds": 6, "groups": [
    {"name": "a", "subjects": 2, "behaviour": {"units": [{"unit": "AU12", "rate_per_minute": 30}]}}]})");
  ASSERT_EQ(facelex_command({"simulate", cohort, "-o", folder / "study", "--landmarks-only", "-q"}).status,
            0);
  const fs::path data = folder / "study/truth";
  const auto first = facelex_command(training(data, folder / "first.safetensors", 1));
  ASSERT_EQ(first.status, 0) << first.err;
  const std::string expected = file_text(folder / "first.safetensors");
  for (const auto& [threads, shift] : {std::pair(2, 16), std::pair(3, 32), std::pair(8, 48)}) {
    const fs::path model =
        folder / ("a folder with a longer name/" + std::to_string(threads) + "/model.safetensors");
    fs::create_directories(model.parent_path());
    int stops = 0;
    for (int tries = 0; tries < 100; ++tries) {
      Program program(FACELEX_BINARY, training(data, model, threads), moved_memory(shift));
      if (stops < 3) {  // once there is a checkpoint more
        std::this_thread::sleep_for(std::chrono::milliseconds(150 + 70 * tries));
        kill(program.process(), SIGINT);
      }
      const auto end = program.wait();
      if (end.status == 0) break;
      ASSERT_EQ(end.status, 130) << end.err;
      ++stops;
    }
    ASSERT_TRUE(fs::exists(model));
    EXPECT_TRUE(file_text(model) == expected) << threads << " threads, stopped " << stops << " times";
  }
}

}  // namespace
}  // namespace facelex::test
