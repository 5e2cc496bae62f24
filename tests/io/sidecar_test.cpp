#include "facelex/io/sidecar.hpp"

#include <gtest/gtest.h>

#include "facelex/io/sidecar_problem.hpp"
#include "test_files.hpp"

namespace {

using namespace facelex;
using namespace facelex::test;

Sidecar example() {
  Sidecar s;
  s.command = "facelex extract clips/07.mp4 -o out";
  s.stage = "extract";
  s.version = "0.1.0";
  s.input = "clips/07.mp4";
  s.input_digest = "ab12";
  s.model_digest = "cd34";
  s.options = {{"quality", "fast"}, {"faces", 1}};
  s.result.kind = SignalKind::landmarks;
  s.result.columns = {{"x_0", "right end of the jaw", "px"}};
  s.result.counts = {900, 450, 448};
  s.result.partial = true;
  s.result.message = "cannot decode after frame 450 of 900";
  s.result.details = {{"width", 1920}, {"codec", "h264"}};
  s.result.output_digest = "ef56";
  return s;
}

TEST(Sidecar, StandsBesideItsFile) {
  EXPECT_EQ(sidecar_path("clips/07.csv"), "clips/07.json");
  EXPECT_EQ(sidecar_path("clips/a.b.npy"), "clips/a.b.json");
}

TEST(Sidecar, ReadsBack) {
  const TemporaryFolder folder;
  const auto file = folder / "07.csv";
  const auto s = example();
  write_sidecar(file, s);
  const auto r = read_sidecar(file);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->command, s.command);
  EXPECT_EQ(r->stage, s.stage);
  EXPECT_EQ(r->version, s.version);
  EXPECT_EQ(r->input, s.input);
  EXPECT_EQ(r->input_digest, s.input_digest);
  EXPECT_EQ(r->model_digest, s.model_digest);
  EXPECT_EQ(r->options, s.options);
  EXPECT_EQ(r->result.kind, s.result.kind);
  EXPECT_EQ(r->result.columns, s.result.columns);
  EXPECT_EQ(r->result.counts, s.result.counts);
  EXPECT_EQ(r->result.partial, s.result.partial);
  EXPECT_EQ(r->result.message, s.result.message);
  EXPECT_EQ(r->result.details, s.result.details);
  EXPECT_EQ(r->result.output_digest, s.result.output_digest);
}

TEST(Sidecar, IsReadableTextInAFixedOrder) {
  const TemporaryFolder folder;
  write_sidecar(folder / "07.csv", example());
  const auto text = file_text(folder / "07.json");
  EXPECT_TRUE(text.starts_with("{\n  \"format\": \"facelex sidecar\",\n  \"format_version\": 1,\n")) << text;
  EXPECT_TRUE(text.ends_with("}\n"));
  std::size_t at = 0;
  for (const char* key :
       {"version", "stage", "command", "input", "input_digest", "model_digest", "options", "state", "message",
        "kind", "counts", "details", "output_digest", "frame_columns", "columns"}) {
    const auto found = text.find("\n  \"" + std::string(key) + "\": ", at);
    ASSERT_NE(found, std::string::npos) << key;
    at = found;
  }
  EXPECT_TRUE(says(text, {"\"name\": \"timestamp\"", "\"unit\": \"px\"", "\"with_face\": 448"}));
}

TEST(Sidecar, TakesNamesThatAreNoUtf8) {
  const TemporaryFolder folder;
  auto s = example();
  s.input = "caf\xe9.mp4";
  write_sidecar(folder / "a.csv", s);
  EXPECT_EQ(read_sidecar(folder / "a.csv")->input, "caf\xef\xbf\xbd.mp4");
}

TEST(Sidecar, IsNothingWhenThereIsNoneOfOurs) {
  const TemporaryFolder folder;
  const auto file = folder / "a.csv";
  EXPECT_FALSE(read_sidecar(file));
  for (const char* text : {"", "{", "[]", "3", "{}", "{\"format\": 3}", "{\"format\": \"facelex sidecar\"}",
                           "{\"kind\": \"landmarks\", \"columns\": []}", "\xff\xfe"}) {
    folder.write("a.json", text);
    EXPECT_FALSE(read_sidecar(file)) << text;
  }
  folder.write("a.json", std::string(100000, '['));
  EXPECT_FALSE(read_sidecar(file));
  EXPECT_FALSE(read_sidecar(folder / "a.json"));
  std::filesystem::remove(folder / "a.json");
  std::filesystem::create_directory(folder / "a.json");
  EXPECT_FALSE(read_sidecar(file));
}

TEST(Sidecar, OfANewerVersionOrChangedByHandIsNothing) {
  const TemporaryFolder folder;
  const auto file = folder / "a.csv";
  write_sidecar(file, example());
  const auto good = file_text(folder / "a.json");
  for (const auto& [from, to] :
       {std::pair<std::string, std::string>{"\"format_version\": 1", "\"format_version\": 2"},
        {"\"format_version\": 1", "\"format_version\": 1e300"},
        {"\"rows\": 900", "\"rows\": -900"},
        {"\"rows\": 900", "\"rows\": 9.5"},
        {"\"kind\": \"landmarks\"", "\"kind\": \"mesh\""},
        {"\"state\": \"partial\"", "\"state\": 3"},
        {"\"name\": \"x_0\"", "\"nane\": \"x_0\""}}) {
    auto text = good;
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    folder.write("a.json", text.replace(at, from.size(), to));
    EXPECT_FALSE(read_sidecar(file)) << to;
  }
  folder.write("a.json", good);
  EXPECT_TRUE(read_sidecar(file));
}

TEST(SidecarProblem, NamesWhatIsThereButTellsNothing) {
  const TemporaryFolder folder;
  const auto file = folder / "a.csv";
  EXPECT_EQ(sidecar_problem(file), "") << "there is none";
  write_sidecar(file, example());
  const auto good = file_text(folder / "a.json");
  EXPECT_EQ(sidecar_problem(file), "");
  for (const char* others : {"{}", "[]", "{\"format\": 3}"}) {
    folder.write("a.json", others);
    EXPECT_EQ(sidecar_problem(file), "") << "another program's: " << others;
  }
  const auto problem = [&](const std::string& text) {
    folder.write("a.json", text);
    EXPECT_FALSE(read_sidecar(file));
    return sidecar_problem(file);
  };
  EXPECT_TRUE(says(problem(good.substr(0, good.size() / 2)), {"a.json: is not valid JSON", "copy it again"}));
  EXPECT_TRUE(says(problem(""), {"a.json: is not valid JSON"}));
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    return text.replace(text.find(from), from.size(), to);
  };
  EXPECT_TRUE(says(problem(changed("\"format_version\": 1", "\"format_version\": 2")), {"a newer facelex"}));
  EXPECT_TRUE(
      says(problem(changed("\"rows\": 900", "\"rows\": -900")), {"a.json: has a count that is none"}));
  EXPECT_TRUE(says(problem(changed("\"stage\"", "\"stgae\"")), {"a.json: lacks what a sidecar"}));
  EXPECT_TRUE(says(problem(changed("\"landmarks\"", "\"mesh\"")), {"'mesh' is not a kind of signals"}));
}

TEST(FrameCounter, CountsRowsFramesAndFramesWithAFace) {
  FrameCounter counter;
  EXPECT_EQ(counter.counts(), FrameCounts{});
  const auto frame = [](std::int64_t number, int face, bool success) {
    return Frame{number, face, 0, 1, success};
  };
  counter.add({frame(1, 0, true), frame(1, 1, true), frame(2, -1, false), frame(4, 0, false)});
  counter.add({frame(4, 1, true), frame(5, 0, false)});  // frame 4 goes on in the next block
  counter.add({});
  EXPECT_EQ(counter.counts(), (FrameCounts{6, 4, 2}));
}

}  // namespace
