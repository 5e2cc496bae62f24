// Names stay in the folder, and nobody's file is replaced.
#include <gtest/gtest.h>
#include <signal.h>

#include "cli_fixture.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;
using test::facelex_command;
using test::file_text;
using test::folder_content;

class Overwriting : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"a", "b"})
      test::write_landmarks(folder / "lm" / (std::string(name) + ".csv"), 40, 7);
  }

  std::string at(const std::string& name) const { return folder / name; }

  test::Program::End standardize(const std::vector<std::string>& more) const {
    std::vector<std::string> words = {"standardize", "-q"};
    words.insert(words.end(), more.begin(), more.end());
    return facelex_command(words);
  }
  test::Program::End standardize_list(const std::string& list) const {
    folder.write("list.txt", list);
    return standardize({"--list", at("list.txt"), "-o", at("out/motion")});
  }

  test::TemporaryFolder folder;
};

TEST_F(Overwriting, ANameThatLeavesTheFolderFailsItsItem) {
  folder.write("out/x.csv", "mine");
  folder.write("x.csv", "mine");
  for (const std::string& name :
       {std::string("../x"), std::string("a/../../x"), std::string("../../x"), at("x")}) {
    const auto end = standardize_list(at("lm/a.csv") + "\t" + name + "\n" + at("lm/b.csv") + "\tgood\n");
    EXPECT_EQ(end.status, 1) << name;
    EXPECT_NE(end.err.find("leads out of the output folder"), std::string::npos) << end.err;
    EXPECT_EQ(file_text(folder / "out/x.csv"), "mine") << name;
    EXPECT_EQ(file_text(folder / "x.csv"), "mine") << name;
    EXPECT_TRUE(fs::exists(folder / "out/motion/good.csv")) << name;
  }
}

TEST_F(Overwriting, ALinkInTheFolderLeadsNowhereElse) {
  folder.write("elsewhere/x.csv", "mine");
  fs::create_directories(folder / "out/motion");
  fs::create_directory_symlink(folder / "elsewhere", folder / "out/motion/sub");
  const auto end = standardize_list(at("lm/a.csv") + "\tsub/x\n");
  EXPECT_EQ(end.status, 1);
  EXPECT_NE(end.err.find("where a link leads"), std::string::npos) << end.err;
  EXPECT_EQ(file_text(folder / "elsewhere/x.csv"), "mine");
}

TEST_F(Overwriting, AReceivedManifestDoesNotLeadOut) {
  folder.write("x.csv", "mine");
  folder.write("received/manifest.csv",
               "path,name,state,message,frames,with_face,share,seconds,frames_per_second,finished\n" +
                   at("lm/a.csv") + ",../x,failed,no,0,0,,0,,\n");
  facelex_command({"status", at("received"), "--retry", at("retry.txt")});
  EXPECT_EQ(standardize({"--list", at("retry.txt"), "-o", at("received")}).status, 1);
  EXPECT_EQ(file_text(folder / "x.csv"), "mine");
}

TEST_F(Overwriting, EqualNamesAreRefusedBeforeAnythingIsWritten) {
  for (const auto& [one, other] :
       std::vector<std::pair<std::string, std::string>>{{"x", "x"},
                                                        {"x", "./x"},
                                                        {"s/x", "s//x"},
                                                        {"x", "y/../x"},
                                                        {"\"x\"", "\" x \""},
                                                        {"caf\xc3\xa9", "cafe\xcc\x81"}}) {
    const auto end =
        standardize_list(at("lm/a.csv") + "\t" + one + "\n" + at("lm/b.csv") + "\t" + other + "\n");
    EXPECT_EQ(end.status, 2) << one;
    EXPECT_NE(end.err.find("would have one name"), std::string::npos) << end.err;
    EXPECT_FALSE(fs::exists(folder / "out")) << one;
  }
}

TEST_F(Overwriting, ListsCarryEveryName) {
  const std::string odd = " a\t\"b\"\n\\c";
  fs::rename(folder / "lm/a.csv", folder / "lm" / (odd + ".csv"));
  ASSERT_EQ(standardize({at("lm"), "-o", at("whole")}).status, 0);
  folder.write("list0", at("lm/" + odd + ".csv") + std::string(1, '\0') + at("lm/b.csv"));
  EXPECT_EQ(standardize({"--list0", at("list0"), "-o", at("listed")}).status, 0);
  EXPECT_EQ(folder_content(folder / "listed"), folder_content(folder / "whole"));
  // The retry list too: what failed is made again under its name.
  const std::string good = file_text(folder / "lm" / (odd + ".csv"));
  folder.write("lm/" + odd + ".csv", "");
  EXPECT_EQ(standardize({at("lm"), "-o", at("retried")}).status, 1);
  facelex_command({"status", at("retried"), "--retry", at("retry.txt")});
  folder.write("lm/" + odd + ".csv", good);
  EXPECT_EQ(standardize({"--list", at("retry.txt"), "-o", at("retried")}).status, 0);
  EXPECT_EQ(folder_content(folder / "retried"), folder_content(folder / "whole"));
}

TEST_F(Overwriting, APathThatIsTooLongFailsItsItem) {
  const std::string longer(300, 'x'), longest(5000, 'y');
  const auto end =
      standardize_list(at("lm/a.csv") + "\t" + longer + "\n" + longest + "\n" + at("lm/b.csv") + "\tgood\n");
  EXPECT_EQ(end.status, 1) << end.err;
  EXPECT_TRUE(fs::exists(folder / "out/motion/good.csv")) << end.err;
}

TEST_F(Overwriting, AnotherFormatBesideTheInputDoesNotTakeItsSidecar) {
  const auto before = file_text(folder / "lm/a.csv");
  ASSERT_EQ(standardize({at("lm"), "-o", at("motion")}).status, 0);
  const auto motion = folder_content(folder / "motion");
  const auto beside =
      facelex_command({"import", at("motion"), "-o", at("motion"), "--format", "npy", "--force"});
  EXPECT_EQ(beside.status, 1);
  EXPECT_NE(beside.err.find("overwrite this input or its sidecar"), std::string::npos) << beside.err;
  EXPECT_EQ(folder_content(folder / "motion"), motion);
  // Nor that of a table which an earlier run wrote there.
  const auto again = standardize({at("lm"), "-o", at("motion"), "--format", "npy", "--force"});
  EXPECT_EQ(again.status, 1);
  EXPECT_NE(again.err.find("both would have the sidecar"), std::string::npos) << again.err;
  EXPECT_EQ(folder_content(folder / "motion"), motion);
}

TEST_F(Overwriting, TwoTablesOfOneSidecarAreNotCountedTwice) {
  ASSERT_EQ(standardize({at("lm"), "-o", at("motion")}).status, 0);
  ASSERT_EQ(standardize({at("lm"), "-o", at("arrays"), "--format", "npy"}).status, 0);
  fs::copy_file(folder / "arrays/a.npy", folder / "motion/a.npy");
  const auto end = facelex_command({"learn", "pca", at("motion"), "-o", at("m.safetensors"), "-q"});
  EXPECT_EQ(end.status, 1);
  EXPECT_NE(end.err.find("a.npy: "), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("does not describe it"), std::string::npos) << end.err;
  EXPECT_FALSE(fs::exists(folder / "m.safetensors"));
}

TEST_F(Overwriting, OwnFilesInTheOutputFolderStay) {
  for (const char* file : {"a.csv", "a.json"}) {
    folder.write(std::string("motion/") + file, "{\"mine\": 1}");
    for (int run = 0; run < 2; ++run) {
      const auto end = standardize({at("lm"), "-o", at("motion")});
      EXPECT_EQ(end.status, 1) << file;
      EXPECT_NE(end.err.find("facelex did not write it"), std::string::npos) << end.err;
      EXPECT_EQ(file_text(folder / "motion" / file), "{\"mine\": 1}") << file;
      EXPECT_TRUE(fs::exists(folder / "motion/b.csv"));
    }
    EXPECT_EQ(standardize({at("lm"), "-o", at("motion"), "--force"}).status, 0);
    EXPECT_EQ(standardize({at("lm"), "-o", at("motion")}).status, 0);
    fs::remove_all(folder / "motion");
  }
  folder.write("motion/manifest.csv", "file,size\n");
  const auto end = standardize({at("lm"), "-o", at("motion")});
  EXPECT_EQ(end.status, 2);
  EXPECT_EQ(file_text(folder / "motion/manifest.csv"), "file,size\n");
  EXPECT_FALSE(fs::exists(folder / "motion/b.csv"));
}

TEST_F(Overwriting, ADescriptionBesideAModelOrATableStays) {
  ASSERT_EQ(standardize({at("lm"), "-o", at("motion")}).status, 0);
  const auto learn = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = {"learn", "pca", at("motion"), "-q", "-o", at("model.safetensors")};
    words.insert(words.end(), more.begin(), more.end());
    return facelex_command(words);
  };
  folder.write("model.onnx", "network");
  folder.write("model.json", "{\"inputs\": {}}");
  const auto refused = learn({});
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("model.json' is there already and facelex did not write it"), std::string::npos)
      << refused.err;
  EXPECT_EQ(file_text(folder / "model.json"), "{\"inputs\": {}}");
  EXPECT_EQ(learn({"--force"}).status, 0);
  EXPECT_EQ(learn({"--components", "2"}).status, 0) << "what facelex wrote is replaced";
  ASSERT_EQ(facelex_command({"encode", at("motion"), "-m", at("model.safetensors"), "-o", at("codes"), "-q"})
                .status,
            0);
  folder.write("paper.json", "{\"title\": \"Mine\"}");
  const auto features = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = {"features", "summary", at("codes"), "-o", at("paper.csv")};
    words.insert(words.end(), more.begin(), more.end());
    return facelex_command(words);
  };
  EXPECT_EQ(features({}).status, 2);
  EXPECT_EQ(file_text(folder / "paper.json"), "{\"title\": \"Mine\"}");
  EXPECT_EQ(features({"--force"}).status, 0);
  const auto again = features({});
  EXPECT_EQ(again.status, 0);
  EXPECT_NE(again.err.find("is complete already"), std::string::npos) << again.err;
  // A changed sidecar of an input changes what the table is made of.
  auto sidecar = read_sidecar(folder / "codes/a.csv");
  sidecar->input = "other.csv";
  write_sidecar(folder / "codes/a.csv", *sidecar);
  const auto changed = features({});
  EXPECT_EQ(changed.err.find("is complete already"), std::string::npos) << changed.err;
  const auto codes = file_text(folder / "codes/a.csv");
  const auto over = facelex_command({"features", "summary", at("codes"), "-o", at("codes/a.csv")});
  EXPECT_EQ(over.status, 2);
  EXPECT_NE(over.err.find("written by facelex encode"), std::string::npos) << over.err;
  EXPECT_EQ(
      facelex_command({"features", "summary", at("codes/a.csv"), "-o", at("codes/a.csv"), "--force"}).status,
      2)
      << "a source is never replaced";
  EXPECT_EQ(file_text(folder / "codes/a.csv"), codes);
}

TEST_F(Overwriting, AnEvaluationReplacesItsOwnFilesAndNoOthers) {
  std::string features = "name,f\n", labels = "name,subject,group\n";
  for (int i = 0; i < 12; ++i) {
    const std::string name = "S" + std::to_string(i);
    features += name + "," + std::to_string(i % 2 * 3 + i) + "\n";
    labels += name + "," + name + (i % 2 ? ",a\n" : ",b\n");
  }
  folder.write("features.csv", features);
  folder.write("labels.csv", labels);
  const auto evaluate = [&] {
    return facelex_command({"evaluate", "classify", "--features", at("features.csv"), "--labels",
                            at("labels.csv"), "--folds", "3", "--permutations", "0", "--c", "1", "-q", "-o",
                            at("out")});
  };
  folder.write("out/report.md", "mine");
  EXPECT_EQ(evaluate().status, 2);
  EXPECT_EQ(file_text(folder / "out/report.md"), "mine");
  fs::remove(folder / "out/report.md");
  ASSERT_EQ(evaluate().status, 0);
  const auto whole = folder_content(folder / "out");
  fs::remove(folder / "out/metrics.json");  // as a killed one leaves the folder
  fs::remove(folder / "out/folds.json");
  EXPECT_EQ(evaluate().status, 0);
  EXPECT_EQ(folder_content(folder / "out"), whole);
}

TEST_F(Overwriting, MeasuresAndBuiltModelsAreDoneOnce) {
  ASSERT_EQ(facelex_command({"model", "export", "built-in", "--all", at("set")}).status, 0);
  const std::vector<std::vector<std::string>> commands = {
      {"model", "build-facs", "-o", at("facs.safetensors")},
      {"model", "build-face", std::string(FACELEX_TEST_FIXTURES) + "/../data/anatomical_face.json", "-o",
       at("face.safetensors")},
      {"model", "import", at("set"), "-o", at("set/imported.safetensors")},
      {"measure", "interpretability", "-m", at("facs.safetensors"), "-o", at("interpretability.csv")},
      {"measure", "orthogonality", "-m", at("facs.safetensors"), "-o", at("orthogonality.csv")}};
  for (auto words : commands) {
    const auto first = facelex_command(words);
    ASSERT_EQ(first.status, 0) << first.err;
    EXPECT_EQ(first.err.find("is complete already"), std::string::npos) << first.err;
    EXPECT_NE(facelex_command(words).err.find("is complete already"), std::string::npos) << words[1];
    words.emplace_back("--force");
    EXPECT_EQ(facelex_command(words).err.find("is complete already"), std::string::npos) << words[1];
  }
  // Another model, or the same under another name, which the table holds.
  fs::rename(folder / "facs.safetensors", folder / "other.safetensors");
  const auto renamed = facelex_command(
      {"measure", "interpretability", "-m", at("other.safetensors"), "-o", at("interpretability.csv")});
  EXPECT_EQ(renamed.err.find("is complete already"), std::string::npos) << renamed.err;
}

TEST_F(Overwriting, AModelIsImportedAgainWhenAFileOfItsFolderChanges) {
  ASSERT_EQ(facelex_command({"model", "export", "built-in", "--all", at("set")}).status, 0);
  const auto import = [&](const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"model", "import", at("set"), "-o", at("m.safetensors")};
    words.insert(words.end(), more.begin(), more.end());
    return facelex_command(words);
  };
  const auto is_complete = [&](const std::vector<std::string>& more = {}) {
    const auto end = import(more);
    EXPECT_EQ(end.status, 0) << end.err;
    return end.err.find("is complete already") != std::string::npos;
  };
  EXPECT_FALSE(is_complete());
  EXPECT_TRUE(is_complete());
  folder.write("set/notes.md", "what is not the model's does not count");
  EXPECT_TRUE(is_complete());
  fs::rename(folder / "set/AU12_L.obj", folder / "set/smile.obj");
  EXPECT_FALSE(is_complete());
  EXPECT_FALSE(is_complete({"--name", "Mine"}));
  EXPECT_TRUE(is_complete({"--name", "Mine"}));
  const auto sidecar = read_sidecar(folder / "m.safetensors");
  ASSERT_TRUE(sidecar);
  EXPECT_EQ(sidecar->command, "facelex model import set --name Mine");
  EXPECT_EQ(sidecar->input, "set");
  EXPECT_EQ(sidecar->result.details["name"], "Mine");
  const auto over =
      facelex_command({"model", "import", at("set"), "-o", at("set/landmarks.safetensors"), "--force"});
  EXPECT_EQ(over.status, 2) << "its sidecar would be a file of the set";
  EXPECT_NE(over.err.find("would take the place of the input"), std::string::npos) << over.err;
}

TEST_F(Overwriting, FilesWithoutASidecarAreKnownByHowTheyBegin) {
  ASSERT_EQ(standardize({at("lm"), "-o", at("motion")}).status, 0);
  ASSERT_EQ(
      facelex_command({"learn", "pca", at("motion"), "-o", at("pca.safetensors"), "--components", "2", "-q"})
          .status,
      0);
  struct Row {
    std::vector<std::string> words;
    std::string file;     ///< is somebody's
    std::string written;  ///< with it, and with --force
  };
  const std::vector<Row> rows = {
      {{"model", "export", "built-in", "-o", at("smile.obj")}, "smile.obj", "smile.obj"},
      {{"model", "export", "built-in", "-o", at("smile.ply")}, "smile.ply", "smile.ply"},
      {{"model", "export", "built-in", "--all", at("set")}, "set/neutral.obj", "set/AU12_L.obj"},
      {{"model", "export", "built-in", "--all", at("set")}, "set/landmarks.json", "set/AU12_L.obj"},
      {{"measure", "variance", at("motion"), "-m", at("pca.safetensors"), "--l1", "1,10", "-o", at("curves")},
       "curves/variance_l1.svg",
       "curves/variance_units.svg"},
      {{"learn", "dfecs", at("motion"), "-o", at("d.safetensors"), "--search", "--beta", "0.9",
        "--search-alphas", "3", "--part-units", "JA=0,RB=0,LB=0,NO=0,RE=0,LE=0,MO=2"},
       "d.search.json",
       "d.search.csv"},
      {{"learn",     "dfe",      at("motion"), "-o",      at("e.safetensors"),
        "--columns", "dx_*",     "--encoder",  "mlp",     "--layers",
        "1",         "--width",  "4",          "--codes", "2",
        "--stages",  "1",        "--latent",   "2",       "--epochs",
        "1",         "--device", "cpu"},
       "e.curve.csv",
       "e.safetensors"}};
  for (const Row& row : rows) {
    const std::string what = row.words[0] + " " + row.words[1] + ": " + row.file;
    folder.write(row.file, "{\"mine\": 1}\n");
    const auto refused = facelex_command(row.words);
    EXPECT_EQ(refused.status, 2) << what << refused.err;
    EXPECT_NE(refused.err.find("facelex did not write it"), std::string::npos) << refused.err;
    EXPECT_EQ(file_text(folder / row.file), "{\"mine\": 1}\n") << what;
    if (row.file != row.written) {
      EXPECT_FALSE(fs::exists(folder / row.written)) << what;
    }
    auto forced = row.words;
    forced.emplace_back("--force");
    const auto end = facelex_command(forced);
    EXPECT_EQ(end.status, 0) << what << end.err;
    EXPECT_TRUE(fs::exists(folder / row.written)) << what;
    EXPECT_NE(file_text(folder / row.file), "{\"mine\": 1}\n") << what;
    const auto again = facelex_command(row.words);
    EXPECT_EQ(again.status, 0) << what << again.err << "what facelex wrote is replaced";
    fs::remove_all(folder / "set");
  }
}

TEST_F(Overwriting, ALogIsAddedToALogAndToNothingElse) {
  const auto with_log = [&](const std::string& log) {
    return standardize({at("lm"), "-o", at("motion"), "--log", log});
  };
  ASSERT_EQ(with_log(at("log.txt")).status, 0);
  const std::string first = file_text(folder / "log.txt");
  ASSERT_EQ(with_log(at("log.txt")).status, 0);
  const std::string second = file_text(folder / "log.txt");
  EXPECT_GT(second.size(), first.size());
  EXPECT_TRUE(second.starts_with(first));
  EXPECT_EQ(with_log("/dev/stderr").status, 0);
  folder.write("empty.txt", "");
  EXPECT_EQ(with_log(at("empty.txt")).status, 0);
  for (const std::string text : {"frame,x\n1,2\n", "2026-11-20T10:32:05.123 info another program", "\n"}) {
    folder.write("mine.csv", text);
    const auto end = with_log(at("mine.csv"));
    EXPECT_EQ(end.status, 2);
    EXPECT_NE(end.err.find("is no log of facelex"), std::string::npos) << end.err;
    EXPECT_EQ(file_text(folder / "mine.csv"), text);
  }
}

TEST_F(Overwriting, TemporaryFilesOfAKilledLearningAreRemovedByTheNext) {
  ASSERT_EQ(standardize({at("lm"), "-o", at("motion")}).status, 0);
  test::Program dead("/bin/true", {});
  const pid_t process = dead.process();
  dead.wait();
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  std::string name = host;
  std::replace(name.begin(), name.end(), '.', '-');
  const std::string tail = "." + name + "." + std::to_string(process) + ".tmp";
  for (const char* file : {".m.safetensors", ".m.json", ".m.checkpoint.safetensors", ".other.csv"})
    folder.write(file + tail, "torn");
  ASSERT_EQ(facelex_command({"learn", "pca", at("motion"), "-o", at("m.safetensors"), "-q"}).status, 0);
  for (const char* file : {".m.safetensors", ".m.json", ".m.checkpoint.safetensors"})
    EXPECT_FALSE(fs::exists(folder / (file + tail))) << file;
  EXPECT_TRUE(fs::exists(folder / (".other.csv" + tail))) << "not of this model";
}

TEST_F(Overwriting, TwoProcessesOnOneFolderSayOfEachOtherAndTearNothing) {
  for (int i = 0; i < 40; ++i)
    test::write_landmarks(folder / "lm" / ("many" + std::to_string(i) + ".csv"), 150,
                          static_cast<std::uint64_t>(i));
  ASSERT_EQ(standardize({at("lm"), "-o", at("whole")}).status, 0);
  test::Program first(FACELEX_BINARY, {"standardize", at("lm"), "-o", at("both"), "-j", "1", "-q"});
  for (int i = 0; i < 10000 && !fs::exists(folder / "both/a.csv"); ++i) usleep(500);
  const auto second = facelex_command({"standardize", at("lm"), "-o", at("both"), "-j", "1", "-q"});
  EXPECT_NE(second.err.find("process " + std::to_string(first.process()) + " works on"), std::string::npos)
      << second.err;
  first.wait();
  ASSERT_EQ(standardize({at("lm"), "-o", at("both")}).status, 0);
  EXPECT_EQ(folder_content(folder / "both"), folder_content(folder / "whole"));
}

}  // namespace
}  // namespace facelex
