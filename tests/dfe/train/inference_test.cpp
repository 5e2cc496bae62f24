// What is trained is what codes: the trainer's forward pass beside that of coding, which share no code.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "facelex/dfe/system.hpp"
#include "facelex/dfe/train/backend.hpp"
#include "facelex/dfe/train/layout.hpp"

namespace facelex {
namespace {

class DfeInference : public testing::TestWithParam<std::tuple<DfeEncoder, int>> {
 protected:
  DfeInference() {
    options_.shape = {.inputs = 13,
                      .token_width = 5,  // the last token is filled up
                      .encoder = std::get<0>(GetParam()),
                      .layers = 2,
                      .heads = 4,
                      .width = 24,
                      .feed_forward = 40,
                      .latent = 9,
                      .stages = 3,
                      .codes = 16,
                      .decoder_layers = std::get<1>(GetParam()),
                      .decoder_width = 11};
    options_.learning_rate = 3e-3;
    options_.kmeans_start = false;
    Random random(4);
    frames_.resize(200, 13);
    for (auto& value : frames_.reshaped()) value = static_cast<float>(random.normal());
    rows_.resize(200);
    std::iota(rows_.begin(), rows_.end(), 0);
  }

  /// After a few steps, with codes that lie where points are: all of them get used.
  DfeState trained() const {
    const auto backend = make_cpu_backend({options_.shape, options_}, 1);
    for (int i = 0; i < 20; ++i) backend->step({frames_, rows_});
    DfeState state = backend->state();
    const DfeLayout layout(options_.shape);
    const DfeParameter& at = layout.parameter("codebook");
    const FloatRowMatrix points = backend->latent({frames_, rows_});
    for (Eigen::Index k = 0; k < at.rows; ++k)
      for (Eigen::Index j = 0; j < at.cols; ++j)
        state.weights[at.offset + static_cast<std::size_t>(k * at.cols + j)] =
            points(k, j) / static_cast<float>(1 + k % 3);
    return state;
  }

  DfeOptions options_;
  FloatRowMatrix frames_;
  std::vector<std::int64_t> rows_;
};

TEST_P(DfeInference, TokensLatentsAndReconstructionsAreThoseOfTraining) {
  const DfeState state = trained();
  FloatRowMatrix mean(1, 13), scale(1, 13);
  for (Eigen::Index i = 0; i < 13; ++i) {
    mean(0, i) = 0.25F * static_cast<float>(i) - 1;
    scale(0, i) = 0.5F + 0.25F * static_cast<float>(i % 3);
  }
  std::vector<Column> columns;
  for (int i = 0; i < 13; ++i) columns.push_back({"e_" + std::to_string(i), "", ""});
  const DiscreteFacialEncoding system(DfeLayout(options_.shape).network(state.weights, mean, scale), columns,
                                      SignalKind::expression);
  const RowMatrix signals =
      ((frames_.array().rowwise() * scale.row(0).array()).rowwise() + mean.row(0).array()).cast<double>();
  const RowMatrix codes = system.encode(signals).codes;

  // The backend says how often a code was chosen. Stages are greedy: what one stage more adds for a frame is
  // the code of that stage.
  std::vector<std::vector<std::int64_t>> before(200, std::vector<std::int64_t>(16, 0));
  double squared = 0;
  std::vector<bool> seen(16, false);
  for (int stages = 1; stages <= options_.shape.stages; ++stages) {
    DfeOptions prefix = options_;
    prefix.shape.stages = stages;
    const auto backend = make_cpu_backend({prefix.shape, prefix}, 1);
    backend->set_state(state);
    EXPECT_LT((backend->latent({frames_, rows_}) - system.latent(signals)).cwiseAbs().maxCoeff(), 1e-4F);
    for (const auto row : rows_) {
      const DfeLosses losses = backend->evaluate({frames_, std::span(&row, 1)});
      auto& counts = before[static_cast<std::size_t>(row)];
      const auto token = static_cast<std::size_t>(codes(row, stages - 1));
      ++counts[token];
      seen[token] = true;
      ASSERT_EQ(losses.code_use, counts) << "frame " << row << ", stage " << stages;
      if (stages == options_.shape.stages) squared += losses.reconstruction;
    }
  }
  EXPECT_GT(std::count(seen.begin(), seen.end(), true), 10);

  const RowMatrix decoded =
      ((system.decode(codes) - signals).array().rowwise() / scale.row(0).cast<double>().array());
  EXPECT_NEAR(decoded.squaredNorm(), squared, 1e-4 * squared);
}

INSTANTIATE_TEST_SUITE_P(Encoders, DfeInference,
                         testing::Combine(testing::Values(DfeEncoder::transformer, DfeEncoder::mlp),
                                          testing::Values(1, 2)));

}  // namespace
}  // namespace facelex
