#include "facelex/coding/coding_system.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>
#include <utility>
#include <vector>

#include "facelex/coding/linear/facial_basis.hpp"
#include "facelex/coding/linear/pca_system.hpp"
#include "facelex/systems/loading.hpp"
#include "synthetic.hpp"

namespace facelex {
namespace {

using test::error_of;
using test::says;
using test::TemporaryFolder;

/// Two groups over five columns, one of which belongs to none.
LinearModel small_model(bool orthonormal, std::uint64_t seed = 1) {
  Random random(seed);
  LinearModel model;
  model.input_kind = SignalKind::keypoint_motion;
  for (const char* name : {"dx_1", "dx_2", "dx_3", "dy_1", "dy_2"})
    model.input_columns.push_back({name, "motion", "template unit"});
  model.scale = 0.25;
  model.units = {{"LB-1", "left", "mm"}, {"LB-2", "left", "mm"}, {"MO-1", "mouth", "mm"}};
  model.groups = {{"LB", "left", {0, 3}, 0, 2}, {"MO", "mouth", {1, 4}, 2, 1}};
  model.atoms = RowMatrix::Zero(3, 5);
  model.mean = Eigen::VectorXd::Zero(5);
  const double angle = random.uniform(0, 6);
  model.atoms(0, 0) = model.atoms(1, 3) = std::cos(angle);
  model.atoms(0, 3) = std::sin(angle);
  model.atoms(1, 0) = orthonormal ? -std::sin(angle) : std::sin(angle) / 2;
  model.atoms(2, 1) = 0.6;
  model.atoms(2, 4) = 0.8;
  if (orthonormal) model.mean << 1, 2, 0, -1, 0.5;
  return model;
}

RowMatrix some_signals(Eigen::Index rows, std::uint64_t seed = 2) {
  Random random(seed);
  RowMatrix signals(rows, 5);
  for (double& value : signals.reshaped()) value = 8 * random.normal();
  return signals;
}

TEST(CodingSystem, FacialBasisCodesEachFeatureByItself) {
  const FacialBasis basis(small_model(false), 0.3);
  RowMatrix signals = some_signals(300);
  signals(7, 2) = std::nan("");
  const auto encoded = basis.encode(signals);
  EXPECT_EQ(encoded.coded, 299);
  LassoOptions lasso;
  lasso.alpha = 0.3;
  for (const auto& group : basis.model().groups) {
    RowMatrix x(300, 2);
    x << signals.col(group.columns[0]), signals.col(group.columns[1]);
    const auto codes = sparse_encode(0.25 * x, basis.model().group_atoms(group), lasso).codes;
    for (Eigen::Index t = 0; t < 300; ++t) {
      if (t == 7) continue;
      EXPECT_EQ(encoded.codes.row(t).segment(group.first_unit, group.units), codes.row(t));
    }
  }
  const RowMatrix decoded = basis.decode(encoded.codes);
  for (Eigen::Index t = 0; t < 300; ++t) {
    if (t == 7) {
      EXPECT_TRUE(encoded.codes.row(t).array().isNaN().all() && std::isnan(encoded.reconstruction_error[t]));
      EXPECT_TRUE(decoded.row(t).array().isNaN().all());
      continue;
    }
    EXPECT_NEAR((basis.model().atoms.transpose() * encoded.codes.row(t).transpose() / 0.25 -
                 decoded.row(t).transpose())
                    .norm(),
                0, 1e-12);
    EXPECT_NEAR(encoded.reconstruction_error[t],
                std::sqrt((signals.row(t) - decoded.row(t)).squaredNorm() / 5), 1e-12);
  }
}

TEST(CodingSystem, EncodeOptionsChangeTheCodes) {
  const FacialBasis basis(small_model(false), 0.3);
  const RowMatrix signals = some_signals(200);
  const auto codes = basis.encode(signals).codes;
  EncodeOptions options;
  options.sparse.alpha = 1;
  EXPECT_GT((basis.encode(signals, options).codes - codes).norm(), 1e-3);
  EXPECT_EQ(basis.resolved(options)["alpha"], 1);
  options = {};
  EXPECT_EQ(basis.resolved(options)["alpha"], 0.3);
  options.sparse.solver = LassoSolver::sklearn;
  EXPECT_GT((basis.encode(signals, options).codes - codes).norm(), 0);
  EXPECT_EQ(basis.resolved(options)["solver"], "sklearn");
  options.sparse.alpha = -1;
  EXPECT_TRUE(says(error_of([&] { basis.encode(signals, options); }), {"alpha", "-1", "≥ 0"}));
}

TEST(CodingSystem, PcaProjects) {
  const PcaSystem pca(small_model(true), PcaSystem::local_kind);
  const RowMatrix signals = some_signals(150);
  const auto encoded = pca.encode(signals);
  const RowMatrix centred = (0.25 * signals).rowwise() - pca.model().mean.transpose();
  EXPECT_LT((encoded.codes - centred * pca.model().atoms.transpose()).cwiseAbs().maxCoeff(), 1e-12);
  // Coding what codes stand for gives the codes again.
  EXPECT_LT((pca.encode(pca.decode(encoded.codes)).codes - encoded.codes).cwiseAbs().maxCoeff(), 1e-12);
  EncodeOptions options;
  options.sparse.alpha = 0.1;
  ErrorKind kind = ErrorKind::data;
  EXPECT_TRUE(says(error_of([&] { pca.encode(signals, options); }, &kind), {"alpha", "local-pca"}));
  EXPECT_EQ(kind, ErrorKind::usage);
}

TEST(CodingSystem, TheSameCodesForAnyThreadsAndBlocks) {
  Work work;
  work.threads = 3;
  const RowMatrix signals = some_signals(1000);
  const FacialBasis basis(small_model(false), 0.3);
  const PcaSystem pca(small_model(true), PcaSystem::local_kind);
  for (const CodingSystem* system :
       {static_cast<const CodingSystem*>(&basis), static_cast<const CodingSystem*>(&pca)}) {
    const auto one = system->encode(signals);
    const auto three = system->encode(signals, {}, work);
    EXPECT_TRUE(one.codes == three.codes);
    EXPECT_TRUE(one.reconstruction_error == three.reconstruction_error);
    EXPECT_TRUE(system->encode(signals.middleRows(77, 200)).codes == one.codes.middleRows(77, 200));
  }
}

TEST(CodingSystem, AnEncoderCodesBlockAfterBlockAsOneCallCodesAll) {
  const RowMatrix signals = some_signals(300);
  const FacialBasis basis(small_model(false), 0.3);
  const PcaSystem pca(small_model(true), PcaSystem::local_kind);
  EncodeOptions by_path;
  by_path.sparse.most_units = 2;
  const std::vector<std::pair<const CodingSystem*, EncodeOptions>> cases = {
      {&basis, {}}, {&basis, by_path}, {&pca, {}}};
  for (const auto& [system, options] : cases) {
    const RowMatrix all = system->encode(signals, options).codes;
    const auto encoder = system->encoder(options);
    for (const Eigen::Index first : {0, 100, 200})
      EXPECT_EQ(encoder->encode(signals.middleRows(first, 100)).codes, all.middleRows(first, 100));
  }
  EXPECT_EQ((basis.encode(signals, by_path).codes.array() != 0).rowwise().count().maxCoeff(), 2);
}

TEST(CodingSystem, TheFirstUnitsDecodeWithoutTheOthers) {
  const PcaSystem pca(small_model(true), PcaSystem::local_kind);
  RowMatrix codes = RowMatrix::Random(4, 3);
  codes(2, 2) = std::nan("");
  EXPECT_TRUE(pca.decode_prefix(codes.topRows(2), 3) == pca.decode(codes.topRows(2)));
  RowMatrix first = codes.topRows(2);
  first.rightCols(2).setZero();
  EXPECT_TRUE(pca.decode_prefix(codes.topRows(2), 1) == pca.decode(first));
  EXPECT_TRUE(pca.decode_prefix(codes, 1).row(2).array().isNaN().all()) << "a row without codes";
  EXPECT_LT((pca.rest().transpose() - pca.model().mean / 0.25).norm(), 1e-12);
  EXPECT_LT((pca.templates() - pca.model().atoms / 0.25).norm(), 1e-12);
  EXPECT_EQ(pca.vocabulary(), 3);
}

TEST(CodingSystem, EveryKindOfModelHasAReaderOfItsOwnName) {
  std::set<std::string_view> names;
  for (const SystemKind& kind : system_kinds()) {
    EXPECT_TRUE(names.insert(kind.name).second) << kind.name;
    ModelFile empty;
    empty.kind = kind.name;
    empty.source = "empty.safetensors";
    const std::string message = error_of([&] { coding_system_from_model(empty); });
    EXPECT_TRUE(says(message, {"empty.safetensors"}));
    EXPECT_EQ(message.find("is not a coding system"), std::string::npos) << message;
  }
  EXPECT_EQ(names.size(), 8U);
}

TEST(CodingSystem, WrongWidthsAreRefused) {
  const FacialBasis basis(small_model(false), 0.3);
  EXPECT_TRUE(says(error_of([&] { basis.encode(RowMatrix::Zero(2, 4)); }), {"4 columns", "5"}));
  EXPECT_TRUE(says(error_of([&] { basis.decode(RowMatrix::Zero(2, 4)); }), {"4 columns", "3 units"}));
}

TEST(CodingSystem, ModelsComeBackAsTheyWere) {
  const TemporaryFolder folder;
  LinearModel model = small_model(false);
  model.options = {{"alpha", 0.3}};
  model.training = {{"frames", 7}};
  const FacialBasis basis(model, 0.3);
  const PcaSystem pca(small_model(true), PcaSystem::global_kind);
  const RowMatrix signals = some_signals(20);
  for (const CodingSystem* system :
       {static_cast<const CodingSystem*>(&basis), static_cast<const CodingSystem*>(&pca)}) {
    const auto digest = write_model(folder / "m.safetensors", system->to_model());
    const auto again = load_coding_system(folder / "m.safetensors");
    EXPECT_EQ(again->kind(), system->kind());
    EXPECT_EQ(again->units(), system->units());
    EXPECT_EQ(again->input_columns(), system->input_columns());
    EXPECT_EQ(again->input_kind(), system->input_kind());
    EXPECT_EQ(again->training(), system->training());
    EXPECT_TRUE(again->encode(signals).codes == system->encode(signals).codes);
    EXPECT_EQ(write_model(folder / "n.safetensors", again->to_model()), digest);
  }
}

TEST(CodingSystem, DamagedModelsAreRefusedByName) {
  struct Damage {
    std::function<void(ModelFile&)> apply;
    std::vector<const char*> words;
  };
  const std::vector<Damage> damages = {
      {[](ModelFile& m) { m.kind = "face-model"; }, {"'face-model'", "facial-basis, pca, local-pca"}},
      {[](ModelFile& m) { m.metadata.erase("units"); }, {"metadata", "units"}},
      {[](ModelFile& m) { m.metadata["units"][1]["name"] = "LB-1"; }, {"units", "different names"}},
      {[](ModelFile& m) { m.metadata["units"] = 3; }, {"metadata"}},
      {[](ModelFile& m) { m.metadata["input_kind"] = "smell"; }, {"'smell'"}},
      {[](ModelFile& m) { m.metadata["scale"] = -1; }, {"scale", "-1"}},
      {[](ModelFile& m) { m.metadata["alpha"] = 0; }, {"alpha", "> 0"}},
      {[](ModelFile& m) { m.metadata.erase("alpha"); }, {"alpha"}},
      {[](ModelFile& m) { m.tensors.erase("atoms"); }, {"atoms"}},
      {[](ModelFile& m) { m.set("mean", Eigen::VectorXd(Eigen::VectorXd::Ones(5))); }, {"mean", "not zero"}},
      {[](ModelFile& m) { m.set("mean", Eigen::VectorXd(Eigen::VectorXd::Zero(4))); }, {"mean"}},
      {[](ModelFile& m) { m.set("atoms", RowMatrix(RowMatrix::Constant(3, 5, NAN))); }, {"finite"}},
      {[](ModelFile& m) { m.set("atoms", RowMatrix(RowMatrix::Ones(3, 5))); }, {"'LB'", "outside its group"}},
      {[](ModelFile& m) {
         m.metadata["groups"][0]["columns"] = {0, 9};
       },
       {"'LB'", "column 9", "0 … 4"}},
      {[](ModelFile& m) {
         m.metadata["groups"][1]["columns"] = {0, 4};
       },
       {"'MO'", "two groups"}},
      {[](ModelFile& m) { m.metadata["groups"][0]["units"] = 1LL << 62; }, {"'LB'"}},
      {[](ModelFile& m) { m.metadata["groups"].erase(1); }, {"without a group"}},
  };
  for (const auto& damage : damages) {
    ModelFile model = FacialBasis(small_model(false), 0.3).to_model();
    damage.apply(model);
    model.source = "lexicon.safetensors";
    const auto message = error_of([&] { coding_system_from_model(model); });
    EXPECT_TRUE(says(message, {"lexicon.safetensors"}));
    for (const char* word : damage.words) EXPECT_TRUE(says(message, {word}));
  }
  ModelFile pca = PcaSystem(small_model(true), PcaSystem::global_kind).to_model();
  pca.set("atoms", RowMatrix(2 * small_model(true).atoms));
  pca.source = "p.safetensors";
  EXPECT_TRUE(says(error_of([&] { coding_system_from_model(pca); }), {"p.safetensors", "orthonormal"}));
}

}  // namespace
}  // namespace facelex
