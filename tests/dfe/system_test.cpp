#include "facelex/dfe/system.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include "coding/synthetic.hpp"
#include "facelex/coding/frame_history.hpp"
#include "facelex/systems/loading.hpp"
#include "factor/fixture.hpp"
#include "naive.hpp"

namespace facelex {
namespace {

using test::error_of;
using test::expression_columns;
using test::random_network;
using test::says;

const auto frozen_folder = std::filesystem::path(FACELEX_TEST_FIXTURES) / "models";

DfeShape small_shape() {
  DfeShape shape;
  shape.inputs = 9, shape.token_width = 4, shape.layers = 1, shape.heads = 2, shape.width = 8;
  shape.feed_forward = 16, shape.latent = 5, shape.stages = 3, shape.codes = 12;
  return shape;
}

DiscreteFacialEncoding small_system(std::uint64_t seed = 1) {
  return {random_network(small_shape(), seed), expression_columns(9), SignalKind::expression};
}

RowMatrix some_signals(Eigen::Index rows) {
  Random random(77);
  return normal_matrix(random, rows, 9);
}

TEST(DfeSystem, FrozenModelsOfVersion1CodeAsPyTorchDoes) {
  const Json models = read_json(frozen_folder / "dfe_v1.json");
  for (const auto& [name, expected] : models.items()) {
    const auto system = load_coding_system(frozen_folder / (name + ".safetensors"));
    const auto& dfe = dynamic_cast<const DiscreteFacialEncoding&>(*system);
    const RowMatrix signals = matrix_from(expected.at("signals"));
    const FloatRowMatrix latent = dfe.latent(signals);
    EXPECT_LT((latent.cast<double>() - matrix_from(expected.at("latent"))).cwiseAbs().maxCoeff(), 1e-5)
        << name;
    EncodeOptions options;
    options.tokens.residuals = true;
    const auto encoded = system->encode(signals, options);
    EXPECT_EQ(encoded.codes, matrix_from(expected.at("tokens"))) << name;
    EXPECT_LT((encoded.residuals - matrix_from(expected.at("residuals"))).cwiseAbs().maxCoeff(), 1e-5)
        << name;
    EXPECT_LT((system->decode(encoded.codes) - matrix_from(expected.at("decoded"))).cwiseAbs().maxCoeff(),
              1e-6);
    for (Eigen::Index t = 0; t < signals.rows(); ++t)
      EXPECT_NEAR(encoded.reconstruction_error[t],
                  expected.at("reconstruction_error")[static_cast<std::size_t>(t)].get<double>(), 1e-6);
  }
}

/// Frames and the rows of the model's file; the history is FrameHistory's.
TEST(DfeSystem, FrozenModelsOfVersion2CodeWithHistoryAsPyTorchDoes) {
  const Json models = read_json(frozen_folder / "dfe_v2.json");
  ASSERT_EQ(models.size(), 2U);
  for (const auto& [name, expected] : models.items()) {
    const ModelFile file = read_model(frozen_folder / (name + ".safetensors"));
    EXPECT_EQ(file.format_version, 2);
    const auto system = coding_system_from_model(file);
    EXPECT_EQ(system->history(), 2);
    const auto& dfe = dynamic_cast<const DiscreteFacialEncoding&>(*system);
    std::vector<Frame> frames;
    for (const Json& frame : expected.at("frames"))
      frames.push_back({frame[0].get<std::int64_t>(), frame[1].get<int>(), 0, 1, true});
    const RowMatrix signals = matrix_from(expected.at("signals"));
    FrameHistory history(system->history(), signals.cols());
    const RowMatrix wide = history.widened(frames, signals);
    EXPECT_LT((dfe.latent(wide).cast<double>() - matrix_from(expected.at("latent"))).cwiseAbs().maxCoeff(),
              1e-5)
        << name;
    const auto encoded = system->encode(wide);
    EXPECT_EQ(encoded.codes, matrix_from(expected.at("tokens"))) << name;
    EXPECT_LT((system->decode(encoded.codes) - matrix_from(expected.at("decoded"))).cwiseAbs().maxCoeff(),
              1e-6);
    for (Eigen::Index t = 0; t < signals.rows(); ++t)
      EXPECT_NEAR(encoded.reconstruction_error[t],
                  expected.at("reconstruction_error")[static_cast<std::size_t>(t)].get<double>(), 1e-6);
  }
}

TEST(DfeSystem, HistoryIsKeptInAFileOfVersion2AndOthersStayAsTheyWere) {
  const ModelFile without = small_system().to_model();
  EXPECT_EQ(without.format_version, 1);
  EXPECT_FALSE(without.metadata.at("shape").contains("history"));
  DfeShape shape = small_shape();
  shape.history = 3;
  const DiscreteFacialEncoding system(random_network(shape, 4), expression_columns(9),
                                      SignalKind::expression);
  ModelFile file = system.to_model();
  EXPECT_EQ(file.format_version, 2);
  EXPECT_EQ(coding_system_from_model(file)->history(), 3);
  for (const Json& bad : {Json(-1), Json(251), Json(1.5), Json("2"), Json()}) {
    file.metadata["shape"]["history"] = bad;
    EXPECT_NE(error_of([&] { coding_system_from_model(file); }), "") << bad;
  }
  file.metadata["shape"]["history"] = 2;
  EXPECT_TRUE(says(error_of([&] { coding_system_from_model(file); }), {"positions", "expected 9×8"}));
  file.metadata["shape"].erase("history");
  EXPECT_TRUE(says(error_of([&] { coding_system_from_model(file); }), {"history"}));
}

TEST(DfeSystem, SaysWhatItIs) {
  const auto system = small_system();
  EXPECT_EQ(system.kind(), "dfe");
  EXPECT_EQ(system.code_kind(), SignalKind::tokens);
  EXPECT_EQ(system.input_kind(), SignalKind::expression);
  ASSERT_EQ(system.units().size(), 3u);
  EXPECT_EQ(system.units()[2].name, "q3");
  EXPECT_EQ(system.resolved({})["codes"], 12);
}

TEST(DfeSystem, RowsWithoutValuesHaveNoCodesAndChangeNoOthers) {
  const auto system = small_system();
  RowMatrix signals = some_signals(300);
  EncodeOptions options;
  options.tokens.residuals = true;
  const auto all = system.encode(signals, options);
  EXPECT_EQ(all.coded, 300);
  signals(7, 3) = std::nan("");
  signals(20, 0) = std::numeric_limits<double>::infinity();
  signals(21, 0) = 1e300;  // no float32 holds it
  const auto some = system.encode(signals, options);
  EXPECT_EQ(some.coded, 297);
  for (Eigen::Index t = 0; t < 300; ++t) {
    if (t == 7 || t == 20 || t == 21) {
      EXPECT_TRUE(some.codes.row(t).array().isNaN().all());
      EXPECT_TRUE(some.residuals.row(t).array().isNaN().all());
      EXPECT_TRUE(std::isnan(some.reconstruction_error[t]));
    } else {
      EXPECT_EQ(some.codes.row(t), all.codes.row(t));
      EXPECT_EQ(some.residuals.row(t), all.residuals.row(t));
      EXPECT_EQ(some.reconstruction_error[t], all.reconstruction_error[t]);
    }
  }
  EXPECT_TRUE(system.latent(signals).row(7).array().isNaN().all());
}

TEST(DfeSystem, ThreadsAndBlocksChangeNothing) {
  const auto system = small_system();
  const RowMatrix signals = some_signals(700);
  const auto one = system.encode(signals);
  Work work;
  work.threads = 3;
  const auto three = system.encode(signals, {}, work);
  EXPECT_EQ(one.codes, three.codes);
  EXPECT_EQ(one.reconstruction_error, three.reconstruction_error);
  for (const Eigen::Index t : {0, 127, 128, 511, 699})
    EXPECT_EQ(system.encode(signals.middleRows(t, 1)).codes.row(0), one.codes.row(t));
}

TEST(DfeSystem, TheErrorIsThatOfDecodedCodes) {
  const auto system = small_system();
  const RowMatrix signals = some_signals(30);
  const auto encoded = system.encode(signals);
  const RowMatrix rest = signals - system.decode(encoded.codes);
  for (Eigen::Index t = 0; t < 30; ++t)
    EXPECT_NEAR(encoded.reconstruction_error[t], std::sqrt(rest.row(t).squaredNorm() / 9), 1e-12);
}

TEST(DfeSystem, ABeamLeavesNoMoreAndChangesSomeCodes) {
  const auto system = small_system(5);
  const RowMatrix signals = some_signals(200);
  EncodeOptions options;
  options.tokens.residuals = true;
  const auto greedy = system.encode(signals, options);
  options.tokens.beam = 8;
  const auto beam = system.encode(signals, options);
  EXPECT_NE(greedy.codes, beam.codes);
  EXPECT_TRUE((beam.residuals.col(2).array() <= greedy.residuals.col(2).array()).all());
  EXPECT_TRUE((beam.residuals.col(2).array() < greedy.residuals.col(2).array()).any());
}

TEST(DfeSystem, DecodeSumsCodes) {
  const auto system = small_system();
  const auto& weights = system.network().weights;
  RowMatrix codes(2, 3);
  codes << 1, 4, 4, std::nan(""), 0, 0;
  const RowMatrix signals = system.decode(codes);
  const Eigen::VectorXd sum =
      (weights.at("codebook").row(1) + 2 * weights.at("codebook").row(4)).transpose().cast<double>();
  const Eigen::VectorXd expected = ((weights.at("decoder.0.weight").cast<double>() * sum +
                                     weights.at("decoder.0.bias").row(0).transpose().cast<double>())
                                            .array() *
                                        weights.at("input.scale").row(0).transpose().array().cast<double>() +
                                    weights.at("input.mean").row(0).transpose().array().cast<double>())
                                       .matrix();
  EXPECT_LT((signals.row(0).transpose() - expected).cwiseAbs().maxCoeff(), 1e-5);
  EXPECT_TRUE(signals.row(1).array().isNaN().all());
  for (const double bad : {-1.0, 12.0, 0.5, 1e300}) {
    codes(0, 1) = bad;
    EXPECT_TRUE(says(error_of([&] { system.decode(codes); }), {"q2", "not a token 0 … 11"}));
  }
  EXPECT_TRUE(says(error_of([&] { system.decode(RowMatrix::Zero(1, 4)); }), {"4 columns", "3 stages"}));
  EXPECT_TRUE(says(error_of([&] { system.encode(RowMatrix::Zero(1, 4)); }), {"4 columns", "takes 9"}));
}

TEST(DfeSystem, OptionsWithoutMeaningAreRefused) {
  const auto system = small_system();
  EncodeOptions options;
  options.sparse.alpha = 1;
  EXPECT_TRUE(says(error_of([&] { system.encode(some_signals(1), options); }), {"alpha", "dfe"}));
  options = {};
  options.tokens.beam = 0;
  EXPECT_TRUE(says(error_of([&] { options.check(); }), {"beam", "0", "≥ 1"}));
  const auto pca = load_coding_system(frozen_folder / "local_pca_v1.safetensors");
  const auto basis = load_coding_system(frozen_folder / "facial_basis_v1.safetensors");
  for (const CodingSystem* linear : {pca.get(), basis.get()}) {
    const RowMatrix none = RowMatrix::Zero(1, static_cast<Eigen::Index>(linear->input_columns().size()));
    options = {};
    options.tokens.beam = 2;
    EXPECT_TRUE(says(error_of([&] { linear->encode(none, options); }), {"beam", linear->kind().data()}));
    options = {};
    options.tokens.residuals = true;
    EXPECT_TRUE(says(error_of([&] { linear->encode(none, options); }), {"residuals", linear->kind().data()}));
  }
}

TEST(DfeSystem, AModelFileGivesTheSameSystem) {
  const auto system = small_system();
  ModelFile file = system.to_model();
  file.source = "m.safetensors";
  const auto again = coding_system_from_model(file);
  const RowMatrix signals = some_signals(40);
  EXPECT_EQ(again->encode(signals).codes, system.encode(signals).codes);
  EXPECT_EQ(again->to_model().metadata, file.metadata);
  EXPECT_EQ(again->to_model().tensors.at("codebook").bytes, file.tensors.at("codebook").bytes);
}

TEST(DfeSystem, HostileModelsAreRefused) {
  ModelFile good = small_system().to_model();
  good.source = "m.safetensors";
  const auto refused = [&](const std::function<void(ModelFile&)>& harm, std::vector<std::string_view> words) {
    ModelFile file = good;
    harm(file);
    words.emplace_back("m.safetensors");
    const std::string text = error_of([&] { coding_system_from_model(file); });
    for (const auto word : words) EXPECT_NE(text.find(word), std::string::npos) << text << " lacks " << word;
  };
  const auto size = [&](const char* field, const Json& value) {
    return [field, value](ModelFile& file) { file.metadata["shape"][field] = value; };
  };
  refused([](ModelFile& file) { file.metadata.erase("shape"); }, {"shape"});
  refused([](ModelFile& file) { file.metadata["shape"] = 3; }, {"shape"});
  refused(size("encoder", "cnn"), {"encoder", "'cnn' is not transformer or mlp"});
  refused(size("heads", 3), {"heads", "3 does not divide the width 8"});
  refused(size("heads", 0), {"heads", "0 is not 1"});
  refused(size("layers", -1), {"layers"});
  refused(size("layers", 2), {"layer.1.attention.qkv.weight", "missing"});
  refused(size("layers", 1.5), {"layers"});
  refused(size("layers", "x"), {"shape"});
  refused(size("codes", 4294967308), {"codes", "not a size"});
  refused(size("codes", 13), {"codebook", "12×5, expected 13×5"});
  refused(size("inputs", 65536), {"input.mean", "expected 1×65536"});
  refused([](ModelFile& file) { file.tensors.erase("codebook"); }, {"codebook", "missing"});
  refused([](ModelFile& file) { file.tensors["extra"] = file.tensors["codebook"]; },
          {"extra", "not a weight"});
  refused([](ModelFile& file) { file.set("codebook", RowMatrix(RowMatrix::Zero(12, 5))); },
          {"codebook", "F64"});
  refused([](ModelFile& file) { file.tensors["codebook"].shape = {60}; }, {"codebook", "dimensions"});
  const auto with_value = [](const char* name, float value) {
    return [name, value](ModelFile& file) {
      std::memcpy(file.tensors[name].bytes.data() + 4, &value, sizeof value);
    };
  };
  refused(with_value("latent.weight", std::nanf("")), {"latent.weight", "not finite"});
  refused(with_value("codebook", std::numeric_limits<float>::infinity()), {"codebook", "not finite"});
  refused(with_value("input.scale", 0), {"input.scale", "0 of input 2 is not > 0"});
  refused([](ModelFile& file) { file.metadata["input_columns"].erase(0); }, {"8 input columns", "9 inputs"});
  refused([](ModelFile& file) { file.metadata["input_columns"][1]["name"] = "e_0"; },
          {"e_0", "name of its own"});
  refused([](ModelFile& file) { file.metadata["input_kind"] = "faces"; }, {"faces"});
  refused([](ModelFile& file) { file.metadata.erase("training"); }, {"training"});
}

}  // namespace
}  // namespace facelex
