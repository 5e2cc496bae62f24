#include <gtest/gtest.h>

#include <filesystem>

#include "facelex/core/error.hpp"
#include "facelex/dfe/train/backend.hpp"
#include "facelex/dfe/train/layout.hpp"
#include "facelex/io/models/safetensors.hpp"
#include "small_dfe.hpp"
#ifdef FACELEX_WITH_TORCH
#include "facelex/dfe/train/torch.hpp"
#endif

namespace facelex {
namespace {

using test::numbers_to;

/// The network of tests/dfe/train/fixtures/dfe_step.py.
DfeOptions small_options(DfeEncoder encoder) {
  DfeOptions options = test::small_dfe_options(encoder);
  options.codebook_weight = 0.7;
  options.orthogonality = 1.3;
  options.decoder_sparsity = 0.02;
  return options;
}

FloatRowMatrix random_frames(std::int64_t frames, int inputs, std::uint64_t seed) {
  Random random(seed);
  FloatRowMatrix values(frames, inputs);
  for (auto& value : values.reshaped()) value = static_cast<float>(random.normal());
  return values;
}

class DfeGradient : public testing::TestWithParam<DfeEncoder> {
 protected:
  DfeGradient()
      : file_(read_safetensors(std::filesystem::path(FACELEX_TEST_FIXTURES) /
                               "dfe/train/fixtures/dfe_step.safetensors")) {}

  FloatRowMatrix tensor(const std::string& name) const {
    const std::string full = (GetParam() == DfeEncoder::mlp ? "mlp." : "transformer.") + name;
    const Tensor& tensor = file_.tensors.at(full);
    const auto values = tensor_numbers(tensor, full);
    FloatRowMatrix matrix(tensor.shape.size() == 2 ? tensor.shape[0] : 1, tensor.shape.back());
    for (Eigen::Index i = 0; i < matrix.size(); ++i)
      matrix.data()[i] = static_cast<float>(values[static_cast<std::size_t>(i)]);
    return matrix;
  }
  std::vector<float> flat(const DfeLayout& layout, const std::string& what) const {
    DfeNetwork network;
    for (const auto& at : layout.parameters()) {
      network.weights[at.name] = tensor(what + "." + at.name);
      EXPECT_EQ(network.weights[at.name].rows(), at.rows) << at.name;
      EXPECT_EQ(network.weights[at.name].cols(), at.cols) << at.name;
    }
    return layout.flat(network);
  }

  Safetensors file_;
};

TEST_P(DfeGradient, LossesAndGradientsAreThoseOfAutograd) {
  const DfeOptions options = small_options(GetParam());
  const DfeLayout layout(options.shape);
  const FloatRowMatrix frames = tensor("x"), terms = tensor("terms");
  for (const int threads : {1, 3}) {
    const auto backend = make_cpu_backend({options.shape, options}, threads);
    DfeState state = backend->state();
    state.weights = flat(layout, "weight");
    backend->set_state(state);
    const auto rows = numbers_to(frames.rows());
    EXPECT_LT((backend->latent({frames, rows}) - tensor("latent")).cwiseAbs().maxCoeff(), 1e-5);
    for (const DfeLosses& losses : {backend->evaluate({frames, rows}), backend->step({frames, rows})}) {
      EXPECT_EQ(losses.frames, frames.rows());
      EXPECT_NEAR(losses.total(options), terms(0, 0), 1e-5 * terms(0, 0));
      EXPECT_NEAR(losses.reconstruction, terms(0, 1), 1e-5 * terms(0, 1));
      EXPECT_NEAR(losses.quantization, terms(0, 2), 1e-5 * terms(0, 2));
      EXPECT_NEAR(losses.sparsity, terms(0, 3), 1e-5 * terms(0, 3));
      EXPECT_NEAR(losses.orthogonality, terms(0, 4), 1e-5 * terms(0, 4));
      EXPECT_NEAR(losses.decoder_sparsity, terms(0, 5), 1e-5 * terms(0, 5));
      EXPECT_EQ(std::accumulate(losses.code_use.begin(), losses.code_use.end(), std::int64_t{0}),
                frames.rows() * options.shape.stages);
    }
    // After the first step Adam's first moment is a tenth of the gradient.
    const std::vector<float> moment = backend->state().first_moment, expected = flat(layout, "gradient");
    for (const auto& at : layout.parameters())
      for (std::size_t i = at.offset; i < at.offset + static_cast<std::size_t>(at.rows * at.cols); ++i)
        ASSERT_NEAR(10 * moment[i], expected[i], 2e-5 * (1 + std::abs(expected[i])))
            << at.name << " number " << i - at.offset;
  }
}

#ifdef FACELEX_WITH_TORCH
TEST_P(DfeGradient, LibtorchMakesTheSameSteps) {
  DfeOptions options = small_options(GetParam());
  options.device = DfeDevice::cpu;
  options.learning_rate = 1e-3;
  const FloatRowMatrix frames = random_frames(90, 7, 8);
  const auto rows = numbers_to(90);
  const auto ours = make_cpu_backend({options.shape, options}, 2);
  const auto theirs = make_torch_backend({options.shape, options}, 1);
  test::expect_same_steps(*ours, *theirs, frames, rows, options);
  const DfeState mine = ours->state(), other = theirs->state();
  EXPECT_EQ(mine.steps, other.steps);
  double apart = 0;
  for (std::size_t i = 0; i < mine.weights.size(); ++i)
    apart = std::max(apart, static_cast<double>(std::abs(mine.weights[i] - other.weights[i])));
  EXPECT_LT(apart, 1e-3);  // a fifth of what five steps of Adam move a weight
  EXPECT_NEAR(ours->evaluate({frames, rows}).total(options), theirs->evaluate({frames, rows}).total(options),
              1e-3);
}

TEST(DfeTorch, OtherFramesInTheSameMemoryAreSeenByTheirVersion) {
  DfeOptions options = small_options(DfeEncoder::mlp);
  options.device = DfeDevice::cpu;
  FloatRowMatrix frames = random_frames(90, 7, 8);
  const auto rows = numbers_to(90);
  const auto ours = make_cpu_backend({options.shape, options}, 1);
  const auto theirs = make_torch_backend({options.shape, options}, 1);
  for (std::uint64_t version = 0; version < 3; ++version) {
    EXPECT_LT((ours->latent({frames, rows}) - theirs->latent({frames, rows, version})).cwiseAbs().maxCoeff(),
              1e-5)
        << version;
    frames *= 2;
  }
}
#endif

INSTANTIATE_TEST_SUITE_P(Encoders, DfeGradient, testing::Values(DfeEncoder::transformer, DfeEncoder::mlp));

TEST(DfeLayout, PaperHasSoManyWeights) {
  EXPECT_EQ(DfeLayout(DfeShape{}).weights(), 1203880U);  // shared/design/discrete-facial-encoding.md
}

TEST(DfeLayout, RefusesHeadsThatDoNotDivideTheWidth) {
  DfeShape shape;
  shape.heads = 3;
  EXPECT_THROW(DfeLayout{shape}, Error);
}

TEST(DfeBackend, SameBytesForAnyThreads) {
  for (const auto encoder : {DfeEncoder::transformer, DfeEncoder::mlp}) {
    DfeOptions options = small_options(encoder);
    options.dropout = 0.2;
    const FloatRowMatrix frames = random_frames(301, 7, 5);
    const auto rows = numbers_to(frames.rows());
    std::vector<std::vector<float>> weights;
    for (const int threads : {1, 2, 5}) {
      const auto backend = make_cpu_backend({options.shape, options}, threads);
      for (int i = 0; i < 3; ++i) backend->step({frames, rows});
      weights.push_back(backend->state().weights);
    }
    EXPECT_EQ(weights[0], weights[1]);
    EXPECT_EQ(weights[0], weights[2]);
  }
}

TEST(DfeBackend, DropoutChangesTheStepAndItsSeedDecides) {
  DfeOptions options = small_options(DfeEncoder::transformer);
  const FloatRowMatrix frames = random_frames(64, 7, 5);
  const auto step = [&](double dropout, std::int64_t steps) {
    options.dropout = dropout;
    const auto backend = make_cpu_backend({options.shape, options}, 1);
    DfeState state = backend->state();
    state.steps = steps;
    backend->set_state(state);
    backend->step({frames, numbers_to(64)});
    return backend->state().first_moment;
  };
  EXPECT_NE(step(0, 0), step(0.1, 0));
  EXPECT_EQ(step(0.1, 0), step(0.1, 0));
  EXPECT_NE(step(0.1, 0), step(0.1, 1));
}

/// The expectation over dropout of a gradient is not that without, but near it for a small share.
TEST(DfeBackend, DropoutKeepsTheExpectation) {
  DfeOptions options = small_options(DfeEncoder::transformer);
  const FloatRowMatrix frames = random_frames(64, 7, 5);
  double with = 0, without = 0;
  for (int i = 0; i < 200; ++i) {
    for (const bool drop : {false, true}) {
      options.dropout = drop ? 0.05 : 0;
      const auto backend = make_cpu_backend({options.shape, options}, 1);
      DfeState state = backend->state();
      state.steps = i;
      backend->set_state(state);
      const double loss = backend->step({frames, numbers_to(64)}).reconstruction;
      (drop ? with : without) += loss / 200;
    }
  }
  EXPECT_NEAR(with, without, 0.03 * without);
  EXPECT_NE(with, without);
}

TEST(DfeBackend, LearnsAMixture) {
  DfeOptions options = small_options(DfeEncoder::mlp);
  options.shape.decoder_layers = 1;
  options.learning_rate = 3e-3;
  options.sparsity = options.decoder_sparsity = 0;
  Random random(11);
  const FloatRowMatrix centres = 2 * random_frames(8, 7, 12);
  FloatRowMatrix frames(400, 7);
  for (Eigen::Index i = 0; i < frames.rows(); ++i)
    frames.row(i) = centres.row(static_cast<Eigen::Index>(random.below(8)));
  const auto backend = make_cpu_backend({options.shape, options}, 2);
  const auto rows = numbers_to(frames.rows());
  const double before = backend->evaluate({frames, rows}).reconstruction;
  for (int i = 0; i < 1500; ++i) backend->step({frames, rows});
  EXPECT_LT(backend->evaluate({frames, rows}).reconstruction, 0.3 * before);
}

}  // namespace
}  // namespace facelex
