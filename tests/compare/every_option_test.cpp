// Each option of a comparison changes its tables.
#include "support/every_option.hpp"

#include <gtest/gtest.h>

#include "facelex/coding/dfecs/facs.hpp"
#include "facelex/coding/learn.hpp"
#include "facelex/compare/comparison_table.hpp"
#include "facelex/compare/interpretability.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "fixture.hpp"

namespace facelex {
namespace {

class EveryOptionOfAComparison : public test::ComparisonFixture {};

TEST_F(EveryOptionOfAComparison, ChangesItsTables) {
  PcaOptions learning;
  learning.components = 2;
  const auto learn = [&](const std::vector<NamedFile>& inputs, const Work& work) {
    return learn_pca(inputs, learning, work).system;
  };
  ComparedSystem learnt = named("learnt", learn(motion, {}));
  learnt.relearn = learn;
  const std::vector<ComparedSystem> systems = {named("truth", test::orthonormal_system(atoms)), learnt};
  ComparisonOptions options;
  options.units = {1, 2};
  options.active_units = {1};
  options.draws = 20;
  options.resamples = 2;
  test::every_option<ComparisonOptions>(options, {{"units", "1,3"}, {"active-units", "2"}}, [&] {
    const Comparison found = compare_systems(systems, recordings_for(systems, true), options);
    return comparison_csv(found, options) + compared_units_csv(found);
  });
}

TEST(EveryOption, OfInterpretabilityChangesWhatIsFound) {
  const auto facs = facs_comparator(built_in_face(), FacsUnits::pure, 0.05);
  const UnitMovements units{facs->model().atoms + 3 * test::random_matrix(facs->model().atoms.rows(), 136, 1),
                            Eigen::RowVectorXd::Zero(136)};
  InterpretabilityOptions options;
  test::every_option<InterpretabilityOptions>(options, {}, [&] {
    std::string text;
    for (const auto& one :
         interpretability(units, facs->units(), facs->input_columns(), true, built_in_face(), options))
      text += one.unit + " " + std::to_string(one.points_moved) + " " +
              std::to_string(one.points_outside.size()) + " " + std::to_string(one.worst_angle) + ",";
    return text;
  });
}

}  // namespace
}  // namespace facelex
