#include "facelex/dfe/system.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <utility>

#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/core/text.hpp"
#include "forward.hpp"
#include "quantizer.hpp"

namespace facelex {
namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t frames_of_a_task = 128;

std::vector<Column> stage_columns(const DfeShape& shape) {
  std::vector<Column> columns;
  for (int i = 1; i <= shape.stages; ++i)
    columns.push_back({"q" + std::to_string(i),
                       "token of stage " + std::to_string(i) + ", 0 to " + std::to_string(shape.codes - 1),
                       ""});
  return columns;
}

void check_inputs(const std::vector<Column>& inputs, const DfeShape& shape) {
  if (inputs.size() != static_cast<std::size_t>(shape.inputs))
    throw data_error({}, std::to_string(inputs.size()) + " input columns for a network of " +
                             std::to_string(shape.inputs) + " inputs");
  std::set<std::string> names;
  for (const Column& column : inputs)
    if (column.name.empty() || !names.insert(column.name).second)
      throw data_error({}, "input column " + in_quotes(column.name) + " has no name of its own");
}

DfeNetwork checked(DfeNetwork network) {
  check_dfe_network(network, std::string(DiscreteFacialEncoding::model_kind));
  return network;
}

/// The rows whose values are all there.
std::vector<Eigen::Index> whole_rows(const RowMatrix& signals, const DfeShape& shape) {
  if (signals.cols() != shape.encoder_inputs())
    throw data_error(
        {}, "signals have " + std::to_string(signals.cols()) + " columns, the model takes " +
                std::to_string(shape.encoder_inputs()) +
                (shape.history == 0 ? ""
                                    : ": " + std::to_string(shape.inputs) + " of each frame and of " +
                                          std::to_string(shape.history) + " before it"));
  std::vector<Eigen::Index> whole;
  for (Eigen::Index t = 0; t < signals.rows(); ++t)
    if (signals.row(t).allFinite()) whole.push_back(t);
  return whole;
}

/// task(rows of the signals, their latent vectors, scratch) for blocks of whole rows.
using LatentTask =
    std::function<void(const std::vector<Eigen::Index>&, const FloatRowMatrix&, DfeForward::Scratch&)>;

void for_each_latent(const DfeForward& forward, const RowMatrix& signals, const DfeShape& shape,
                     const Work& work, const LatentTask& task) {
  const auto whole = whole_rows(signals, shape);
  const std::size_t tasks = (whole.size() + frames_of_a_task - 1) / frames_of_a_task;
  ThreadPool pool(std::clamp(static_cast<int>(tasks), 1, std::max(work.threads, 1)));
  pool.for_each_block(whole.size(), frames_of_a_task, [&](std::size_t, std::size_t begin, std::size_t end) {
    work.check_stop();
    DfeForward::Scratch scratch(forward);
    const std::vector<Eigen::Index> rows(whole.begin() + static_cast<std::ptrdiff_t>(begin),
                                         whole.begin() + static_cast<std::ptrdiff_t>(end));
    task(rows, forward.latent(signals, rows, scratch), scratch);
  });
}

}  // namespace

/// Encodes by the system's own network, which is packed for the kernels already.
class DiscreteFacialEncoding::TokenEncoder final : public Encoder {
 public:
  TokenEncoder(const DiscreteFacialEncoding& system, const TokenCodeOptions& options)
      : system_(system), options_(options) {}

  EncodedFrames encode(const RowMatrix& signals, const Work& work) const override {
    return system_.tokens_of(signals, options_, work);
  }

 private:
  const DiscreteFacialEncoding& system_;
  TokenCodeOptions options_;
};

DiscreteFacialEncoding::DiscreteFacialEncoding(DfeNetwork network, std::vector<Column> inputs,
                                               SignalKind input_kind, Json options, Json training)
    : DiscreteFacialEncoding(Checked{}, checked(std::move(network)), std::move(inputs), input_kind,
                             std::move(options), std::move(training)) {}

DiscreteFacialEncoding::DiscreteFacialEncoding(Checked, DfeNetwork network, std::vector<Column> inputs,
                                               SignalKind input_kind, Json options, Json training)
    : network_(std::move(network)),
      inputs_(std::move(inputs)),
      input_kind_(input_kind),
      options_(std::move(options)),
      training_(std::move(training)) {
  check_inputs(inputs_, network_.shape);
  units_ = stage_columns(network_.shape);
  forward_ = std::make_unique<const DfeForward>(network_);
}

DiscreteFacialEncoding::~DiscreteFacialEncoding() = default;

FloatRowMatrix DiscreteFacialEncoding::latent(const RowMatrix& signals, const Work& work) const {
  FloatRowMatrix made = FloatRowMatrix::Constant(signals.rows(), network_.shape.latent,
                                                 std::numeric_limits<float>::quiet_NaN());
  for_each_latent(*forward_, signals, network_.shape, work,
                  [&](const std::vector<Eigen::Index>& rows, const FloatRowMatrix& latents,
                      DfeForward::Scratch&) { made(rows, Eigen::all) = latents; });
  return made;
}

Json DiscreteFacialEncoding::acting(const EncodeOptions& options) const {
  Json acting = {{"beam", options.tokens.beam},
                 {"residuals", options.tokens.residuals},
                 {"stages", network_.shape.stages},
                 {"codes", network_.shape.codes}};
  if (network_.shape.history > 0) acting["history"] = network_.shape.history;
  return acting;
}

std::unique_ptr<Encoder> DiscreteFacialEncoding::prepared(const EncodeOptions& options) const {
  return std::make_unique<TokenEncoder>(*this, options.tokens);
}

EncodedFrames DiscreteFacialEncoding::tokens_of(const RowMatrix& signals, const TokenCodeOptions& options,
                                                const Work& work) const {
  const int stages = network_.shape.stages;
  EncodedFrames result;
  result.codes = RowMatrix::Constant(signals.rows(), stages, no_value);
  result.reconstruction_error = Eigen::VectorXd::Constant(signals.rows(), no_value);
  if (options.residuals) result.residuals = result.codes;
  for_each_latent(
      *forward_, signals, network_.shape, work,
      [&](const std::vector<Eigen::Index>& rows, const FloatRowMatrix& latents,
          DfeForward::Scratch& scratch) {
        const Quantized made =
            quantize(*forward_, network_.weights.at("codebook"), latents, stages, options.beam, scratch);
        RowMatrix codes(latents.rows(), stages);
        for (Eigen::Index t = 0; t < codes.rows(); ++t) {
          // A value beyond float32 has no latent vector, and its row no codes.
          const bool coded =
              latents.row(t).allFinite() && std::isfinite(made.norms[static_cast<std::size_t>(t * stages)]);
          for (Eigen::Index i = 0; i < stages; ++i) {
            const auto at = static_cast<std::size_t>(t * stages + i);
            codes(t, i) = coded ? made.tokens[at] : no_value;
            if (options.residuals && coded)
              result.residuals(rows[static_cast<std::size_t>(t)], i) = static_cast<double>(made.norms[at]);
          }
        }
        const RowMatrix rest = signals(rows, Eigen::seqN(0, network_.shape.inputs)) - decode(codes);
        for (Eigen::Index t = 0; t < codes.rows(); ++t) {
          const Eigen::Index row = rows[static_cast<std::size_t>(t)];
          double squares = 0;
          for (const double value : rest.row(t)) squares += value * value;
          result.codes.row(row) = codes.row(t);
          result.reconstruction_error[row] = std::sqrt(squares / static_cast<double>(rest.cols()));
        }
      });
  for (Eigen::Index t = 0; t < signals.rows(); ++t) result.coded += std::isfinite(result.codes(t, 0)) ? 1 : 0;
  return result;
}

RowMatrix DiscreteFacialEncoding::decode(const RowMatrix& codes) const {
  return decode_prefix(codes, network_.shape.stages);
}

RowMatrix DiscreteFacialEncoding::decode_prefix(const RowMatrix& codes, int stages) const {
  const DfeShape& shape = network_.shape;
  if (codes.cols() != shape.stages)
    throw data_error({}, "codes have " + std::to_string(codes.cols()) + " columns, the model " +
                             std::to_string(shape.stages) + " stages");
  const FloatRowMatrix& codebook = network_.weights.at("codebook");
  RowMatrix sums = RowMatrix::Zero(codes.rows(), shape.latent);
  for (Eigen::Index t = 0; t < codes.rows(); ++t) {
    if (codes.row(t).hasNaN()) {
      sums.row(t).setConstant(no_value);
      continue;
    }
    for (Eigen::Index i = 0; i < codes.cols(); ++i) {
      const double token = codes(t, i);
      if (!(token >= 0 && token < shape.codes) || token != std::floor(token))
        throw data_error({{}, 0, units_[static_cast<std::size_t>(i)].name},
                         number_text(token) + " is not a token 0 … " + std::to_string(shape.codes - 1),
                         "give codes that this model made");
      if (i < stages) sums.row(t) += codebook.row(static_cast<Eigen::Index>(token)).cast<double>();
    }
  }
  return decoded(std::move(sums));
}

RowMatrix DiscreteFacialEncoding::templates() const {
  return decoded(network_.weights.at("codebook").cast<double>()).rowwise() - rest();
}

RowMatrix DiscreteFacialEncoding::decoded(RowMatrix values) const {
  const DfeShape& shape = network_.shape;
  for (int layer = 0; layer < shape.decoder_layers; ++layer) {
    const std::string name = "decoder." + std::to_string(layer);
    const Eigen::MatrixXd weights = network_.weights.at(name + ".weight").cast<double>();
    const Eigen::RowVectorXd bias = network_.weights.at(name + ".bias").cast<double>();
    RowMatrix next(values.rows(), weights.rows());
    for (Eigen::Index t = 0; t < values.rows(); ++t) {
      // Summed in one fixed order, whatever the row's place in the block.
      next.row(t) = bias;
      for (Eigen::Index k = 0; k < weights.cols(); ++k)
        next.row(t) += values(t, k) * weights.col(k).transpose();
    }
    values = layer + 1 < shape.decoder_layers ? RowMatrix(next.cwiseMax(0)) : next;
  }
  const Eigen::RowVectorXd mean = network_.weights.at("input.mean").cast<double>(),
                           scale = network_.weights.at("input.scale").cast<double>();
  for (Eigen::Index t = 0; t < values.rows(); ++t)
    values.row(t) = (values.row(t).array() * scale.array() + mean.array()).matrix();
  return values;
}

}  // namespace facelex
