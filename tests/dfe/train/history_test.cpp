#include <gtest/gtest.h>

#include <cmath>

#include "dfe/train/encoder.hpp"
#include "facelex/dfe/train/backend.hpp"
#include "facelex/dfe/train/layout.hpp"
#include "small_dfe.hpp"
#ifdef FACELEX_WITH_TORCH
#include "facelex/dfe/train/torch.hpp"
#endif

namespace facelex {
namespace {

using test::numbers_to;

DfeOptions small_options(DfeEncoder encoder, int history) {
  DfeOptions options = test::small_dfe_options(encoder);
  options.shape.inputs = 5;
  options.shape.latent = 4;
  options.shape.stages = 2;
  options.shape.codes = 6;
  options.shape.decoder_layers = 1;
  options.shape.decoder_width = 8;
  options.shape.history = history;
  return options;
}

FloatRowMatrix random_rows(Eigen::Index rows, Eigen::Index width, std::uint64_t seed) {
  Random random(seed);
  FloatRowMatrix values(rows, width);
  for (auto& value : values.reshaped()) value = static_cast<float>(random.normal());
  return values;
}

class DfeHistory : public testing::TestWithParam<DfeEncoder> {};

/// Of Σ c·z₀ by each weight of the encoder. In float a difference is known to a few thousandths.
TEST_P(DfeHistory, GradientsOfTheEncoderAreFiniteDifferences) {
  const DfeShape shape = small_options(GetParam(), 2).shape;
  const DfeLayout layout(shape);
  std::vector<float> weights = layout.initial(Random(4));
  Random random(9);
  for (const auto& at : layout.parameters())
    if (at.name == "positions" || at.rows == 1)
      for (std::size_t i = 0; i < static_cast<std::size_t>(at.rows * at.cols); ++i)
        weights[at.offset + i] += 0.3F * static_cast<float>(random.normal());
  constexpr Eigen::Index frames = 6;
  const FloatRowMatrix inputs = random_rows(frames, shape.encoder_inputs(), 5);
  const FloatRowMatrix factors = random_rows(frames, shape.latent, 6);
  DfeEncoderPass pass(layout, 0, frames);
  FloatRowMatrix latent(frames, shape.latent);
  const auto sum = [&] {
    pass.forward(weights.data(), inputs, frames, nullptr, latent);
    return latent.cast<double>().cwiseProduct(factors.cast<double>()).sum();
  };
  sum();
  std::vector<float> gradient(layout.size(), 0.0F);
  pass.backward(weights.data(), factors, gradient.data());
  for (const auto& at : layout.parameters()) {
    if (at.name == "codebook" || at.name.starts_with("decoder.")) continue;
    double apart = 0, size = 0;
    for (std::size_t i = at.offset; i < at.offset + static_cast<std::size_t>(at.rows * at.cols); ++i) {
      const float kept = weights[i];
      constexpr float step = 4e-3F;
      weights[i] = kept + step;
      const double above = sum();
      weights[i] = kept - step;
      const double below = sum();
      weights[i] = kept;
      const double expected = (above - below) / (2 * static_cast<double>(step));
      apart += std::pow(expected - static_cast<double>(gradient[i]), 2);
      size += expected * expected;
    }
    EXPECT_LT(std::sqrt(apart), 0.02 * std::sqrt(size) + 1e-2) << at.name;
    EXPECT_TRUE(size > 0 || at.name.ends_with("qkv.bias")) << at.name;
  }
  const bool mlp = GetParam() == DfeEncoder::mlp;
  const DfeParameter& of_frames = layout.parameter(mlp ? "mlp.0.weight" : "positions");
  const ConstFloatMap of_history(gradient.data() + of_frames.offset, of_frames.rows, of_frames.cols);
  ASSERT_EQ(mlp ? of_frames.cols : of_frames.rows, mlp ? 15 : 6);
  EXPECT_GT(mlp ? of_history.rightCols(10).norm() : of_history.bottomRows(4).norm(), 0.01F);
}

/// What is reconstructed is the present frame: its losses are those of a network that sees nothing else, when
/// the weights of the frames before are zeros.
TEST(DfeHistoryAlone, OnlyThePresentFrameIsReconstructed) {
  const DfeOptions with = small_options(DfeEncoder::mlp, 2), without = small_options(DfeEncoder::mlp, 0);
  const auto wide = make_cpu_backend({with.shape, with}, 2),
             narrow = make_cpu_backend({without.shape, without}, 2);
  const DfeLayout of_wide(with.shape), of_narrow(without.shape);
  const FloatRowMatrix none = FloatRowMatrix::Ones(1, 5);
  DfeNetwork network = of_narrow.network(narrow->state().weights, none, none);
  FloatRowMatrix& first = network.weights["mlp.0.weight"];
  first.conservativeResizeLike(FloatRowMatrix::Zero(first.rows(), 15));
  DfeState state = wide->state();
  state.weights = of_wide.flat(network);
  wide->set_state(state);
  const FloatRowMatrix frames = random_rows(70, 15, 2), present = frames.leftCols(5);
  const auto rows = numbers_to(70);
  const DfeLosses seen = wide->step({frames, rows}), alone = narrow->step({present, rows});
  EXPECT_NEAR(seen.reconstruction, alone.reconstruction, 1e-5 * alone.reconstruction);
  EXPECT_NEAR(seen.total(with), alone.total(without), 1e-5 * alone.total(without));
  EXPECT_EQ(seen.code_use, alone.code_use);
  const auto decoder = [](const DfeLayout& layout, const DfeState& trained) {
    const DfeParameter& at = layout.parameter("decoder.0.weight");
    return FloatRowMatrix(ConstFloatMap(trained.first_moment.data() + at.offset, at.rows, at.cols));
  };
  EXPECT_LT((decoder(of_wide, wide->state()) - decoder(of_narrow, narrow->state())).cwiseAbs().maxCoeff(),
            1e-6F);
}

TEST_P(DfeHistory, SameBytesForAnyThreads) {
  DfeOptions options = small_options(GetParam(), 3);
  options.dropout = 0.2;
  const FloatRowMatrix frames = random_rows(301, 20, 5);
  std::vector<std::vector<float>> weights;
  for (const int threads : {1, 3}) {
    const auto backend = make_cpu_backend({options.shape, options}, threads);
    for (int i = 0; i < 3; ++i) backend->step({frames, numbers_to(301)});
    weights.push_back(backend->state().weights);
  }
  EXPECT_EQ(weights[0], weights[1]);
}

#ifdef FACELEX_WITH_TORCH
TEST_P(DfeHistory, LibtorchMakesTheSameSteps) {
  DfeOptions options = small_options(GetParam(), 2);
  options.device = DfeDevice::cpu;
  options.learning_rate = 1e-3;
  const FloatRowMatrix frames = random_rows(90, 15, 8);
  const auto rows = numbers_to(90);
  const auto ours = make_cpu_backend({options.shape, options}, 2);
  const auto theirs = make_torch_backend({options.shape, options}, 1);
  test::expect_same_steps(*ours, *theirs, frames, rows, options);
}
#endif

INSTANTIATE_TEST_SUITE_P(Encoders, DfeHistory, testing::Values(DfeEncoder::transformer, DfeEncoder::mlp));

}  // namespace
}  // namespace facelex
