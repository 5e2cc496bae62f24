#include <algorithm>
#include <array>
#include <cmath>

#include "decoder.hpp"
#include "encoder.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/dfe/train/backend.hpp"
#include "facelex/dfe/train/displacement.hpp"
#include "facelex/dfe/train/layout.hpp"
#include "matrix_product.hpp"
#include "quantizer.hpp"

namespace facelex {
namespace {

/// Frames that go through the network together: their tables fit into a core's cache.
constexpr Eigen::Index frames_at_once = 16;
/// Parts of a batch whose gradients are summed by themselves, and then in order: what makes the weights the
/// same for any number of threads, and bounds the threads of use.
constexpr std::size_t batch_parts = 16;
constexpr double adam_beta1 = 0.9, adam_beta2 = 0.999, adam_epsilon = 1e-8;

/// The tables of one thread's block of frames.
struct BlockTables {
  BlockTables(const DfeLayout& layout, double dropout)
      : encoder(layout, dropout, frames_at_once),
        decoder(layout),
        inputs(frames_at_once, layout.shape().encoder_inputs()),
        latent(frames_at_once, layout.shape().latent),
        d_latent(frames_at_once, layout.shape().latent) {}

  DfeEncoderPass encoder;
  DfeDecoderPass decoder;
  DfeQuantization quantization;
  FloatRowMatrix inputs, latent, output, d_output, d_latent;
};

class CpuBackend : public DfeBackend {
 public:
  CpuBackend(const DfeTask& task, int threads)
      : layout_(task.shape),
        options_(task.options),
        displacement_(task.displacement),
        random_(Random(static_cast<std::uint64_t>(options_.training.seed)).stream(1)),
        pool_(threads) {
    state_.weights = layout_.initial(Random(static_cast<std::uint64_t>(options_.training.seed)).stream(0));
    state_.first_moment.assign(layout_.size(), 0);
    state_.second_moment.assign(layout_.size(), 0);
    for (auto& part : parts_) part.tables = std::make_unique<BlockTables>(layout_, options_.dropout);
  }

  DfeLosses step(const DfeBatch& batch) override {
    const FloatRowMatrix& frames = batch.frames;
    const auto rows = batch.rows;
    const OneBlasThread one_thread;
    const auto count = rows.size();
    const std::size_t share = std::max<std::size_t>((count + batch_parts - 1) / batch_parts, 1);
    const std::size_t parts = (count + share - 1) / share;
    const CodeTables codes = code_tables();
    const Random random = random_.stream(static_cast<std::uint64_t>(state_.steps));
    pool_.for_each(parts, [&](std::size_t i) {
      Part& part = parts_[i];
      part.gradient.assign(layout_.size(), 0.0F);
      Random own = random.stream(i);
      const auto mine = rows.subspan(i * share, std::min(share, count - i * share));
      part.losses = pass(*part.tables, frames, mine, codes, &own, part.gradient.data(), count);
    });
    DfeLosses losses;
    for (std::size_t i = 0; i < parts; ++i) losses.add(parts_[i].losses);
    finish(losses, codes);
    ++state_.steps;
    descend(parts, codes);
    return losses;
  }

  DfeLosses evaluate(const DfeBatch& batch) override {
    const FloatRowMatrix& frames = batch.frames;
    const auto rows = batch.rows;
    const OneBlasThread one_thread;
    const CodeTables codes = code_tables();
    DfeLosses losses;
    in_parts(
        rows,
        [&](Part& part, std::span<const std::int64_t> mine, std::size_t) {
          part.losses = pass(*part.tables, frames, mine, codes, nullptr, nullptr, 0);
        },
        [&](const Part& part) { losses.add(part.losses); });
    finish(losses, codes);
    return losses;
  }

  FloatRowMatrix latent(const DfeBatch& batch) override {
    const FloatRowMatrix& frames = batch.frames;
    const auto rows = batch.rows;
    const OneBlasThread one_thread;
    FloatRowMatrix points(static_cast<Eigen::Index>(rows.size()), layout_.shape().latent);
    in_parts(
        rows,
        [&](Part& part, std::span<const std::int64_t> mine, std::size_t first) {
          BlockTables& tables = *part.tables;
          in_blocks(frames, mine, tables.inputs, [&](Eigen::Index begin, Eigen::Index size) {
            tables.encoder.forward(state_.weights.data(), tables.inputs, size, nullptr, tables.latent);
            points.middleRows(static_cast<Eigen::Index>(first) + begin, size) = tables.latent.topRows(size);
          });
        },
        [](const Part&) {});
    return points;
  }

  DfeState state() const override { return state_; }
  void set_state(DfeState state) override { state_ = std::move(state); }

 private:
  struct Part {
    std::unique_ptr<BlockTables> tables;
    std::vector<float> gradient;
    DfeLosses losses;
  };
  struct CodeTables {
    FloatRowMatrix codebook, d_orthogonality;
    Eigen::VectorXf squares;
    double orthogonality = 0;
  };

  CodeTables code_tables() const {
    const DfeParameter& at = layout_.parameter("codebook");
    CodeTables codes;
    codes.codebook = ConstFloatMap(state_.weights.data() + at.offset, at.rows, at.cols);
    codes.squares = codes.codebook.rowwise().squaredNorm();
    codes.orthogonality = code_orthogonality(codes.codebook, codes.d_orthogonality);
    return codes;
  }

  /// Calls task(begin, size) for each block of rows, copied to `inputs`.
  template <class Task>
  static void in_blocks(const FloatRowMatrix& frames, std::span<const std::int64_t> rows,
                        FloatRowMatrix& inputs, const Task& task) {
    const auto count = static_cast<Eigen::Index>(rows.size());
    for (Eigen::Index begin = 0; begin < count; begin += frames_at_once) {
      const Eigen::Index size = std::min(frames_at_once, count - begin);
      for (Eigen::Index i = 0; i < size; ++i)
        inputs.row(i) = frames.row(rows[static_cast<std::size_t>(begin + i)]);
      task(begin, size);
    }
  }

  /// Calls task(part, rows, index of the first) for pieces of the rows, and after each round `take` in order.
  template <class Task, class Take>
  void in_parts(std::span<const std::int64_t> rows, const Task& task, const Take& take) {
    constexpr std::size_t share = frames_at_once * 4;
    for (std::size_t first = 0; first < rows.size(); first += share * batch_parts) {
      const auto round = rows.subspan(first, std::min(share * batch_parts, rows.size() - first));
      const std::size_t parts = (round.size() + share - 1) / share;
      pool_.for_each(parts, [&](std::size_t i) {
        task(parts_[i], round.subspan(i * share, std::min(share, round.size() - i * share)),
             first + i * share);
      });
      for (std::size_t i = 0; i < parts; ++i) take(parts_[i]);
    }
  }

  /// Forward, and with `gradient` backward, of these rows of a batch of so many frames.
  DfeLosses pass(BlockTables& tables, const FloatRowMatrix& frames, std::span<const std::int64_t> rows,
                 const CodeTables& codes, Random* random, float* gradient, std::size_t batch) const {
    const float* weights = state_.weights.data();
    DfeQuantization& quantization = tables.quantization;
    DfeLosses losses;
    losses.code_use.assign(static_cast<std::size_t>(layout_.shape().codes), 0);
    in_blocks(frames, rows, tables.inputs, [&](Eigen::Index, Eigen::Index size) {
      tables.encoder.forward(weights, tables.inputs, size, random, tables.latent);
      quantization.quantize(tables.latent, size, codes.codebook, codes.squares, layout_.shape().stages);
      tables.decoder.forward(weights, quantization.quantized, tables.output);
      tables.d_output = tables.output - tables.inputs.topLeftCorner(size, layout_.shape().inputs);
      losses.frames += size;
      losses.reconstruction += tables.d_output.cast<double>().squaredNorm();
      losses.quantization += quantization.squared_residuals;
      for (const auto& stage : quantization.code)
        for (const auto code : stage) ++losses.code_use[static_cast<std::size_t>(code)];
      const float each = gradient ? 1.0F / static_cast<float>(batch) : 0;
      tables.d_output *= 2 * each;
      losses.sparsity += add_sparsity(tables.output, each * static_cast<float>(options_.sparsity),
                                      gradient ? &tables.d_output : nullptr);
      if (!gradient) return;

      tables.decoder.backward(weights, quantization.quantized, tables.d_output, gradient, tables.d_latent);
      // Straight through: the gradient of Σe_i is that of z₀. The commitment pulls z₀ alone (eq. 5; the codes
      // that were subtracted are constants), the codebook loss each chosen code.
      tables.d_latent.topRows(size) +=
          static_cast<float>(2 * options_.commitment) * each * quantization.residual_sum;
      const DfeParameter& at = layout_.parameter("codebook");
      FloatMap(gradient + at.offset, at.rows, at.cols) -=
          static_cast<float>(2 * options_.codebook_weight) * each * quantization.code_residual_sum;
      tables.encoder.backward(weights, tables.d_latent, gradient);
    });
    return losses;
  }

  /// The sparsity term of these outputs, and `weight` times its gradient added.
  double add_sparsity(const FloatRowMatrix& output, float weight, FloatRowMatrix* gradient) const {
    if (displacement_) return displacement_sparsity(*displacement_, output, weight, gradient);
    if (gradient) *gradient += weight * output.cwiseSign();
    return output.cast<double>().cwiseAbs().sum();
  }

  /// The terms that do not depend on frames.
  void finish(DfeLosses& losses, const CodeTables& codes) const {
    const auto frames = static_cast<double>(losses.frames);
    losses.orthogonality = frames * codes.orthogonality;
    double sum = 0;
    for (const DfeParameter& at : layout_.parameters())
      if (is_decoder_weight(at))
        sum += ConstFloatMap(state_.weights.data() + at.offset, at.rows, at.cols)
                   .cast<double>()
                   .cwiseAbs()
                   .sum();
    losses.decoder_sparsity = frames * sum;
  }

  static bool is_decoder_weight(const DfeParameter& at) {
    return at.name.starts_with("decoder.") && at.name.ends_with(".weight");
  }

  /// Sums the parts' gradients in their order, and steps as Adam does (Kingma & Ba 2015, algorithm 1).
  void descend(std::size_t parts, const CodeTables& codes) {
    std::vector<float>& gradient = parts_[0].gradient;
    const DfeParameter& codebook = layout_.parameter("codebook");
    FloatMap(gradient.data() + codebook.offset, codebook.rows, codebook.cols) +=
        static_cast<float>(options_.orthogonality) * codes.d_orthogonality;
    if (options_.decoder_sparsity > 0)
      for (const DfeParameter& at : layout_.parameters())
        if (is_decoder_weight(at))
          FloatMap(gradient.data() + at.offset, at.rows, at.cols) +=
              static_cast<float>(options_.decoder_sparsity) *
              ConstFloatMap(state_.weights.data() + at.offset, at.rows, at.cols).cwiseSign();
    const auto steps = static_cast<double>(state_.steps);
    const auto rate = static_cast<float>(options_.learning_rate / (1 - std::pow(adam_beta1, steps)));
    const auto root = static_cast<float>(1 / std::sqrt(1 - std::pow(adam_beta2, steps)));
    constexpr std::size_t chunk = 16384;
    pool_.for_each_block(layout_.size(), chunk, [&](std::size_t, std::size_t begin, std::size_t end) {
      const auto size = static_cast<Eigen::Index>(end - begin);
      using Values = Eigen::Map<Eigen::ArrayXf>;
      Values sum(gradient.data() + begin, size);
      for (std::size_t i = 1; i < parts; ++i) sum += Values(parts_[i].gradient.data() + begin, size);
      Values first(state_.first_moment.data() + begin, size),
          second(state_.second_moment.data() + begin, size), weights(state_.weights.data() + begin, size);
      first = static_cast<float>(adam_beta1) * first + static_cast<float>(1 - adam_beta1) * sum;
      second = static_cast<float>(adam_beta2) * second + static_cast<float>(1 - adam_beta2) * sum.square();
      // Eigen's root of floats in vectors is not that of single floats to the last bit, and which of them are
      // in vectors is the address's business. That of doubles is exact, and so is what it is rounded to.
      weights -= rate * first /
                 (second.cast<double>().sqrt().cast<float>() * root + static_cast<float>(adam_epsilon));
    });
  }

  DfeLayout layout_;
  DfeOptions options_;
  std::shared_ptr<const FloatRowMatrix> displacement_;
  Random random_;
  ThreadPool pool_;
  DfeState state_;
  std::array<Part, batch_parts> parts_;
};

}  // namespace

std::unique_ptr<DfeBackend> make_cpu_backend(const DfeTask& task, int threads) {
  return std::make_unique<CpuBackend>(task, threads);
}

}  // namespace facelex
