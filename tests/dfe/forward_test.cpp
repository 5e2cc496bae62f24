#include "dfe/forward.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <string>

#include "dfe/quantizer.hpp"
#include "factor/fixture.hpp"
#include "naive.hpp"

namespace facelex {
namespace {

using test::NaiveDfe;
using test::random_network;

std::vector<Eigen::Index> rows_to(Eigen::Index count) {
  std::vector<Eigen::Index> rows(static_cast<std::size_t>(count));
  std::iota(rows.begin(), rows.end(), Eigen::Index{0});
  return rows;
}

/// Sizes that fill panels and vectors, and sizes that do not.
std::vector<DfeShape> shapes() {
  DfeShape odd;
  odd.inputs = 13, odd.token_width = 4, odd.layers = 2, odd.heads = 3, odd.width = 15;
  odd.feed_forward = 131, odd.latent = 7, odd.stages = 3, odd.codes = 11;
  DfeShape even = odd;
  even.inputs = 20, even.token_width = 5, even.width = 32, even.heads = 4, even.feed_forward = 256;
  DfeShape single = odd;
  single.inputs = 3, single.token_width = 3, single.heads = 1, single.width = 1, single.codes = 1;
  DfeShape mlp = odd;
  mlp.encoder = DfeEncoder::mlp;
  DfeShape past = odd, mlp_past = mlp;
  past.history = 2, mlp_past.history = 3;
  return {odd, even, single, mlp, past, mlp_past};
}

class DfeKernelTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    kernels_ = dfe_kernels(GetParam());
    if (!kernels_) GTEST_SKIP() << "this processor has none";
  }
  const DfeKernels* kernels_ = nullptr;
};

TEST_P(DfeKernelTest, LatentIsThatOfPlainLoopsInDouble) {
  std::uint64_t seed = 1;
  for (const DfeShape& shape : shapes()) {
    const DfeNetwork network = random_network(shape, ++seed);
    const DfeForward forward(network, *kernels_);
    DfeForward::Scratch scratch(forward);
    Random random(seed);
    const RowMatrix signals = 2 * normal_matrix(random, 41, shape.encoder_inputs());
    const FloatRowMatrix latents = forward.latent(signals, rows_to(41), scratch);
    for (Eigen::Index t = 0; t < signals.rows(); ++t) {
      const auto expected = NaiveDfe(network).latent({signals.row(t).begin(), signals.row(t).end()});
      for (Eigen::Index z = 0; z < shape.latent; ++z)
        EXPECT_NEAR(static_cast<double>(latents(t, z)), expected[static_cast<std::size_t>(z)], 1e-5)
            << "shape " << seed << " row " << t;
    }
  }
}

TEST_P(DfeKernelTest, AttentionLooksAwayFromWhatIsFarBelow) {
  // Scores that differ by hundreds: the softmax is that of the largest, without overflow.
  DfeShape shape = shapes()[1];
  DfeNetwork network = random_network(shape, 3);
  network.weights["layer.0.attention.qkv.weight"] *= 40;
  const DfeForward forward(network, *kernels_);
  DfeForward::Scratch scratch(forward);
  Random random(4);
  const RowMatrix signals = 10 * normal_matrix(random, 16, shape.inputs);
  const FloatRowMatrix latents = forward.latent(signals, rows_to(16), scratch);
  for (Eigen::Index t = 0; t < 16; ++t) {
    const auto expected = NaiveDfe(network).latent({signals.row(t).begin(), signals.row(t).end()});
    for (Eigen::Index z = 0; z < shape.latent; ++z)
      EXPECT_NEAR(static_cast<double>(latents(t, z)), expected[static_cast<std::size_t>(z)], 2e-3);
  }
}

TEST_P(DfeKernelTest, ALatentDoesNotDependOnItsNeighbours) {
  for (const DfeShape& shape : shapes()) {
    const DfeForward forward(random_network(shape, 9), *kernels_);
    DfeForward::Scratch scratch(forward), fresh(forward);
    Random random(5);
    const RowMatrix signals = normal_matrix(random, 150, shape.encoder_inputs());
    const FloatRowMatrix together = forward.latent(signals, rows_to(150), scratch);
    for (const Eigen::Index t : {0, 15, 16, 31, 77, 149}) {
      EXPECT_EQ(together.row(t), forward.latent(signals, {t}, fresh).row(0));
      EXPECT_EQ(together.row(t), forward.latent(signals, {0, 3, t, 8}, fresh).row(2));
    }
  }
}

TEST_P(DfeKernelTest, DistancesAreThoseOfPlainLoops) {
  const DfeShape shape = shapes()[0];
  const DfeNetwork network = random_network(shape, 2);
  const DfeForward forward(network, *kernels_);
  DfeForward::Scratch scratch(forward);
  const FloatRowMatrix& codebook = network.weights.at("codebook");
  Random random(1);
  const FloatRowMatrix residuals = normal_matrix(random, 16, shape.latent).cast<float>();
  const float* distances = forward.distances(residuals, scratch);
  for (Eigen::Index k = 0; k < shape.codes; ++k)
    for (Eigen::Index i = 0; i < 16; ++i)
      EXPECT_NEAR(distances[k * dfe_lanes + i], (residuals.row(i) - codebook.row(k)).squaredNorm(), 1e-4F);
}

INSTANTIATE_TEST_SUITE_P(All, DfeKernelTest, testing::Values("portable", "avx2", "avx512"),
                         [](const auto& kind) { return std::string(kind.param); });

/// Squared norm of what n codes leave, the order of sums as in double precision.
double left_by(const FloatRowMatrix& codebook, const FloatRowMatrix& latent, const int* tokens, int stages) {
  Eigen::RowVectorXd rest = latent.row(0).cast<double>();
  for (int i = 0; i < stages; ++i) rest -= codebook.row(tokens[i]).cast<double>();
  return rest.squaredNorm();
}

TEST(DfeQuantizer, TakesTheNearestCodeStageByStage) {
  const DfeShape shape = shapes()[0];
  const DfeNetwork network = random_network(shape, 21);
  const DfeForward forward(network);
  DfeForward::Scratch scratch(forward);
  const FloatRowMatrix& codebook = network.weights.at("codebook");
  Random random(3);
  const FloatRowMatrix latents = normal_matrix(random, 50, shape.latent).cast<float>();
  const Quantized made = quantize(forward, codebook, latents, shape.stages, 1, scratch);
  for (Eigen::Index t = 0; t < 50; ++t) {
    Eigen::RowVectorXd rest = latents.row(t).cast<double>();
    for (int i = 0; i < shape.stages; ++i) {
      const auto at = static_cast<std::size_t>(t * shape.stages + i);
      Eigen::Index nearest = 0;
      (codebook.cast<double>().rowwise() - rest).rowwise().squaredNorm().minCoeff(&nearest);
      EXPECT_EQ(made.tokens[at], nearest);
      rest -= codebook.row(made.tokens[at]).cast<double>();
      EXPECT_NEAR(static_cast<double>(made.norms[at]), rest.norm(), 1e-5);
    }
  }
}

TEST(DfeQuantizer, OfEqualCodesTheFirst) {
  DfeShape shape = shapes()[0];
  DfeNetwork network = random_network(shape, 21);
  network.weights["codebook"].rowwise() = Eigen::RowVectorXf::Ones(shape.latent);
  const DfeForward forward(network);
  DfeForward::Scratch scratch(forward);
  const FloatRowMatrix latents = FloatRowMatrix::Zero(3, shape.latent);
  for (const int beam : {1, 4})
    for (const int token : quantize(forward, network.weights["codebook"], latents, 3, beam, scratch).tokens)
      EXPECT_EQ(token, 0);
}

TEST(DfeQuantizer, ABeamIsNeverWorseAndAWideOneFindsTheBest) {
  DfeShape shape = shapes()[0];
  shape.codes = 6, shape.latent = 4;
  int better = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const DfeNetwork network = random_network(shape, seed);
    const DfeForward forward(network);
    DfeForward::Scratch scratch(forward);
    const FloatRowMatrix& codebook = network.weights.at("codebook");
    Random random(seed + 100);
    const FloatRowMatrix latents = normal_matrix(random, 20, shape.latent).cast<float>();
    const auto greedy = quantize(forward, codebook, latents, 3, 1, scratch);
    for (const int beam : {2, 3, 5, 36}) {
      const auto made = quantize(forward, codebook, latents, 3, beam, scratch);
      for (Eigen::Index t = 0; t < 20; ++t) {
        const auto at = static_cast<std::size_t>(3 * t);
        const double left = left_by(codebook, latents.row(t), &made.tokens[at], 3);
        const double greedy_left = left_by(codebook, latents.row(t), &greedy.tokens[at], 3);
        EXPECT_LE(left, greedy_left + 1e-6);
        EXPECT_NEAR(std::sqrt(left), static_cast<double>(made.norms[at + 2]), 1e-4);
        better += left < greedy_left - 1e-4;
        if (beam < 36) continue;
        double best = 1e9;
        for (int code = 0; code < 6 * 6 * 6; ++code) {
          const int tokens[] = {code / 36, code / 6 % 6, code % 6};
          best = std::min(best, left_by(codebook, latents.row(t), tokens, 3));
        }
        EXPECT_NEAR(left, best, 1e-4);
      }
    }
  }
  EXPECT_GT(better, 50);
}

}  // namespace
}  // namespace facelex
