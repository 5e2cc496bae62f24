#include "facelex/coding/linear/facial_basis_import.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>

#include "facelex/core/random.hpp"
#include "facelex/io/tables/npy.hpp"
#include "facelex/systems/loading.hpp"
#include "factor/fixture.hpp"
#include "io/test_files.hpp"

namespace facelex {
namespace {

const std::filesystem::path fixtures = std::filesystem::path(FACELEX_TEST_FIXTURES) / "coding/fixtures";
const std::filesystem::path synthetic_release = fixtures / "facial_basis_release.npy";

RowMatrix codes_as_sklearn(const FacialBasis& basis, const RowMatrix& signals) {
  EncodeOptions options;
  options.sparse.solver = LassoSolver::sklearn;
  return basis.encode(signals, options).codes;
}

TEST(FacialBasisImport, CodesAsScikitLearnDoesWithTheSameFile) {
  const Json expected = read_json(fixtures / "facial_basis_release.json");
  const auto basis = import_facial_basis(synthetic_release);
  const RowMatrix signals = matrix_from(expected.at("signals")), codes = matrix_from(expected.at("codes"));
  EXPECT_LT((codes_as_sklearn(*basis, signals) - codes).cwiseAbs().maxCoeff(), 1e-8);
  EXPECT_GT(codes.cwiseAbs().maxCoeff(), 1) << "there is something to code";

  const test::TemporaryFolder folder;
  write_model(folder / "m.safetensors", basis->to_model());
  const auto loaded = load_coding_system(folder / "m.safetensors");
  EXPECT_TRUE(loaded->encode(signals).codes == basis->encode(signals).codes);
}

TEST(FacialBasisImport, KeepsNamesOrderAndWhatTheFileTells) {
  const auto basis = import_facial_basis(synthetic_release);
  const LinearModel& model = basis->model();
  EXPECT_EQ(basis->input_kind(), SignalKind::displacement);
  EXPECT_EQ(basis->alpha(), 0.21);
  EXPECT_EQ(model.scale, 1);
  ASSERT_EQ(model.input_columns.size(), 153u);
  EXPECT_EQ(model.input_columns[0].name, "dX_17");
  EXPECT_EQ(model.input_columns[152].name, "dZ_67");
  ASSERT_EQ(model.units.size(), 50u);
  EXPECT_EQ(model.units[0].name, "LB-1");
  EXPECT_NE(model.units[0].description.find("the subject's right"), std::string::npos);
  EXPECT_EQ(model.units[44].name, "MO-18");
  EXPECT_NE(model.units[44].description.find("column 44 of the published dictionary"), std::string::npos);
  // LB of the release is image-left: the points of the subject's right brow, 17–21.
  EXPECT_EQ(model.groups[0].columns,
            (std::vector<Eigen::Index>{0, 1, 2, 3, 4, 51, 52, 53, 54, 55, 102, 103, 104, 105, 106}));
  for (const auto& group : basis->training().at("groups")) {
    EXPECT_EQ(group.at("iterations"), 4);
    EXPECT_GT(group.at("objective"), 0);
    for (const auto& unit : group.at("units")) {
      EXPECT_GT(unit.at("sd"), 0);
      EXPECT_LE(unit.at("quantiles").at("0.005"), unit.at("quantiles").at("0.995"));
    }
  }
  EXPECT_EQ(basis->training().at("groups")[5].at("units")[17].at("name"), "MO-18");
}

TEST(FacialBasisImport, EyeDistanceScalesTheSignal) {
  FacialBasisImportOptions options;
  options.eye_distance = 0.089;  // metres
  const auto metres = import_facial_basis(synthetic_release, options);
  const auto millimetres = import_facial_basis(synthetic_release);
  const RowMatrix signals = matrix_from(read_json(fixtures / "facial_basis_release.json").at("signals"));
  EXPECT_LT((metres->encode(signals / 1000).codes - millimetres->encode(signals).codes).cwiseAbs().maxCoeff(),
            1e-9);
  options.eye_distance = 0;
  EXPECT_TRUE(test::says(test::error_of([&] { import_facial_basis(synthetic_release, options); }),
                         {"eye-distance", "0", "> 0"}));
}

/// What is said of the file with its first `from` replaced by `to`, which is as long.
std::string error_after(const std::string& from, const std::string& to) {
  const test::TemporaryFolder folder;
  std::string bytes = test::file_text(synthetic_release);
  const auto place = bytes.find(from);
  if (place == std::string::npos || from.size() != to.size()) return "the test does not fit its fixture";
  bytes.replace(place, from.size(), to);
  return test::error_of([&] { import_facial_basis(folder.write("basis.npy", bytes)); });
}

TEST(FacialBasisImport, SaysWhatDoesNotFit) {
  using test::says;
  EXPECT_TRUE(
      says(error_after("use_absq\x0e\x88", "use_absq\x0e\x89"), {"basis.npy", "use_abs", "not True"}));
  EXPECT_TRUE(says(error_after("use_abs", "use_all"), {"use_abs", "missing"}));
  EXPECT_TRUE(says(error_after("chosen_feats", "chosen_parts"), {"'chosen_parts'", "not a known feature"}));
  EXPECT_TRUE(
      says(error_after("lasso_cd", "lasso_xx"), {"lb.transform_algorithm", "'lasso_xx'", "lasso_cd"}));
  EXPECT_TRUE(says(error_after("DictionaryLearning", "DictionaryTeaching"), {"lb", "DictionaryLearning"}));
  EXPECT_TRUE(says(error_after("positive_codeq#\x89", "positive_codeq#\x88"), {"lb.positive_code"}));
  EXPECT_TRUE(says(error_after("transform_alpha", "transform_omega"), {"lb.transform_alpha", "missing"}));
  EXPECT_TRUE(says(error_after("components_", "compounents"), {"lb.components_", "missing"}));
  EXPECT_TRUE(says(error_after("K\x05K\x0f\x86", "K\x0fK\x05\x86"),
                   {"lb.components_", "15×5", "atoms × 15 (three axes of 5 points)"}));
  EXPECT_TRUE(says(error_after("K\x05K\x0f\x86", "K\x05K\x0e\x86"), {"basis.npy"}));
  // The atoms of the left brow: 600 bytes.
  const std::string begin("B\x58\x02\0\0", 5), bytes = test::file_text(synthetic_release);
  const std::string number = bytes.substr(bytes.find(begin) + begin.size(), sizeof(double));
  for (const char* not_finite : {"\0\0\0\0\0\0\xf8\x7f", "\0\0\0\0\0\0\xf0\x7f"})
    EXPECT_TRUE(says(error_after(begin + number, begin + std::string(not_finite, sizeof(double))),
                     {"lb.components_", "atom 1", "not finite"}));
  EXPECT_TRUE(says(test::error_of([] { import_facial_basis("no_such.npy"); }), {"no_such.npy"}));

  const test::TemporaryFolder folder;
  folder.write("cut.npy", test::file_text(synthetic_release).substr(0, 9000));
  EXPECT_TRUE(says(test::error_of([&] { import_facial_basis(folder / "cut.npy"); }), {"cut.npy"}));
  folder.write("numbers.npy", npy_header(1, 1) + std::string(8, '\0'));
  EXPECT_TRUE(says(test::error_of([&] { import_facial_basis(folder / "numbers.npy"); }), {"numbers.npy"}));
}

// The published file itself, and Debian's scikit-learn on it at the same time.
TEST(FacialBasisImport, PublishedDictionaryCodesAsScikitLearn) {
  const auto release = test::shared_data("facialbasis/local_basis_FacialBasis1.0.npy");
  if (!release) GTEST_SKIP() << "set FACELEX_SHARED_DATA to test with the published dictionary";
  const auto basis = import_facial_basis(*release);
  const std::vector<Eigen::Index> sizes = {5, 5, 3, 7, 7, 23};
  for (std::size_t g = 0; g < sizes.size(); ++g) EXPECT_EQ(basis->model().groups[g].units, sizes[g]);
  EXPECT_LT((basis->model().atoms.rowwise().norm().array() - 1).abs().maxCoeff(), 1e-9);

  const test::TemporaryFolder folder;
  Random random(11);
  const RowMatrix signals = normal_matrix(random, 300, 30) * normal_matrix(random, 30, 153) * 0.5;
  folder.write("signals.npy", npy_header(signals.rows(), signals.cols()) +
                                  std::string(reinterpret_cast<const char*>(signals.data()),
                                              static_cast<std::size_t>(signals.size()) * sizeof(double)));
  const std::string script =
      (std::filesystem::path(FACELEX_TEST_FIXTURES) / "coding/linear/make_facial_basis_release.py");
  const std::string command = "/usr/bin/python3 '" + script + "' '" + release->string() + "' '" +
                              (folder / "signals.npy").string() + "' '" + (folder / "codes.npy").string() +
                              "' 2>/dev/null";
  if (std::system(command.c_str()) != 0) GTEST_SKIP() << "no scikit-learn of Debian";
  const RowMatrix expected = read_npy(folder / "codes.npy");
  EXPECT_LT((codes_as_sklearn(*basis, signals) - expected).cwiseAbs().maxCoeff(), 1e-8);
}

}  // namespace
}  // namespace facelex
