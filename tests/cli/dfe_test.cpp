// Discrete Facial Encoding with the real binary, on the frozen model.
#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "cli_fixture.hpp"
#include "facelex/core/json.hpp"
#include "facelex/io/models/model_file.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;
using test::facelex_command;
using test::TemporaryFolder;

const std::string dfe_model = (fs::path(FACELEX_TEST_FIXTURES) / "models/dfe_v1.safetensors").string();

/// The frozen model's signals twice, in two files; the second row of the first has no face.
void write_expressions(const fs::path& folder) {
  const Json signals = read_json(fs::path(FACELEX_TEST_FIXTURES) / "models/dfe_v1.json")["dfe_v1"]["signals"];
  for (const char* name : {"a b.csv", "c.csv"}) {
    std::string text = "frame,face_id,timestamp,confidence,success";
    for (std::size_t d = 0; d < signals[0].size(); ++d) text += ",e_" + std::to_string(d);
    for (std::size_t t = 0; t < 3 * signals.size(); ++t) {
      text += '\n' + std::to_string(t + 1) + ",0," + std::to_string(t) + ",1," +
              (t == 1 && *name == 'a' ? "0" : "1");
      for (const Json& value : signals[t % signals.size()]) text += ',' + value.dump();
    }
    fs::create_directories(folder);
    std::ofstream(folder / name) << text << '\n';
  }
}

TEST(DfeCommands, EncodeAndDecodeGiveBackWhatReconstructWrites) {
  const TemporaryFolder folder;
  const auto at = [&](const std::string& name) { return (folder / name).string(); };
  write_expressions(folder / "in");
  auto end = facelex_command(
      {"encode", at("in"), "-m", dfe_model, "-o", at("codes"), "--residuals", "--reconstruct"});
  ASSERT_EQ(end.status, 0) << end.err;
  const Recording codes = read_recording(at("codes/a b.csv"));
  EXPECT_EQ(codes.kind, SignalKind::tokens);
  ASSERT_EQ(codes.columns.size(), 3u + 1 + 3 + 13);
  EXPECT_FALSE(codes.frames[1].success);
  const auto expected = read_json(fs::path(FACELEX_TEST_FIXTURES) / "models/dfe_v1.json")["dfe_v1"];
  for (const std::size_t t : {0, 5})
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(codes.values(static_cast<Eigen::Index>(t), static_cast<Eigen::Index>(i)),
                expected["tokens"][t][i].get<double>());
      EXPECT_NEAR(codes.values(static_cast<Eigen::Index>(t), codes.column("r" + std::to_string(i + 1))),
                  expected["residuals"][t][i].get<double>(), 1e-5);
    }
  end = facelex_command({"decode", at("codes"), "-m", dfe_model, "-o", at("back")});
  ASSERT_EQ(end.status, 0) << end.err;
  const Recording back = read_recording(at("back/a b.csv"));
  EXPECT_EQ(back.kind, SignalKind::expression);
  for (const Eigen::Index t : {0, 7})
    for (Eigen::Index d = 0; d < 13; ++d)
      EXPECT_EQ(back.values(t, d), codes.values(t, codes.column("hat_e_" + std::to_string(d))));
  const auto sidecar = read_sidecar(at("codes/c.csv"));
  ASSERT_TRUE(sidecar);
  EXPECT_EQ(sidecar->result.details["codes"], 9);
  EXPECT_EQ(sidecar->result.details["stages"], 3);
  // Tokens are counted beside the columns that say how well they fit; the sidecars know how many there are.
  end = facelex_command({"features", "bow", at("codes"), "-o", at("words.csv")});
  ASSERT_EQ(end.status, 0) << end.err;
  const std::string words = test::file_text(folder / "words.csv");
  EXPECT_TRUE(words.starts_with("name,face_id,token-0,")) << words;
  EXPECT_EQ(std::count(words.begin(), words.end(), ','), 3 * (1 + 9)) << words;
  EXPECT_EQ(std::count(words.begin(), words.end(), '\n'), 3) << words;
}

TEST(DfeCommands, EveryMeasureWritesItsFigures) {
  const TemporaryFolder folder;
  const auto at = [&](const std::string& name) { return (folder / name).string(); };
  write_expressions(folder / "in");
  const struct {
    std::string name;
    std::vector<std::string> figures;
  } table[] = {{"diversity", {"normalized_entropy", "mean_nmi", "units,9"}},
               {"retrieval", {"queries", "coverage_other_recordings", "queries,221,"}},
               {"reconstruction", {"variance_explained_stage_1", "variance_explained_stages_1-2", "rmse,"}}};
  for (const auto& row : table) {
    const std::string out = at(row.name + ".csv");
    const auto end = facelex_command({"measure", row.name, at("in"), "-m", dfe_model, "-o", out});
    ASSERT_EQ(end.status, 0) << end.err;
    const std::string text = test::file_text(out);
    for (const auto& figure : row.figures) EXPECT_NE(text.find(figure), std::string::npos) << text;
    EXPECT_TRUE(fs::exists(at(row.name + ".json")));
  }
  const auto wide = facelex_command(
      {"measure", "reconstruction", at("in"), "-m", dfe_model, "-o", at("beam.csv"), "--beam", "9"});
  ASSERT_EQ(wide.status, 0) << wide.err;
  EXPECT_NE(test::file_text(at("beam.csv")), test::file_text(at("reconstruction.csv")));
}

/// Of a linear decoder: what tokens decode to is the rest and the linear part of each.
TEST(DfeCommands, TemplatesAddUpToWhatTokensDecodeTo) {
  const TemporaryFolder folder;
  const auto at = [&](const std::string& name) { return (folder / name).string(); };
  folder.write("codes/a.csv", "frame,success,q1,q2,q3\n1,1,3,8,0\n");
  auto end = facelex_command({"decode", at("codes"), "-m", dfe_model, "-o", at("back")});
  ASSERT_EQ(end.status, 0) << end.err;
  end = facelex_command({"model", "info", dfe_model, "--templates", at("t.csv")});
  ASSERT_EQ(end.status, 0) << end.err;
  const std::string text = test::file_text(folder / "t.csv");
  EXPECT_TRUE(text.starts_with("unit,part,e_0,e_1,")) << text;
  EXPECT_TRUE(fs::exists(folder / "t.json"));
  std::map<std::string, std::vector<double>> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string unit, part, field;
    std::getline(fields, unit, ',');
    std::getline(fields, part, ',');
    if (unit == "unit") continue;
    while (std::getline(fields, field, ',')) rows[unit + part].push_back(std::stod(field));
  }
  ASSERT_EQ(rows.size(), 18U);
  const Recording back = read_recording(at("back/a.csv"));
  const int layers = read_model(dfe_model).metadata.at("shape").at("decoder_layers").get<int>();
  for (std::size_t d = 0; d < 13; ++d) {
    const double rest = rows["token-0decoded"][d] - rows["token-0linear"][d];
    for (int k = 0; k < 9; ++k) {
      const std::string token = "token-" + std::to_string(k);
      EXPECT_NEAR(rows[token + "decoded"][d], rest + rows[token + "linear"][d], 1e-9);
    }
    if (layers == 1) {
      EXPECT_NEAR(back.values(0, static_cast<Eigen::Index>(d)),
                  rest + rows["token-3linear"][d] + rows["token-8linear"][d] + rows["token-0linear"][d],
                  1e-6);
    }
  }
  end = facelex_command({"model", "info", "built-in", "--templates", at("b.csv")});
  EXPECT_EQ(end.status, 0) << end.err;
  end = facelex_command({"model", "info", dfe_model, "--templates", at("t.txt")});
  EXPECT_EQ(end.status, 2);
}

/// Codes that another program made, and tokens whose sidecar says of how many they are.
TEST(DfeCommands, MeasuresCodesWithoutAModel) {
  const TemporaryFolder folder;
  const auto at = [&](const std::string& name) { return (folder / name).string(); };
  std::string units = "frame,success,AU01_r,AU12_r,AU45_r";
  for (int t = 0; t < 60; ++t)
    units += '\n' + std::to_string(t + 1) + ",1," + std::to_string(t % 2 * 2) + ',' + std::to_string(t % 3) +
             ",0.4";
  folder.write("openface/a.csv", units + '\n');
  auto end = facelex_command({"import", at("openface"), "-o", at("codes")});
  ASSERT_EQ(end.status, 0) << end.err;
  const auto figures = [&](std::vector<std::string> more, const std::string& in = "codes") {
    more.insert(more.begin() + 1, {at(in), "-o", at("out.csv")});
    more.insert(more.begin(), "measure");
    const auto measured = facelex_command(more);
    EXPECT_EQ(measured.status, 0) << measured.err;
    return test::file_text(folder / "out.csv");
  };
  EXPECT_NE(figures({"diversity"}).find("units_used,3"), std::string::npos);
  EXPECT_NE(figures({"diversity", "--threshold", "1"}).find("units_used,2"), std::string::npos);
  EXPECT_NE(figures({"retrieval", "--threshold", "1"}).find("different_sets,4"), std::string::npos);
  write_expressions(folder / "in");
  end = facelex_command({"encode", at("in"), "-m", dfe_model, "-o", at("tokens")});
  ASSERT_EQ(end.status, 0) << end.err;
  const std::string alone = figures({"diversity"}, "tokens");
  EXPECT_EQ(alone, figures({"diversity", "-m", dfe_model}, "in"));
  const struct {
    std::vector<std::string> arguments;
    const char* says;
  } table[] = {{{"diversity", at("tokens"), "--threshold", "1"}, "no meaning for tokens"},
               {{"diversity", at("codes"), "--beam", "2"}, "there is no --model"},
               {{"retrieval", at("tokens")}, "give --model"},
               {{"reconstruction", at("codes")}, "--model"}};
  for (const auto& [arguments, says] : table) {
    std::vector<std::string> all = {"measure"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    all.insert(all.end(), {"-o", at("x.csv")});
    end = facelex_command(all);
    EXPECT_EQ(end.status, 2) << end.err;
    EXPECT_NE(end.err.find(says), std::string::npos) << end.err << " lacks " << says;
  }
}

TEST(DfeCommands, SaysWhatIsWrong) {
  const TemporaryFolder folder;
  const auto at = [&](const std::string& name) { return (folder / name).string(); };
  write_expressions(folder / "in");
  folder.write("codes/bad.csv", "frame,face_id,timestamp,confidence,success,q1,q2,q3\n1,0,0,1,1,3,9,0\n");
  folder.write("short/s.csv", "frame,success,e_0,e_1\n1,1,0,0\n");
  const std::string out = at("out.csv"), folder_out = at("out");
  const struct {
    std::vector<std::string> arguments;
    int status;
    const char* message;
  } table[] = {
      {{"encode", at("in"), "-m", dfe_model, "-o", folder_out, "--alpha", "1"},
       2,
       "no meaning for a model of kind dfe"},
      {{"encode", at("in"), "-m", dfe_model, "-o", folder_out, "--beam", "0"}, 2, "beam"},
      {{"encode", at("short"), "-m", dfe_model, "-o", folder_out}, 1, "e_2"},
      {{"decode", at("codes"), "-m", dfe_model, "-o", folder_out}, 1, "9 is not a token 0 … 8"},
      {{"decode", at("codes"), "-m", dfe_model, "-o", folder_out, "--face", "built-in"},
       2,
       "has no expressions e_0"},
      {{"measure", "diversity", at("in"), "-m", dfe_model, "-o", out, "--threshold", "1"}, 2, "--threshold"},
      {{"measure", "diversity", at("in"), "-m", dfe_model, "-o", at("out.txt")}, 2, "not named .csv"},
      {{"measure", "orthogonality", "-m", dfe_model, "-o", out}, 2, "give --face"},
      {{"measure", "orthogonality", "-m", dfe_model, "-o", out, "--face", "built-in"},
       2,
       "has no expressions"},
  };
  for (const auto& row : table) {
    const auto end = facelex_command(row.arguments);
    EXPECT_EQ(end.status, row.status) << end.err;
    EXPECT_NE(end.err.find(row.message), std::string::npos) << end.err << " lacks " << row.message;
    EXPECT_FALSE(fs::exists(out));
  }
}

}  // namespace
}  // namespace facelex
