// Each option of a factorisation changes what it finds.
#include "support/every_option.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "facelex/factor/dictionary/learning.hpp"
#include "facelex/factor/dictionary/stream.hpp"
#include "facelex/factor/lasso/sparse_coding.hpp"
#include "facelex/factor/nmf/nmf.hpp"
#include "facelex/factor/pca.hpp"
#include "factor/fixture.hpp"

namespace facelex {
namespace {

using test::every_option;

TEST(EveryOption, OfSparseCodingChangesTheCodes) {
  Random random(1);
  const RowMatrix samples = sparse_samples(random, 60, 12, 6);
  RowMatrix atoms = normal_matrix(random, 24, 12);
  atoms.rowwise().normalize();
  LassoOptions options;
  options.max_sweeps = 1;
  every_option<LassoOptions>(options, {}, [&] { return sparse_encode(samples, atoms, options).codes; });
}

TEST(EveryOption, OfDictionaryLearningChangesTheAtoms) {
  Random random(2);
  const RowMatrix samples = sparse_samples(random, 120, 12, 6);
  DictionaryOptions options;
  options.start = DictionaryStart::random;
  options.max_iterations = 8;
  options.max_sweeps = 2;
  every_option<DictionaryOptions>(options, {{"tolerance", "0.5"}},
                                  [&] { return learn_dictionary(samples, 6, options).atoms; });
}

TEST(EveryOption, OfDictionaryLearningInPassesChangesTheAtoms) {
  Random random(3);
  const RowMatrix samples = sparse_samples(random, 300, 12, 6);
  DictionaryStreamOptions options;
  options.epochs = 3;
  options.max_sweeps = 2;
  every_option<DictionaryStreamOptions>(
      options, {{"tolerance", "0.5"}},
      [&] { return learn_dictionary_stream(blocks_of(samples, 100), 6, options).atoms; },
      {{"seed", "it draws what takes the place of an unused atom, and all are used here"}});
}

TEST(EveryOption, OfANonNegativeFactorisationChangesTheFactors) {
  Random random(4);
  const RowMatrix v = normal_matrix(random, 30, 10).cwiseAbs();
  NmfOptions options;
  options.start = NmfStart::random;
  options.max_iterations = 20;
  every_option<NmfOptions>(options, {{"nmf-tolerance", "0.5"}},
                           [&] { return factorize_nmf(v, 4, options).a; });
}

TEST(EveryOption, OfPrincipalComponentsChangesThem) {
  Random random(5);
  const RowMatrix samples = normal_matrix(random, 80, 40).array() + 0.5;
  PcaFitOptions options;
  options.solver = PcaSolver::randomized;
  options.power_iterations = 1;
  every_option<PcaFitOptions>(options, {}, [&] { return fit_pca(samples, 5, options).components; });
}

}  // namespace
}  // namespace facelex
