#include "facelex/coding/learn.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "facelex/coding/encode.hpp"
#include "facelex/coding/linear/facial_basis.hpp"
#include "facelex/coding/linear/pca_system.hpp"
#include "facelex/factor/dictionary/learning.hpp"
#include "synthetic.hpp"

namespace facelex {
namespace {

using test::error_of;
using test::says;
using test::TemporaryFolder;

FacialBasisOptions small_basis() {
  FacialBasisOptions options;
  options.atoms = {"LB=3", "RB=3", "NO=2", "LE=3", "RE=3", "MO=4"};
  options.tolerance = 1e-5;
  return options;
}

const LinearModel& model_of(const LearnResult& result) {
  if (const auto* basis = dynamic_cast<const FacialBasis*>(result.system.get())) return basis->model();
  return dynamic_cast<const PcaSystem&>(*result.system).model();
}

std::vector<NamedFile> two_recordings(const TemporaryFolder& folder) {
  return {test::write(folder, "a", test::synthetic_motion(1, 90)),
          test::write(folder, "b", test::synthetic_motion(2, 60))};
}

TEST(Learn, FacialBasisHasTheUnitsOfThePaper) {
  const TemporaryFolder folder;
  FacialBasisOptions options;
  options.max_iterations = 3;
  const auto result = learn_facial_basis(two_recordings(folder), options);
  const auto& units = result.system->units();
  ASSERT_EQ(units.size(), 50u);
  EXPECT_EQ(units[0].name, "LB-1");
  EXPECT_EQ(units[5].name, "RB-1");
  EXPECT_EQ(units[10].name, "NO-1");
  EXPECT_EQ(units[13].name, "LE-1");
  EXPECT_EQ(units[20].name, "RE-1");
  EXPECT_EQ(units[49].name, "MO-23");
  EXPECT_EQ(units[49].unit, "mm");
  EXPECT_EQ(result.system->input_columns().size(), 102u);
  EXPECT_EQ(result.system->input_columns()[0].name, "dx_17");
  EXPECT_EQ(model_of(result).scale, 89.0 / 600);
  ASSERT_FALSE(result.warnings.empty());
  EXPECT_TRUE(says(result.warnings[0].text(), {"LB: not converged after 3 iterations", "max-iterations"}));
}

TEST(Learn, UnitsAreOrderedPositiveAndMoveTheirFeatureOnly) {
  const TemporaryFolder folder;
  const auto inputs = two_recordings(folder);
  const auto result = learn_facial_basis(inputs, small_basis());
  const auto& model = model_of(result);
  const auto& training = result.system->training();
  EXPECT_EQ(training["frames"], 150);
  EXPECT_GT(training["variance_explained"], 0.9);
  for (std::size_t g = 0; g < model.groups.size(); ++g) {
    const auto& summary = training["groups"][g];
    EXPECT_EQ(summary["name"], model.groups[g].name);
    EXPECT_TRUE(summary["converged"].get<bool>());
    double last = std::numeric_limits<double>::infinity();
    EXPECT_EQ(summary["units"][0]["name"], model.groups[g].name + "-1");
    for (const auto& use : summary["units"]) {
      EXPECT_LE(use["mean_magnitude"].get<double>(), last);
      last = use["mean_magnitude"].get<double>();
      EXPECT_GE(use["share_positive"].get<double>(), 0.5);
    }
  }
  // What the summary says is what coding the same frames gives.
  Recording recording = read_recording(inputs[0].file);
  RowMatrix all(150, 136);
  all << recording.values, read_recording(inputs[1].file).values;
  RowMatrix signals(150, 102);
  for (Eigen::Index d = 0; d < 102; ++d)
    signals.col(d) = all.col(recording.column(model.input_columns[static_cast<std::size_t>(d)].name));
  const auto codes = result.system->encode(signals).codes;
  EXPECT_NEAR(codes.col(0).cwiseAbs().mean(),
              training["groups"][0]["units"][0]["mean_magnitude"].get<double>(), 1e-9);
  const double residual = (signals - result.system->decode(codes)).squaredNorm();
  EXPECT_NEAR(1 - residual / signals.squaredNorm(), training["variance_explained"].get<double>(), 1e-9);
  // Anchors stay where they are.
  for (std::size_t d = 0; d < model.input_columns.size(); ++d)
    if (model.input_columns[d].name == "dx_27" || model.input_columns[d].name == "dy_33") {
      EXPECT_TRUE(model.atoms.col(static_cast<Eigen::Index>(d)).isZero(0));
    }
}

TEST(Learn, ObjectiveIsThatOfTheDictionaryOfEachFeature) {
  const TemporaryFolder folder;
  const auto recording = test::synthetic_motion(1, 90);
  const auto result = learn_facial_basis({test::write(folder, "a", recording)}, small_basis());
  const auto brow = facial_features(FeatureDivision::facial_basis)[0];
  const RowMatrix samples =
      recording.values(Eigen::all, feature_columns(brow, recording.columns)) * (89.0 / 600);
  DictionaryOptions dictionary;
  dictionary.tolerance = 1e-5;
  const auto learnt = learn_dictionary(samples, 3, dictionary);
  EXPECT_NEAR(result.system->training()["groups"][0]["objective"].get<double>() / learnt.objective.back(), 1,
              1e-9);
  EXPECT_EQ(result.system->training()["groups"][0]["iterations"], learnt.iterations);
}

TEST(Learn, TheSameModelForAnyThreadsAndOrderOfInputs) {
  const TemporaryFolder folder;
  auto inputs = two_recordings(folder);
  const auto written = [&](const LearnResult& result, const std::string& name) {
    return write_model(folder / name, result.system->to_model());
  };
  const auto basis = written(learn_facial_basis(inputs, small_basis()), "1");
  const auto pca = written(learn_pca(inputs, {}), "2");
  std::reverse(inputs.begin(), inputs.end());
  Work work;
  work.threads = 3;
  EXPECT_EQ(written(learn_facial_basis(inputs, small_basis(), work), "3"), basis);
  EXPECT_EQ(written(learn_pca(inputs, {}, work), "4"), pca);
}

TEST(Learn, PcaIsGlobalOrLocal) {
  const TemporaryFolder folder;
  const auto inputs = two_recordings(folder);
  const auto global = learn_pca(inputs, {});
  EXPECT_EQ(global.system->kind(), "pca");
  ASSERT_EQ(global.system->units().size(), 50u);
  EXPECT_EQ(global.system->units()[0].name, "PC-1");
  EXPECT_EQ(global.system->input_columns().size(), 102u);

  const auto local = learn_local_pca(inputs, {});
  EXPECT_EQ(local.system->kind(), "local-pca");
  ASSERT_EQ(local.system->units().size(), 50u);
  EXPECT_EQ(local.system->units()[12].name, "NO-3");
  for (const auto* result : {&global, &local})
    for (const auto& group : result->system->training()["groups"])
      for (std::size_t k = 1; k < group["units"].size(); ++k)
        EXPECT_LE(group["units"][k]["variance"], group["units"][k - 1]["variance"]);
  // As many components over the whole face explain more than over its parts.
  EXPECT_GT(global.system->training()["variance_explained"], local.system->training()["variance_explained"]);
}

TEST(Learn, PcaTakesSignalsWithoutPoints) {
  const TemporaryFolder folder;
  Recording expression = test::synthetic_motion(1, 40);
  expression.columns.clear();
  for (int i = 0; i < 79; ++i) expression.columns.push_back({"e_" + std::to_string(i), "", ""});
  expression.values = RowMatrix(expression.values.middleCols(20, 79));
  const std::vector<NamedFile> inputs = {test::write(folder, "e", expression)};
  PcaOptions options;
  options.components = 4;
  const auto result = learn_pca(inputs, options);
  EXPECT_EQ(result.system->input_kind(), SignalKind::expression);
  EXPECT_EQ(result.system->units().size(), 4u);
  EXPECT_EQ(result.system->input_columns().size(), 79u) << "e_17 is a coefficient, no point of the face";
  EXPECT_TRUE(says(error_of([&] { learn_facial_basis(inputs, {}); }),
                   {"e.csv", "left brow (LB)", "dx_22", "expression: e_0"}));
}

TEST(Learn, PartsOfAFitAreSignalsOfTheirOwn) {
  const TemporaryFolder folder;
  Recording fit = test::synthetic_motion(1, 120);
  fit.kind = SignalKind::fit;
  for (Column& column : fit.columns) {
    column.name[1] = column.name[1] == 'x' ? 'X' : 'Y';
    column.unit = "mm";
  }
  // Depth for the kind's sake, the pose, which must not be learnt from, and two coefficients.
  for (const char* name : {"dZ_30", "pose_Ry", "e_AU12_L", "e_43"}) fit.columns.push_back({name, "", ""});
  fit.values.conservativeResize(Eigen::NoChange, 140);
  fit.values.rightCols(4) = fit.values.leftCols(4) * 0.5 + fit.values.middleCols(40, 4);
  const std::vector<NamedFile> inputs = {test::write(folder, "f", fit)};

  const auto local = learn_facial_basis(inputs, small_basis());
  EXPECT_EQ(local.system->input_kind(), SignalKind::displacement);
  for (const Column& column : local.system->input_columns()) EXPECT_EQ(column.name[0], 'd') << column.name;

  PcaOptions options;
  options.components = 2;
  options.fit_part = FitPart::expression;
  const auto global = learn_pca(inputs, options);
  EXPECT_EQ(global.system->input_kind(), SignalKind::expression);
  ASSERT_EQ(global.system->input_columns().size(), 2u);
  EXPECT_EQ(global.system->input_columns()[0].name, "e_AU12_L");

  for (const CodingSystem* system : {local.system.get(), global.system.get()}) {
    const auto result = encode_recording(inputs[0].file, folder / "codes.csv", *system, {}, TableFormat::csv);
    EXPECT_EQ(result.counts.with_face, 120);
  }
}

TEST(Learn, EveryOptionOfFacialBasisChangesTheModel) {
  const TemporaryFolder folder;
  const auto inputs = two_recordings(folder);
  const auto base = small_basis();
  const RowMatrix atoms = model_of(learn_facial_basis(inputs, base)).atoms;
  const auto changes = [&](auto change) {
    FacialBasisOptions options = base;
    change(options);
    const RowMatrix other = model_of(learn_facial_basis(inputs, options)).atoms;
    return other.rows() != atoms.rows() || other.cols() != atoms.cols() || other != atoms;
  };
  EXPECT_FALSE(changes([](auto&) {}));
  EXPECT_TRUE(changes([](auto& o) { o.training.every = 2; }));
  EXPECT_TRUE(changes([](auto& o) { o.training.max_frames = 100; }));
  EXPECT_TRUE(changes([](auto& o) { o.signal.scale = 1; }));
  EXPECT_TRUE(changes([](auto& o) { o.alpha = 1; }));
  EXPECT_TRUE(changes([](auto& o) { o.tolerance = 1e-2; }));
  EXPECT_TRUE(changes([](auto& o) { o.max_iterations = 4; }));
  EXPECT_TRUE(changes([](auto& o) { o.precision = Precision::float32; }));
  EXPECT_TRUE(changes([](auto& o) { o.atoms[0] = "LB=4"; }));
  EXPECT_TRUE(changes([](auto& o) { o.atoms[0] = "LB=0"; }));
  EXPECT_TRUE(changes([](auto& o) {
    o.atoms = {"UL=2"};
    o.max_iterations = 2;
    o.signal.features = FeatureDivision::split_mouth;
  }));
  EXPECT_TRUE(changes([](auto& o) { o.signal.features = FeatureDivision::dfecs; }));
  // The seed draws frames.
  FacialBasisOptions drawn = base;
  drawn.training.max_frames = 100;
  const RowMatrix one = model_of(learn_facial_basis(inputs, drawn)).atoms;
  drawn.training.seed = 3;
  EXPECT_FALSE(model_of(learn_facial_basis(inputs, drawn)).atoms == one);
}

TEST(Learn, EveryOptionOfPcaChangesTheModel) {
  const TemporaryFolder folder;
  const auto inputs = two_recordings(folder);
  PcaOptions options;
  options.components = 7;
  const auto seven = learn_pca(inputs, options);
  EXPECT_EQ(seven.system->units().size(), 7u);
  options.signal.scale = 1;
  EXPECT_EQ(model_of(learn_pca(inputs, options)).scale, 1);
  EXPECT_EQ(learn_pca(inputs, options).system->units()[0].unit, "template unit");
  options.signal.features = FeatureDivision::dfecs;
  EXPECT_EQ(learn_pca(inputs, options).system->input_columns().size(), 136u);
  options.training.every = 3;
  EXPECT_EQ(learn_pca(inputs, options).system->training()["frames"], 50);
  PcaOptions pairs;
  pairs.components = 7;
  pairs.signed_pairs = true;
  const auto halves = learn_pca(inputs, pairs);
  EXPECT_EQ(halves.system->units().size(), 14u) << "both directions of each component";
  pairs.code_alpha *= 2;
  EXPECT_NE(learn_pca(inputs, pairs).system->resolved({}), halves.system->resolved({}));
  LocalPcaOptions local;
  local.atoms = {"MO=2"};
  EXPECT_EQ(learn_local_pca(inputs, local).system->units().size(), 29u);
}

TEST(Learn, SaysWhatIsWrong) {
  const TemporaryFolder folder;
  const auto inputs = two_recordings(folder);
  const auto with = [&](auto change) {
    FacialBasisOptions options = small_basis();
    change(options);
    return error_of([&] { learn_facial_basis(inputs, options); });
  };
  EXPECT_TRUE(says(with([](auto& o) { o.alpha = 0; }), {"alpha", "0", "> 0"}));
  EXPECT_TRUE(says(with([](auto& o) { o.atoms = {"MO"}; }), {"atoms", "'MO'", "FEATURE=NUMBER"}));
  EXPECT_TRUE(says(with([](auto& o) { o.atoms = {"XX=3"}; }), {"'XX'", "LB, RB, NO, LE, RE, MO"}));
  EXPECT_TRUE(says(with([](auto& o) { o.atoms = {"MO=3", "MO=4"}; }), {"'MO'", "twice"}));
  EXPECT_TRUE(says(with([](auto& o) { o.atoms = {"LB=0", "RB=0", "NO=0", "LE=0", "RE=0", "MO=0"}; }),
                   {"no feature has any units"}));
  EXPECT_TRUE(says(with([](auto& o) { o.training.max_frames = 2; }),
                   {"2 frames are too few for 3 atoms", "left brow"}));

  Recording still = test::synthetic_motion(1, 30);
  still.values(Eigen::all, feature_columns(facial_features(FeatureDivision::facial_basis)[3], still.columns))
      .setZero();
  const std::vector<NamedFile> of_still = {test::write(folder, "still", still)};
  EXPECT_TRUE(says(error_of([&] { learn_facial_basis(of_still, small_basis()); }),
                   {"left eye (LE) never moves", "LE=0"}));
  EXPECT_TRUE(says(error_of([&] { learn_local_pca(of_still, {}); }), {"left eye never moves"}));

  PcaOptions pca;
  pca.components = 103;
  EXPECT_TRUE(says(error_of([&] { learn_pca(inputs, pca); }), {"103 components", "102 columns"}));
  LocalPcaOptions local;
  local.atoms = {"LB=11"};
  EXPECT_TRUE(
      says(error_of([&] { learn_local_pca(inputs, local); }), {"11 components", "left brow", "10 columns"}));

  Recording landmarks = test::synthetic_motion(1, 10);
  for (auto& column : landmarks.columns) column.name.erase(0, 1);
  const std::vector<NamedFile> pixels = {test::write(folder, "pixels", landmarks)};
  EXPECT_TRUE(
      says(error_of([&] { learn_facial_basis(pixels, {}); }), {"pixels.csv", "landmarks", "standardize"}));
  EXPECT_TRUE(says(error_of([&] { learn_pca(pixels, {}); }), {"pixels.csv", "landmarks", "standardize"}));
}

TEST(Learn, MoreAtomsThanMovementsIsAResultWithWarnings) {
  const TemporaryFolder folder;
  Recording recording = test::synthetic_motion(1, 40);
  const auto brow = feature_columns(facial_features(FeatureDivision::facial_basis)[0], recording.columns);
  for (std::size_t i = 1; i < brow.size(); ++i) recording.values.col(brow[i]).setZero();
  auto options = small_basis();
  options.atoms[0] = "LB=4";
  const auto result = learn_facial_basis({test::write(folder, "a", recording)}, options);
  const bool warned = std::any_of(result.warnings.begin(), result.warnings.end(), [](const Message& line) {
    return line.text().find("no frame uses it") != std::string::npos;
  });
  EXPECT_TRUE(warned);
  EXPECT_GT(result.system->training()["groups"][0]["replaced_atoms"], 0);
  const auto& model = model_of(result);
  for (std::size_t i = 0; i < brow.size(); ++i)
    EXPECT_EQ(model.group_atoms(model.groups[0]).col(static_cast<Eigen::Index>(i)).isZero(0), i > 0)
        << "a point that never moves stays still";
}

}  // namespace
}  // namespace facelex
