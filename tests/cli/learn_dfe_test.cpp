#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "cli_fixture.hpp"
#include "facelex/io/models/model_file.hpp"

namespace facelex::test {
namespace {

/// Recordings of blendshapes that mix three movements.
void write_blendshapes(const std::filesystem::path& file, int frames, std::uint64_t seed, double size = 1) {
  Recording recording;
  recording.kind = SignalKind::expression;
  for (const char* name :
       {"jawOpen", "mouthSmileLeft", "mouthSmileRight", "browInnerUp", "eyeBlinkLeft", "eyeBlinkRight"})
    recording.columns.push_back({name, "", ""});
  Random random(seed);
  recording.values.resize(frames, 6);
  for (int t = 0; t < frames; ++t) {
    recording.frames.push_back({t + 1, 0, t / 25.0, 0.9, t != 3});
    const double jaw = random.uniform(), smile = random.uniform(), blink = random.uniform() > 0.8 ? 1 : 0;
    recording.values.row(t) << jaw, smile, smile, 0.1 * random.uniform(), blink, blink;
    recording.values.row(t) *= size;
  }
  RecordingWriter writer(file, recording.columns, TableFormat::csv);
  writer.write(recording);
  writer.finish();
}

class LearnDfe : public testing::Test {
 protected:
  LearnDfe() {
    std::filesystem::create_directories(folder / "my data");
    for (int i = 0; i < 5; ++i)
      write_blendshapes(folder / "my data" / ("s" + std::to_string(i) + ".csv"), 80,
                        static_cast<std::uint64_t>(i));
  }
  std::vector<std::string> arguments(const std::vector<std::string>& more, const std::string& model) const {
    std::vector<std::string> all = {
        "learn", "dfe", (folder / "my data").string(), "-o", (folder / model).string(), "--encoder", "mlp"};
    all.insert(all.end(),
               {"--layers", "1", "--width", "16", "--latent", "6", "--codes", "8", "--stages", "2"});
    all.insert(all.end(), {"--learning-rate", "0.003", "--device", "cpu"});
    for (const auto& [name, value] : {std::pair("--batch", "64"), std::pair("--epochs", "20")})
      if (std::find(more.begin(), more.end(), name) == more.end()) all.insert(all.end(), {name, value});
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Program::End learn(const std::vector<std::string>& more, const std::string& model = "m.safetensors") const {
    return facelex_command(arguments(more, model));
  }

  TemporaryFolder folder;
};

TEST_F(LearnDfe, LearnsAModelThatEncodes) {
  const auto end = learn({});
  ASSERT_EQ(end.status, 0) << end.err;
  EXPECT_TRUE(std::filesystem::exists(folder / "m.curve.csv"));
  EXPECT_TRUE(std::filesystem::exists(folder / "m.json"));
  EXPECT_FALSE(std::filesystem::exists(folder / "m.checkpoint.safetensors"));
  EXPECT_NE(file_text(folder / "m.curve.csv").find("epoch,loss,reconstruction"), std::string::npos);
  const auto again = learn({});
  EXPECT_NE(again.err.find("is complete already"), std::string::npos) << again.err;
  const auto codes =
      facelex_command({"encode", (folder / "my data").string(), "-m", (folder / "m.safetensors").string(),
                       "-o", (folder / "codes").string()});
  ASSERT_EQ(codes.status, 0) << codes.err;
  EXPECT_NE(file_text(folder / "codes/s0.csv").find(",q1,q2"), std::string::npos);
}

TEST_F(LearnDfe, SameBytesForAnyThreads) {
  ASSERT_EQ(learn({"-j", "1"}, "a.safetensors").status, 0);
  ASSERT_EQ(learn({"-j", "3"}, "b.safetensors").status, 0);
  EXPECT_EQ(file_text(folder / "a.safetensors"), file_text(folder / "b.safetensors"));
}

TEST_F(LearnDfe, ColumnsChooseTheInputsInTheirOrder) {
  ASSERT_EQ(learn({"--columns", "mouth*,jawOpen"}).status, 0);
  const auto info = facelex_command({"model", "info", (folder / "m.safetensors").string()});
  EXPECT_EQ(info.status, 0) << info.err;
  const ModelFile model = read_model(folder / "m.safetensors");
  const Json& inputs = model.metadata.at("input_columns");
  ASSERT_EQ(inputs.size(), 3U) << inputs.dump();
  EXPECT_EQ(inputs[0].at("name"), "mouthSmileLeft");
  EXPECT_EQ(inputs[2].at("name"), "jawOpen");
  const auto codes =
      facelex_command({"encode", (folder / "my data").string(), "-m", (folder / "m.safetensors").string(),
                       "-o", (folder / "codes").string()});
  EXPECT_EQ(codes.status, 0) << codes.err;
}

TEST_F(LearnDfe, SaysWhatIsWrong) {
  std::filesystem::create_directories(folder / "few");
  write_blendshapes(folder / "few/a.csv", 9, 1);
  std::filesystem::create_directories(folder / "still");
  write_blendshapes(folder / "still/a.csv", 90, 1, 0);
  folder.write("bad.csv", "name,who\na,b\n");
  const auto in = [&](const char* data, std::vector<std::string> more) {
    more.insert(more.begin(),
                {"learn", "dfe", (folder / data).string(), "-o", (folder / "x.safetensors").string()});
    return facelex_command(more);
  };
  const struct {
    Program::End end;
    int status;
    const char* says;
  } cases[] = {{in("few", {}), 1, "frames to learn from are fewer than the 64 --codes"},
               {in("still", {}), 1, "no column changes"},
               {in("my data", {"--heads", "3"}), 2, "do not divide --width 128"},
               {in("my data", {"--patience", "3", "--validation", "0"}), 2, "needs frames to validate on"},
               {in("my data", {"--subjects", (folder / "bad.csv").string()}), 1, "subject"},
               {in("my data", {"--columns", "mouth*,smile"}), 1, "smile: has no column of this name"},
               {in("my data", {"--columns", "lip*"}), 1, "lip*: has no column that begins so"},
               {in("my data", {"--codes", "1"}), 2, "codes"},
               {in("my data", {"--device", "cuda"}), 3, "--device cuda"},
               {in("my data", {"--sparsity-on", "displacement"}), 2, "has no expressions"},
               {in("my data", {"--face", "built-in"}), 2, "is for --sparsity-on displacement"},
               {in("nowhere", {}), 1, "no such file or folder"}};
  for (const auto& [end, status, says] : cases) {
    EXPECT_EQ(end.status, status) << end.err;
    EXPECT_NE(end.err.find(says), std::string::npos) << says << ": " << end.err;
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "x.safetensors"));
}

TEST_F(LearnDfe, InterruptedAndResumedGivesTheSameBytes) {
  const std::vector<std::string> large = {"--epochs", "400", "--checkpoint-every", "10"};
  ASSERT_EQ(learn(large, "whole.safetensors").status, 0);
  Program program(FACELEX_BINARY, arguments(large, "cut.safetensors"), {});
  const auto checkpoint = folder / "cut.checkpoint.safetensors";
  for (int i = 0; i < 2000 && !std::filesystem::exists(checkpoint); ++i) usleep(1000);
  kill(program.process(), SIGINT);
  const auto end = program.wait();
  if (end.status == 130) {
    EXPECT_NE(end.err.find("stopped by the user in epoch"), std::string::npos) << end.err;
    EXPECT_TRUE(std::filesystem::exists(checkpoint));
    EXPECT_FALSE(std::filesystem::exists(folder / "cut.safetensors"));
    const auto other = learn({"--epochs", "400", "--sparsity", "0.2"}, "cut.safetensors");
    EXPECT_EQ(other.status, 2);
    EXPECT_NE(other.err.find("sparsity is 0.1 there and 0.2 here"), std::string::npos) << other.err;
    ASSERT_EQ(learn(large, "cut.safetensors").status, 0);
  } else {
    ASSERT_EQ(end.status, 0) << end.err;  // it was faster than we
  }
  EXPECT_EQ(file_text(folder / "cut.safetensors"), file_text(folder / "whole.safetensors"));
  EXPECT_EQ(file_text(folder / "cut.curve.csv"), file_text(folder / "whole.curve.csv"));
}

TEST_F(LearnDfe, HistoryIsLearntFromCodedAndMeasured) {
  const auto bytes = [&](const std::vector<std::string>& more, const std::string& name) {
    const auto end = learn(more, name + ".safetensors");
    EXPECT_EQ(end.status, 0) << end.err;
    return file_text(folder / (name + ".safetensors"));
  };
  const std::string without = bytes({}, "without");
  EXPECT_EQ(bytes({"--history", "0"}, "zero"), without);
  EXPECT_EQ(without.find("history"), std::string::npos);
  const std::string with = bytes({"--history", "2", "-j", "1"}, "m");
  EXPECT_EQ(bytes({"--history", "2", "-j", "3"}, "threads"), with);
  EXPECT_NE(bytes({"--history", "1"}, "one"), with);
  EXPECT_NE(bytes({"--history", "2", "--every", "2"}, "every"), with);
  EXPECT_NE(bytes({"--history", "2", "--max-frames", "150", "--standardize"}, "drawn"), with);
  EXPECT_EQ(bytes({"--history", "2", "--memory", "1"}, "fits"), with);
  const ModelFile model = read_model(folder / "m.safetensors");
  EXPECT_EQ(model.format_version, 2);
  EXPECT_EQ(model.metadata.at("shape").at("history"), 2);
  EXPECT_EQ(model.metadata.at("shape").at("inputs"), 6);
  EXPECT_EQ(model.metadata.at("training").at("frames"), 395);

  const auto at = [&](const std::string& name) { return (folder / name).string(); };
  auto end = facelex_command({"encode", at("my data"), "-m", at("m.safetensors"), "-o", at("codes"),
                              "--reconstruct", "--residuals", "--beam", "3"});
  ASSERT_EQ(end.status, 0) << end.err;
  end = facelex_command({"decode", at("codes"), "-m", at("m.safetensors"), "-o", at("back")});
  ASSERT_EQ(end.status, 0) << end.err;
  const Recording codes = read_recording(at("codes/s1.csv")), back = read_recording(at("back/s1.csv"));
  ASSERT_EQ(codes.rows(), 80);
  EXPECT_FALSE(codes.frames[3].success);
  EXPECT_EQ(back.values(40, back.column("jawOpen")), codes.values(40, codes.column("hat_jawOpen")));
  // Without the rows before it a frame has other codes somewhere, and those after as many rows the same.
  Recording cut = read_recording(at("my data/s1.csv"));
  cut.frames.erase(cut.frames.begin(), cut.frames.begin() + 40);
  cut.values = cut.values.bottomRows(40).eval();
  std::filesystem::create_directories(folder / "cut");
  {
    RecordingWriter writer(folder / "cut/s1.csv", cut.columns, TableFormat::csv);
    writer.write(cut);
    writer.finish();
  }
  end = facelex_command({"encode", at("cut"), "-m", at("m.safetensors"), "-o", at("cut codes"),
                         "--reconstruct", "--residuals", "--beam", "3"});
  ASSERT_EQ(end.status, 0) << end.err;
  const Recording late = read_recording(at("cut codes/s1.csv"));
  EXPECT_NE(late.values.topRows(2), codes.values.middleRows(40, 2));
  EXPECT_EQ(late.values.bottomRows(38), codes.values.bottomRows(38));

  for (const char* measure : {"diversity", "retrieval", "reconstruction"}) {
    end = facelex_command(
        {"measure", measure, at("my data"), "-m", at("m.safetensors"), "-o", at("figures.csv")});
    EXPECT_EQ(end.status, 0) << measure << end.err;
  }
  double squares = 0, count = 0;
  for (int i = 0; i < 5; ++i) {
    const Recording one = read_recording(at("my data/s" + std::to_string(i) + ".csv"));
    const Recording hat = read_recording(at("back/s" + std::to_string(i) + ".csv"));
    for (Eigen::Index t = 0; t < 80; ++t)
      if (one.frames[static_cast<std::size_t>(t)].success) {
        squares += (one.values.row(t) - hat.values.row(t)).squaredNorm();
        count += 6;
      }
  }
  end = facelex_command({"measure", "reconstruction", at("my data"), "-m", at("m.safetensors"), "-o",
                         at("figures.csv"), "--beam", "3"});
  ASSERT_EQ(end.status, 0) << end.err;
  const std::string figures = file_text(folder / "figures.csv");
  const auto found = figures.find("\nrmse,");
  ASSERT_NE(found, std::string::npos) << figures;
  EXPECT_NEAR(std::stod(figures.substr(found + 6)), std::sqrt(squares / count), 1e-9);

  // compare reads whole recordings by itself: the same history, and so the same variance.
  const auto value_after = [](const std::string& text, const std::string& name) {
    const auto place = text.find('\n' + name + ',');
    EXPECT_NE(place, std::string::npos) << name << " in " << text;
    return std::stod(text.substr(place + name.size() + 2));
  };
  end = facelex_command(
      {"measure", "reconstruction", at("my data"), "-m", at("m.safetensors"), "-o", at("greedy.csv")});
  ASSERT_EQ(end.status, 0) << end.err;
  end = facelex_command(
      {"compare", at("my data"), "-m", at("m.safetensors"), "-o", at("compared"), "--draws", "0"});
  ASSERT_EQ(end.status, 0) << end.err;
  EXPECT_NEAR(value_after(file_text(folder / "compared/comparison.csv"), "m,dfe,other,6,2,5,5,395"),
              value_after(file_text(folder / "greedy.csv"), "variance_explained"), 1e-9);

  for (const char* bad : {"-1", "251", "1.5"}) {
    end = learn({"--history", bad}, "x.safetensors");
    EXPECT_EQ(end.status, 2);
    EXPECT_NE(end.err.find("--history"), std::string::npos) << end.err;
  }
}

class LearnDfeInBoundedMemory : public LearnDfe {
 protected:
  LearnDfeInBoundedMemory() {
    for (int i = 0; i < 5; ++i)  // 4495 frames of 6 columns; 0.0002 GB hold 1041, or 1923 while learning
      write_blendshapes(folder / "my data" / ("s" + std::to_string(i) + ".csv"), 900,
                        static_cast<std::uint64_t>(i));
  }
};

TEST_F(LearnDfeInBoundedMemory, SameModelWhereFramesFitAndSameBytesForAnyThreadsWhereNot) {
  const auto model = [&](const std::vector<std::string>& more, const std::string& name) {
    const auto end = learn(more, name + ".safetensors");
    EXPECT_EQ(end.status, 0) << end.err;
    return file_text(folder / (name + ".safetensors"));
  };
  const std::string whole = model({}, "whole");
  EXPECT_EQ(model({"--memory", "1"}, "fits"), whole);
  const std::string streamed = model({"--memory", "0.0002", "-j", "1"}, "a");
  EXPECT_NE(streamed, whole);
  EXPECT_EQ(model({"--memory", "0.0002", "-j", "3"}, "b"), streamed);
  const ModelFile read = read_model(folder / "a.safetensors");
  const Json& training = read.metadata.at("training");
  EXPECT_EQ(training.at("frames"), 4495);
  EXPECT_EQ(training.at("frames_in_memory"), 1920);  // whole batches of 64
  EXPECT_EQ(training.at("validation").at("held_out").size(), 1U);
  const Json in_memory = read_model(folder / "whole.safetensors").metadata.at("training");
  EXPECT_EQ(training.at("validation").at("held_out"), in_memory.at("validation").at("held_out"));
  // Another order of frames ends elsewhere, but no worse.
  EXPECT_LT(training.at("loss").get<double>(), 1.1 * in_memory.at("loss").get<double>());
  EXPECT_NE(model({"--memory", "0.0002", "--standardize", "--kmeans-start"}, "c"), streamed);
}

TEST_F(LearnDfeInBoundedMemory, InterruptedAndResumedGivesTheSameBytes) {
  const std::vector<std::string> large = {"--epochs",           "60", "--memory", "0.0002",
                                          "--checkpoint-every", "5",  "--batch",  "600"};
  ASSERT_EQ(learn(large, "whole.safetensors").status, 0);
  Program program(FACELEX_BINARY, arguments(large, "cut.safetensors"), {});
  const auto checkpoint = folder / "cut.checkpoint.safetensors";
  for (int i = 0; i < 5000 && !std::filesystem::exists(checkpoint); ++i) usleep(1000);
  kill(program.process(), SIGINT);
  const auto end = program.wait();
  if (end.status == 130) {
    const auto other = learn({"--epochs", "60", "--batch", "600"}, "cut.safetensors");
    EXPECT_EQ(other.status, 2) << other.err;
    EXPECT_NE(other.err.find("--memory"), std::string::npos) << other.err;
    ASSERT_EQ(learn(large, "cut.safetensors").status, 0);
  } else {
    ASSERT_EQ(end.status, 0) << end.err;  // it was faster than we
  }
  EXPECT_EQ(file_text(folder / "cut.safetensors"), file_text(folder / "whole.safetensors"));
}

TEST_F(LearnDfeInBoundedMemory, HoldsFewerFramesWithHistory) {
  const auto model = [&](const std::vector<std::string>& more, const std::string& name) {
    const auto end = learn(more, name + ".safetensors");
    EXPECT_EQ(end.status, 0) << end.err;
    return file_text(folder / (name + ".safetensors"));
  };
  const std::vector<std::string> bounded = {"--history", "2", "--memory", "0.0006", "--epochs", "5"};
  const std::string one = model(bounded, "a");
  auto threads = bounded;
  threads.insert(threads.end(), {"-j", "3"});
  EXPECT_EQ(model(threads, "b"), one);
  // (4·4·18 + 8) bytes a row: whole batches of 64.
  EXPECT_EQ(read_model(folder / "a.safetensors").metadata.at("training").at("frames_in_memory"), 1984);
  const auto end = learn({"--history", "9", "--memory", "0.0006"});
  EXPECT_EQ(end.status, 2) << end.err;
  EXPECT_NE(end.err.find("--memory"), std::string::npos) << end.err;
}

TEST_F(LearnDfeInBoundedMemory, SaysTheLeastThatIsNeeded) {
  const struct {
    std::vector<std::string> options;
    const char* says;
  } cases[] = {{{"--memory", "0.0001"}, "GB hold 520 frames"},
               {{"--memory", "0.0001"}, "give at least 0.000196608"},
               {{"--memory", "0.0002", "--batch", "4096"}, "fewer than a --batch of 4096"},
               {{"--memory", "0.0002", "--batch", "4096"}, "give at least 0.000425984, or lower --batch"},
               {{"--memory", "1", "--max-frames", "100"}, "--memory and --max-frames both bound"},
               {{"--memory", "-1"}, "memory"}};
  for (const auto& [options, says] : cases) {
    const auto end = learn(options);
    EXPECT_EQ(end.status, 2) << end.err;
    EXPECT_NE(end.err.find(says), std::string::npos) << says << ": " << end.err;
  }
}

}  // namespace
}  // namespace facelex::test
