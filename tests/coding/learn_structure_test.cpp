#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "facelex/coding/learn.hpp"
#include "facelex/coding/linear/facial_basis.hpp"
#include "facelex/face/schemes/mirror.hpp"
#include "facelex/io/models/model_file.hpp"
#include "facelex/systems/loading.hpp"
#include "synthetic.hpp"

namespace facelex {
namespace {

using test::error_of;
using test::says;
using test::TemporaryFolder;

FacialBasisOptions few_atoms() {
  FacialBasisOptions options;
  options.atoms = {"LB=3", "RB=3", "NO=3", "LE=3", "RE=3", "MO=5"};
  options.tolerance = 1e-5;
  return options;
}

const FacialBasis& basis_of(const LearnResult& result) {
  return dynamic_cast<const FacialBasis&>(*result.system);
}

const UnitGroup& group_of(const LinearModel& model, const std::string& name) {
  return *std::find_if(model.groups.begin(), model.groups.end(),
                       [&](const auto& g) { return g.name == name; });
}

std::vector<NamedFile> synthetic_inputs(const TemporaryFolder& folder) {
  return {test::write(folder, "a", test::synthetic_motion(1, 120)),
          test::write(folder, "b", test::synthetic_motion(2, 80))};
}

double max_coherence(const LearnResult& result, std::size_t group) {
  double largest = 0;
  for (const auto& unit : result.system->training()["groups"][group]["units"])
    largest = std::max(largest, unit["coherence"].get<double>());
  return largest;
}

TEST(LearnStructure, MirroredAtomsAreMirrorImagesToTheLastBit) {
  const TemporaryFolder folder;
  const auto inputs = synthetic_inputs(folder);
  for (const auto method : {DictionaryMethod::fast, DictionaryMethod::sklearn}) {
    auto options = few_atoms();
    options.structure.mirrored = true;
    options.method = method;
    const auto result = learn_facial_basis(inputs, options);
    const LinearModel& model = basis_of(result).model();
    const auto mirror = column_mirror(model.input_columns);
    ASSERT_TRUE(mirror);
    for (const auto& [left, right] : {std::pair{"LB", "RB"}, {"LE", "RE"}}) {
      const UnitGroup &own = group_of(model, left), &other = group_of(model, right);
      EXPECT_TRUE(mirror->mirrored(model.atoms.middleRows(own.first_unit, own.units)) ==
                  model.atoms.middleRows(other.first_unit, other.units));
    }
    // Of the nose and the mouth: each unit's mirror image is the unit that training names.
    std::size_t pairs = 0, symmetric = 0;
    for (const std::size_t g : {std::size_t{2}, std::size_t{5}})
      for (const auto& unit : result.system->training()["groups"][g]["units"]) {
        const auto row = [&](const Json& name) {
          const auto at = std::find_if(model.units.begin(), model.units.end(),
                                       [&](const Column& one) { return one.name == name; });
          return RowMatrix(model.atoms.row(at - model.units.begin()));
        };
        EXPECT_TRUE(mirror->mirrored(row(unit["name"])) == row(unit["mirror_image"])) << unit["name"];
        ++(unit["name"] == unit["mirror_image"] ? symmetric : pairs);
      }
    EXPECT_GT(pairs, 0u);
    EXPECT_GT(symmetric, 0u);

    // So the mirror image of a frame has the mirrored codes.
    Random random(4);
    RowMatrix frames(20, 102);
    for (double& value : frames.reshaped()) value = 20 * random.normal();
    const RowMatrix codes = result.system->encode(frames).codes,
                    mirrored = result.system->encode(mirror->mirrored(frames)).codes;
    EXPECT_LT((codes.leftCols(3) - mirrored.middleCols(3, 3)).cwiseAbs().maxCoeff(), 1e-7) << "LB and RB";
    EXPECT_LT((codes.middleCols(9, 3) - mirrored.middleCols(12, 3)).cwiseAbs().maxCoeff(), 1e-7);
    EXPECT_GT(result.system->training()["variance_explained"], 0.5);
    EXPECT_EQ(result.system->training()["groups"][1]["learnt_together"], "LB and RB");
  }
  // Without it they are not.
  const auto free = learn_facial_basis(inputs, few_atoms());
  const LinearModel& model = basis_of(free).model();
  EXPECT_GT(
      (column_mirror(model.input_columns)->mirrored(model.atoms.topRows(3)) - model.atoms.middleRows(3, 3))
          .norm(),
      0.1);
  EXPECT_FALSE(free.system->training()["groups"][0]["units"][0].contains("mirror_image"));
}

TEST(LearnStructure, MirroredNeedsBothSides) {
  const TemporaryFolder folder;
  const auto inputs = synthetic_inputs(folder);
  auto options = few_atoms();
  options.structure.mirrored = true;
  options.atoms[1] = "RB=4";
  EXPECT_TRUE(says(error_of([&] { learn_facial_basis(inputs, options); }), {"mirrored", "LB has 3", "RB 4"}));
  options.atoms[1] = "RB=0";
  EXPECT_TRUE(says(error_of([&] { learn_facial_basis(inputs, options); }), {"mirrored", "mirror image"}));
}

TEST(LearnStructure, CoherencePenaltyKeepsAtomsApart) {
  const TemporaryFolder folder;
  const auto inputs = synthetic_inputs(folder);
  auto options = few_atoms();
  const auto free = learn_facial_basis(inputs, options);
  options.structure.coherence = 10;
  const auto apart = learn_facial_basis(inputs, options);
  for (std::size_t g = 0; g < 6; ++g) EXPECT_LT(max_coherence(apart, g), max_coherence(free, g)) << g;
  EXPECT_LT(max_coherence(apart, 5), 0.6 * max_coherence(free, 5));
  options.structure.mirrored = true;
  EXPECT_LT(max_coherence(learn_facial_basis(inputs, options), 5), 0.6 * max_coherence(free, 5));
}

/// Frames of a brow that moves in two usual ways, and in one rare way in every `rare`-th frame.
Recording with_rare_movement(Eigen::Index rows, Eigen::Index rare, RowMatrix& patterns) {
  Recording recording = test::synthetic_motion(1, rows);
  const auto brow = feature_columns(facial_features(FeatureDivision::facial_basis)[0], recording.columns);
  Random random(8);
  patterns = RowMatrix::Zero(3, static_cast<Eigen::Index>(brow.size()));
  for (Eigen::Index k = 0; k < 3; ++k) patterns(k, 3 * k) = 1;
  for (Eigen::Index t = 0; t < rows; ++t) {
    Eigen::RowVectorXd x = RowMatrix::Zero(1, patterns.cols());
    for (double& value : x) value = 0.5 * random.normal();
    if (t % rare == 0)
      x += (60 + 5 * random.normal()) * patterns.row(2);
    else
      x += 30 * random.normal() * patterns.row(0) + 10 * random.normal() * patterns.row(1);
    recording.values(t, brow) = x;
  }
  return recording;
}

TEST(LearnStructure, BalanceGivesARareMovementAnAtom) {
  const TemporaryFolder folder;
  RowMatrix patterns;
  const std::vector<NamedFile> inputs = {test::write(folder, "a", with_rare_movement(900, 60, patterns))};
  FacialBasisOptions options;
  options.atoms = {"LB=2", "RB=0", "NO=0", "LE=0", "RE=0", "MO=0"};
  options.tolerance = 1e-6;
  const auto likeness_to_rare = [&](double balance) {
    options.balance = balance;
    const auto result = learn_facial_basis(inputs, options);
    if (balance > 0) {
      const auto& summary = result.system->training()["groups"][0]["balance"];
      EXPECT_GT(summary["most_weight"], 1);
      EXPECT_LT(summary["least_weight"], 1);
    }
    return (basis_of(result).model().atoms * patterns.row(2).transpose()).cwiseAbs().maxCoeff();
  };
  EXPECT_LT(likeness_to_rare(0), 0.5);
  EXPECT_GT(likeness_to_rare(1), 0.9);
}

TEST(LearnStructure, MergingKeepsTheTree) {
  const TemporaryFolder folder;
  const auto inputs = synthetic_inputs(folder);
  auto options = few_atoms();
  options.atoms[5] = "MO=9";
  const auto plain = learn_facial_basis(inputs, options);
  EXPECT_FALSE(basis_of(plain).hierarchy());
  options.structure.merge_above = 0.35;
  const auto merged = learn_facial_basis(inputs, options);
  options.structure.level = UnitLevel::leaves;
  const auto leaves = learn_facial_basis(inputs, options);
  ASSERT_TRUE(basis_of(merged).hierarchy() && basis_of(leaves).hierarchy());
  const UnitHierarchy& tree = *basis_of(merged).hierarchy();
  ASSERT_EQ(tree.leaves.size(), 24u) << "the atoms asked for";
  EXPECT_LT(tree.parents.size(), 24u);
  EXPECT_EQ(merged.system->units().size(), tree.parents.size());
  EXPECT_EQ(tree.merges.size(), tree.leaves.size() - tree.parents.size());
  EXPECT_TRUE(basis_of(merged).model().atoms == tree.parent_atoms);

  // Leaves of one parent are alike, and of two parents of a group never all.
  const RowMatrix directions = tree.leaf_atoms.rowwise().normalized();
  const Eigen::MatrixXd likeness = (directions * directions.transpose()).cwiseAbs();
  const auto min_between = [&](Eigen::Index a, Eigen::Index b) {
    double least = 1;
    for (std::size_t i = 0; i < tree.leaves.size(); ++i)
      for (std::size_t j = 0; j < tree.leaves.size(); ++j)
        if (tree.parent_of[i] == a && tree.parent_of[j] == b)
          least = std::min(least, likeness(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)));
    return least;
  };
  for (Eigen::Index a = 0; a < tree.parent_atoms.rows(); ++a) {
    EXPECT_GE(min_between(a, a), 0.35);
    for (Eigen::Index b = 0; b < a; ++b) EXPECT_LT(min_between(a, b), 0.35);
  }
  for (const auto& merge : tree.merges) EXPECT_GE(merge.likeness, 0.35);
  for (std::size_t i = 0; i < tree.leaves.size(); ++i) {
    const auto at = static_cast<Eigen::Index>(i);
    EXPECT_GT(tree.leaf_atoms.row(at).dot(tree.parent_atoms.row(tree.parent_of[i])), 0) << "one polarity";
    const std::string& parent = tree.parents[static_cast<std::size_t>(tree.parent_of[i])].name;
    EXPECT_TRUE(tree.leaves[i].name == parent || tree.leaves[i].name.starts_with(parent + "."));
    // Each leaf is an atom as it was learnt.
    const RowMatrix& atoms = basis_of(plain).model().atoms;
    EXPECT_LT(std::min((atoms.rowwise() - tree.leaf_atoms.row(at)).rowwise().norm().minCoeff(),
                       (atoms.rowwise() + tree.leaf_atoms.row(at)).rowwise().norm().minCoeff()),
              1e-12);
  }
  EXPECT_EQ(leaves.system->units().size(), 24u);
  EXPECT_EQ(leaves.system->units(), tree.leaves);
  EXPECT_TRUE(basis_of(leaves).model().atoms == tree.leaf_atoms);
  EXPECT_GT(leaves.system->training()["variance_explained"], merged.system->training()["variance_explained"]);

  for (const auto* result : {&merged, &leaves}) {
    const auto file = folder / "model.safetensors";
    write_model(file, result->system->to_model());
    const auto loaded = load_coding_system(file);
    write_model(folder / "again.safetensors", loaded->to_model());
    EXPECT_EQ(test::file_text(file), test::file_text(folder / "again.safetensors"));
  }
}

TEST(LearnStructure, MergedMirroredAtomsStayMirrorImages) {
  const TemporaryFolder folder;
  auto options = few_atoms();
  options.atoms[5] = "MO=9";
  options.structure.mirrored = true;
  options.structure.merge_above = 0.4;
  const auto result = learn_facial_basis(synthetic_inputs(folder), options);
  const LinearModel& model = basis_of(result).model();
  const auto mirror = column_mirror(model.input_columns);
  const RowMatrix images = mirror->mirrored(model.atoms);
  for (Eigen::Index k = 0; k < images.rows(); ++k)
    EXPECT_EQ((model.atoms.rowwise() - images.row(k)).rowwise().norm().minCoeff(), 0)
        << model.units[static_cast<std::size_t>(k)].name;
}

TEST(LearnStructure, DamagedTreesAreRefused) {
  const TemporaryFolder folder;
  auto options = few_atoms();
  options.structure.merge_above = 0.35;
  const ModelFile good = learn_facial_basis(synthetic_inputs(folder), options).system->to_model();
  const auto with = [&](auto change) {
    ModelFile model = good;
    change(model.metadata["hierarchy"], model);
    return error_of([&] { coding_system_from_model(model); });
  };
  EXPECT_EQ(with([](auto&, auto&) {}), "no error");
  EXPECT_TRUE(says(with([](auto& tree, auto&) { tree.erase("parents"); }), {"hierarchy", "parents"}));
  EXPECT_TRUE(says(with([](auto& tree, auto&) { tree["level"] = "roots"; }), {"hierarchy", "'roots'"}));
  EXPECT_TRUE(says(with([](auto& tree, auto&) { tree["merge_above"] = 2; }), {"merge_above: 2"}));
  EXPECT_TRUE(says(with([](auto& tree, auto&) { tree["parent_of"][0] = 5; }), {"hierarchy", "order"}));
  EXPECT_TRUE(says(with([](auto& tree, auto&) { tree["merges"][0]["left"] = {900}; }), {"900"}));
  EXPECT_TRUE(
      says(with([](auto&, auto& model) { model.set("parent_atoms", RowMatrix(RowMatrix::Zero(1, 1))); }),
           {"parent_atoms"}));
  EXPECT_TRUE(says(with([](auto& tree, auto&) { tree["level"] = "leaves"; }), {"units are not those"}));
}

TEST(LearnStructure, MethodsReachTheSameObjective) {
  const TemporaryFolder folder;
  const auto inputs = synthetic_inputs(folder);
  auto options = few_atoms();
  options.tolerance = 1e-8;
  const auto fast = learn_facial_basis(inputs, options);
  options.method = DictionaryMethod::sklearn;
  const auto parity = learn_facial_basis(inputs, options);
  for (std::size_t g = 0; g < 6; ++g) {
    const auto &one = fast.system->training()["groups"][g], &other = parity.system->training()["groups"][g];
    EXPECT_LE(one["objective"].get<double>(), other["objective"].get<double>() * 1.001);
    EXPECT_NE(one["iterations"], other["iterations"]);
  }
}

TEST(LearnStructure, StartsFromAModel) {
  const TemporaryFolder folder;
  const auto inputs = synthetic_inputs(folder);
  for (const bool mirrored : {false, true}) {
    auto options = few_atoms();
    options.structure.mirrored = mirrored;
    const auto first = learn_facial_basis(inputs, options);
    ModelFile model = first.system->to_model();
    std::swap(model.metadata["groups"][0]["name"],
              model.metadata["groups"][1]["name"]);  // only columns count
    write_model(folder / "first.safetensors", model);
    options.start_from = (folder / "first.safetensors").string();
    const auto second = learn_facial_basis(inputs, options);
    for (std::size_t g = 0; g < 6; ++g) {
      const auto &one = first.system->training()["groups"][g],
                 &other = second.system->training()["groups"][g];
      EXPECT_LT(other["iterations"], one["iterations"]);
      EXPECT_LE(other["objective"].get<double>(), one["objective"].get<double>() * (1 + 1e-6));
    }
  }
}

TEST(LearnStructure, RefusesToStartFromWhatDoesNotFit) {
  const TemporaryFolder folder;
  const auto inputs = synthetic_inputs(folder);
  auto options = few_atoms();
  options.max_iterations = 2;
  write_model(folder / "basis.safetensors", learn_facial_basis(inputs, options).system->to_model());
  PcaOptions pca;
  pca.components = 3;
  write_model(folder / "pca.safetensors", learn_pca(inputs, pca).system->to_model());
  const auto from = [&](const std::string& file, auto change) {
    auto other = options;
    other.start_from = (folder / file).string();
    change(other);
    return error_of([&] { learn_facial_basis(inputs, other); });
  };
  EXPECT_EQ(from("basis.safetensors", [](auto&) {}), "no error");
  EXPECT_TRUE(says(from("none.safetensors", [](auto&) {}), {"none.safetensors"}));
  EXPECT_TRUE(says(from("pca.safetensors", [](auto&) {}), {"pca.safetensors", "of kind pca"}));
  EXPECT_TRUE(says(from("basis.safetensors", [](auto& o) { o.signal.scale = 1; }), {"scaled by"}));
  EXPECT_TRUE(says(from("basis.safetensors", [](auto& o) { o.atoms[0] = "LB=4"; }),
                   {"3 atoms of the left brow", "the 4"}));
  EXPECT_TRUE(says(from("basis.safetensors", [](auto& o) { o.atoms[0] = "LB=0"; }), {"input columns"}));
}

TEST(LearnStructure, TheSameBytesForAnyThreadsWithEveryOption) {
  const TemporaryFolder folder;
  const auto inputs = synthetic_inputs(folder);
  auto options = few_atoms();
  options.structure = {true, 2, 0.5, UnitLevel::parents};
  options.balance = 0.7;
  Work work;
  work.threads = 3;
  EXPECT_EQ(write_model(folder / "1", learn_facial_basis(inputs, options).system->to_model()),
            write_model(folder / "3", learn_facial_basis(inputs, options, work).system->to_model()));
}

TEST(LearnStructure, StatisticsOfUnitsAreThoseOfTheirCodes) {
  const TemporaryFolder folder;
  const Recording recording = test::synthetic_motion(1, 200);
  const auto result = learn_facial_basis({test::write(folder, "a", recording)}, few_atoms());
  const LinearModel& model = basis_of(result).model();
  RowMatrix signals(200, 102);
  for (Eigen::Index d = 0; d < 102; ++d)
    signals.col(d) =
        recording.values.col(recording.column(model.input_columns[static_cast<std::size_t>(d)].name));
  const RowMatrix codes = result.system->encode(signals).codes;
  Eigen::Index k = 0;
  for (const auto& group : result.system->training()["groups"])
    for (const auto& unit : group["units"]) {
      Eigen::VectorXd z = codes.col(k);
      EXPECT_NEAR(unit["mean"], z.mean(), 1e-9);
      EXPECT_NEAR(unit["sd"], std::sqrt((z.array() - z.mean()).square().mean()), 1e-9);
      std::sort(z.begin(), z.end());
      EXPECT_NEAR(unit["quantiles"]["0.5"], 0.5 * (z[99] + z[100]), 1e-9);
      EXPECT_NEAR(unit["quantiles"]["0.975"], z[194] + 0.025 * (z[195] - z[194]), 1e-9);
      const double left = unit["energy_left"], right = unit["energy_right"];
      if (group["name"] == "LB") {
        EXPECT_NEAR(left, 1, 1e-12);
      }
      if (group["name"] == "RE") {
        EXPECT_NEAR(right, 1, 1e-12);
      }
      EXPECT_LE(left + right, 1 + 1e-12);
      double coherence = 0;
      for (const auto& own : model.groups)
        if (k >= own.first_unit && k < own.first_unit + own.units)
          for (Eigen::Index j = own.first_unit; j < own.first_unit + own.units; ++j)
            if (j != k)
              coherence = std::max(
                  coherence, std::abs(model.atoms.row(k).normalized().dot(model.atoms.row(j).normalized())));
      EXPECT_NEAR(unit["coherence"], coherence, 1e-12);
      ++k;
    }
}

TEST(LearnStructure, SaysWhatIsWrongWithItsOptions) {
  const TemporaryFolder folder;
  const auto inputs = synthetic_inputs(folder);
  const auto with = [&](auto change) {
    auto options = few_atoms();
    options.max_iterations = 1;
    change(options);
    return error_of([&] { learn_facial_basis(inputs, options); });
  };
  EXPECT_TRUE(says(with([](auto& o) { o.structure.coherence = -1; }), {"coherence", "-1", "≥ 0"}));
  EXPECT_TRUE(says(with([](auto& o) { o.structure.merge_above = 0; }), {"merge-above", "0", "> 0"}));
  EXPECT_TRUE(says(with([](auto& o) { o.structure.merge_above = 1.2; }), {"merge-above", "1.2"}));
  EXPECT_TRUE(
      says(with([](auto& o) { o.structure.level = UnitLevel::leaves; }), {"level leaves", "merge-above"}));
  EXPECT_TRUE(says(with([](auto& o) { o.balance = 2; }), {"balance", "2", "0 … 1"}));
  EXPECT_TRUE(says(with([](auto& o) { o.alpha = -1; }), {"alpha", "-1", "> 0"}));
}

TEST(LearnStructure, MoreAtomsThanColumnsIsAResultWithAWarning) {
  const TemporaryFolder folder;
  auto options = few_atoms();
  options.atoms[0] = "LB=12";
  const auto result = learn_facial_basis(synthetic_inputs(folder), options);
  EXPECT_TRUE(std::any_of(result.warnings.begin(), result.warnings.end(), [](const Message& line) {
    return static_cast<bool>(says(line.text(), {"LB: 12 atoms for 10 columns", "overcomplete"}));
  }));
  EXPECT_EQ(basis_of(result).model().groups[0].units, 12);
}

TEST(LearnStructure, RowsWithMissingValuesAreLeftOutCountedAndSaid) {
  const TemporaryFolder folder;
  Recording recording = test::synthetic_motion(1, 100);
  recording.values(7, recording.column("dx_50")) = std::numeric_limits<double>::quiet_NaN();
  recording.values(9, recording.column("dy_20")) = std::numeric_limits<double>::quiet_NaN();
  test::lose_face(recording, 30);
  const auto result = learn_facial_basis({test::write(folder, "a", recording)}, few_atoms());
  const auto& source = result.system->training()["recordings"][0];
  EXPECT_EQ(source["used"], 97);
  EXPECT_EQ(source["without_values"], 2);
  EXPECT_EQ(source["without_face"], 1);
  EXPECT_TRUE(says(result.warnings.at(0).text(), {"a: 2 of 100 rows with a face lack values"}));
}

}  // namespace
}  // namespace facelex
