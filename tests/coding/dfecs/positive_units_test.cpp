#include "facelex/coding/dfecs/positive_units.hpp"

#include <gtest/gtest.h>

#include <numbers>

#include "facelex/coding/dfecs/facs.hpp"
#include "facelex/coding/linear/facial_basis.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/factor/lasso/path.hpp"
#include "facelex/systems/loading.hpp"
#include "factor/fixture.hpp"
#include "io/test_files.hpp"

namespace facelex {
namespace {

using test::error_of;
using test::says;

LinearModel linear_model(const RowMatrix& atoms) {
  LinearModel model;
  model.input_kind = SignalKind::keypoint_motion;
  std::vector<Eigen::Index> all;
  for (Eigen::Index d = 0; d < atoms.cols(); ++d) {
    model.input_columns.push_back({"dx_" + std::to_string(d), "", "template unit"});
    all.push_back(d);
  }
  for (Eigen::Index k = 0; k < atoms.rows(); ++k)
    model.units.push_back({"U-" + std::to_string(k + 1), "", "template unit"});
  model.groups = {{"U", "all", all, 0, atoms.rows()}};
  model.atoms = atoms;
  model.mean = Eigen::VectorXd::Zero(atoms.cols());
  return model;
}

PositiveUnits random_units(std::uint64_t seed, Eigen::Index units, Eigen::Index columns, double alpha) {
  Random random(seed);
  RowMatrix atoms = normal_matrix(random, units, columns);
  atoms.rowwise().normalize();
  return {PositiveUnits::facs_kind, linear_model(atoms), alpha};
}

TEST(PositiveUnits, CodesAreThoseOfScikitLearn) {
  const Json fixture = read_json(FACELEX_TEST_FIXTURES "/coding/fixtures/positive_codes.json");
  const PositiveUnits system(PositiveUnits::facs_kind, linear_model(matrix_from(fixture["atoms"])), 0.1);
  const RowMatrix samples = matrix_from(fixture["samples"]);
  for (const Json& item : fixture["cases"]) {
    EncodeOptions options;
    options.sparse.alpha = item["alpha"].get<double>();
    const RowMatrix exact = matrix_from(item["exact"]), sklearn = matrix_from(item["sklearn"]);
    EXPECT_LT((system.encode(samples, options).codes - exact).cwiseAbs().maxCoeff(), 1e-8);
    options.sparse.solver = LassoSolver::sklearn;
    EXPECT_LT((system.encode(samples, options).codes - sklearn).cwiseAbs().maxCoeff(), 1e-8);
  }
}

TEST(PositiveUnits, ThePenaltyOfThePapersEquation4IsTwiceAlpha) {
  // min (x − z·w)² + λz with ‖w‖ = 1 and z ≥ 0 is at z = w·x − λ/2.
  RowMatrix atom(1, 2), sample(2, 2);
  atom << 0.6, 0.8;
  sample << 3, 4, -3, -4;
  const double lambda = 1.5;
  const PositiveUnits system(PositiveUnits::facs_kind, linear_model(atom), lambda / 2);
  const auto encoded = system.encode(sample);
  EXPECT_NEAR(encoded.codes(0, 0), 5 - lambda / 2, 1e-12);
  EXPECT_EQ(encoded.codes(1, 0), 0);
}

TEST(PositiveUnits, BudgetsAreReachedAlongThePath) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const PositiveUnits system = random_units(seed, 6, 9, 1e-3);
    Random random(seed + 100);
    const RowMatrix samples = normal_matrix(random, 12, 9) * 4;
    const RowMatrix free = system.encode(samples).codes;
    for (int most = 1; most <= 6; ++most) {
      EncodeOptions options;
      options.sparse.most_units = most;
      const RowMatrix codes = system.encode(samples, options).codes;
      EXPECT_TRUE((codes.array() >= 0).all());
      for (Eigen::Index t = 0; t < samples.rows(); ++t) {
        EXPECT_LE((codes.row(t).array() != 0).count(), most);
        // Every coarse step of the path with no more units explains no more.
        const auto error = [&](const Eigen::RowVectorXd& z) {
          return (samples.row(t) - z * system.model().atoms).squaredNorm();
        };
        for (double alpha = 8; alpha > 2e-3; alpha *= 0.8) {
          EncodeOptions at_alpha;
          at_alpha.sparse.alpha = alpha;
          const RowMatrix one = system.encode(samples.row(t), at_alpha).codes;
          if ((one.array() != 0).count() > most) break;
          EXPECT_LE(error(codes.row(t)), error(one.row(0)) + 1e-8) << "seed " << seed << " alpha " << alpha;
        }
      }
      if (most == 6) {
        EXPECT_LT((codes - free).cwiseAbs().maxCoeff(), 1e-6);
      }
    }
    EncodeOptions budget;
    budget.sparse.l1_budget = 1.25;
    const RowMatrix within = system.encode(samples, budget).codes;
    for (Eigen::Index t = 0; t < samples.rows(); ++t)
      EXPECT_NEAR(within.row(t).sum(), std::min(1.25, free.row(t).sum()), 1e-9);
  }
}

TEST(PositiveUnits, FacialBasisTakesBudgetsOverAllFeaturesWithBothSigns) {
  Random random(5);
  RowMatrix atoms = RowMatrix::Zero(4, 6);
  atoms.block(0, 0, 2, 3) = normal_matrix(random, 2, 3);
  atoms.block(2, 3, 2, 3) = normal_matrix(random, 2, 3);
  LinearModel model = linear_model(atoms);
  model.groups = {{"LB", "left brow", {0, 1, 2}, 0, 2}, {"RB", "right brow", {3, 4, 5}, 2, 2}};
  const FacialBasis basis(model, 1e-4);
  const RowMatrix samples = normal_matrix(random, 30, 6);
  EncodeOptions options;
  options.sparse.most_units = 2;
  const RowMatrix codes = basis.encode(samples, options).codes;
  bool negative = false, one_feature_alone = false;
  for (Eigen::Index t = 0; t < samples.rows(); ++t) {
    EXPECT_LE((codes.row(t).array() != 0).count(), 2);
    negative |= (codes.row(t).array() < 0).any();
    one_feature_alone |= (codes.row(t).head(2).array() != 0).all();
  }
  EXPECT_TRUE(negative);
  EXPECT_TRUE(one_feature_alone);
  EXPECT_EQ(basis.resolved(options)["alpha"], 1e-4);
}

TEST(PositiveUnits, SavedAndLoadedItIsTheSame) {
  const test::TemporaryFolder folder;
  const PositiveUnits system = random_units(3, 4, 7, 0.2);
  write_model(folder / "m.safetensors", system.to_model());
  const auto loaded = load_coding_system(folder / "m.safetensors");
  EXPECT_EQ(loaded->kind(), "facs");
  Random random(8);
  const RowMatrix samples = normal_matrix(random, 5, 7);
  EXPECT_EQ(loaded->encode(samples).codes, system.encode(samples).codes);
}

TEST(PositiveUnits, WhatCannotBeIsRefused) {
  EXPECT_TRUE(says(error_of([] { random_units(1, 2, 3, 0); }), {"alpha", "0 is not > 0"}));
  EXPECT_TRUE(
      says(error_of([] { PositiveUnits(PositiveUnits::facs_kind, linear_model(RowMatrix::Zero(1, 3)), 1); }),
           {"U-1", "moves nothing"}));
  const PositiveUnits system = random_units(1, 2, 3, 0.1);
  EncodeOptions options;
  options.sparse.most_units = 1;
  options.sparse.solver = LassoSolver::sklearn;
  EXPECT_TRUE(says(error_of([&] { system.encode(RowMatrix::Zero(1, 3), options); }),
                   {"solver sklearn", "most-units"}));
  options = {};
  options.sparse.l1_budget = -1;
  EXPECT_TRUE(says(error_of([&] { system.encode(RowMatrix::Zero(1, 3), options); }), {"l1-budget", "-1"}));
  ModelFile file = system.to_model();
  file.metadata["alpha"] = -1;
  EXPECT_TRUE(says(error_of([&] { coding_system_from_model(file); }), {"alpha", "-1 is not > 0"}));
  file = system.to_model();
  file.kind = "dfecs";
  EXPECT_TRUE(says(error_of([&] { coding_system_from_model(file); }), {"parts"}));
}

TEST(Facs, TheBuiltInFaceHas26PureUnitsAnd59WithSides) {
  const auto pure = facs_comparator(built_in_face(), FacsUnits::pure, 0.05);
  ASSERT_EQ(pure->units().size(), 26u);
  EXPECT_EQ(pure->units()[0].name, "AU01");
  EXPECT_EQ(pure->units()[0].description.find("left"), std::string::npos);
  // The jaw goes sideways to one side at a time.
  EXPECT_EQ(pure->units()[24].name, "AU30");
  EXPECT_NE(pure->units()[24].description.find("left"), std::string::npos);
  EXPECT_EQ(facs_comparator(built_in_face(), FacsUnits::sided, 0.05)->units().size(), 59u);
}

TEST(Facs, UnitsMoveTheFaceAsTheirNamesSay) {
  const auto motions = unit_motions(built_in_face(), FacsUnits::sided);
  const auto unit = [&](const std::string& name) {
    return std::find_if(motions.begin(), motions.end(), [&](const auto& one) { return one.name == name; });
  };
  const auto smile = unit("AU12");
  EXPECT_LT(smile->registered(48, 0), -10);  // the right corner of the mouth to image-left and up
  EXPECT_LT(smile->registered(48, 1), -10);
  EXPECT_NEAR(smile->registered(54, 0), -smile->registered(48, 0), 1e-2);
  EXPECT_GT(unit("AU26")->registered(8, 1), 10);  // the chin down
  EXPECT_NEAR(unit("AU12_L")->registered(48, 0), 0, 3);
  for (const int anchor : {0, 16, 27, 36, 39, 42, 45})
    EXPECT_LT(smile->registered.row(anchor).norm(), 1e-9) << anchor;
}

}  // namespace
}  // namespace facelex
