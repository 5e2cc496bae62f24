#include "facelex/dfe/train/torch.hpp"

#include <torch/cuda.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <ATen/Parallel.h>

#include <cmath>
#include <cstring>
#include <map>

#include "facelex/dfe/train/layout.hpp"

namespace facelex {
namespace {

using torch::Tensor;

Tensor tensor_of(const std::vector<float>& values, const torch::Device& device) {
  Tensor tensor = torch::empty({static_cast<std::int64_t>(values.size())}, torch::kFloat32);
  std::memcpy(tensor.data_ptr<float>(), values.data(), values.size() * sizeof(float));
  return tensor.to(device);
}

std::vector<float> vector_of(const Tensor& tensor) {
  const Tensor host = tensor.detach().cpu().contiguous();
  const float* begin = host.data_ptr<float>();
  return {begin, begin + host.numel()};
}

/// What the forward pass gives, each on the device.
struct Terms {
  Tensor loss;
  Tensor values;  ///< reconstruction, quantization, sparsity, orthogonality, decoder sparsity; double
  Tensor use;     ///< K
};

class TorchBackend : public DfeBackend {
 public:
  TorchBackend(const DfeTask& task, int threads)
      : layout_(task.shape),
        options_(task.options),
        device_(options_.device != DfeDevice::cpu && torch::cuda::is_available() ? torch::kCUDA
                                                                                 : torch::kCPU) {
    at::set_num_threads(threads);
    if (task.displacement) {
      const FloatRowMatrix& moved = *task.displacement;
      displacement_ =
          tensor_of({moved.data(), moved.data() + moved.size()}, device_).view({moved.rows(), moved.cols()});
    }
    DfeState state;
    state.weights = layout_.initial(Random(static_cast<std::uint64_t>(options_.training.seed)).stream(0));
    state.first_moment.assign(layout_.size(), 0);
    state.second_moment.assign(layout_.size(), 0);
    set_state(std::move(state));
  }

  DfeLosses step(const DfeBatch& frames) override {
    constexpr std::uint64_t spread = 0x9e3779b97f4a7c15ULL;
    torch::manual_seed(
        (static_cast<std::uint64_t>(options_.training.seed) * spread + static_cast<std::uint64_t>(steps_)) >>
        1U);
    gradient_.zero_();
    const Terms terms = forward(on_device(frames, frames.rows), true);
    terms.loss.backward();
    const torch::NoGradGuard none;
    ++steps_;
    constexpr double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
    const auto steps = static_cast<double>(steps_);
    first_.mul_(beta1).add_(gradient_, 1 - beta1);
    second_.mul_(beta2).addcmul_(gradient_, gradient_, 1 - beta2);
    const Tensor root = second_.sqrt().div_(std::sqrt(1 - std::pow(beta2, steps))).add_(epsilon);
    flat_.addcdiv_(first_, root, -options_.learning_rate / (1 - std::pow(beta1, steps)));
    return losses_of(terms, static_cast<std::int64_t>(frames.rows.size()));
  }

  DfeLosses evaluate(const DfeBatch& frames) override {
    const torch::NoGradGuard none;
    DfeLosses losses;
    in_chunks(frames.rows, [&](std::span<const std::int64_t> chunk) {
      losses.add(
          losses_of(forward(on_device(frames, chunk), false), static_cast<std::int64_t>(chunk.size())));
    });
    return losses;
  }

  FloatRowMatrix latent(const DfeBatch& frames) override {
    const torch::NoGradGuard none;
    FloatRowMatrix points(static_cast<Eigen::Index>(frames.rows.size()), layout_.shape().latent);
    float* to = points.data();
    in_chunks(frames.rows, [&](std::span<const std::int64_t> chunk) {
      const std::vector<float> values = vector_of(encode(on_device(frames, chunk), false));
      to = std::copy(values.begin(), values.end(), to);
    });
    return points;
  }

  DfeState state() const override {
    return {vector_of(flat_), vector_of(first_), vector_of(second_), steps_};
  }

  void set_state(DfeState state) override {
    flat_ = tensor_of(state.weights, device_);
    first_ = tensor_of(state.first_moment, device_);
    second_ = tensor_of(state.second_moment, device_);
    gradient_ = torch::zeros_like(flat_);
    steps_ = state.steps;
    // Each weight is a leaf that shares the flat vector's storage, and its gradient that of the flat
    // gradient: Adam and zeroing are then a handful of calls.
    weights_.clear();
    for (const auto& [name, rows, cols, offset] : layout_.parameters()) {
      const auto view = [&, begin = static_cast<std::int64_t>(offset), r = rows,
                         c = cols](const Tensor& flat) {
        const Tensor part = flat.narrow(0, begin, r * c);
        return r == 1 ? part : part.view({r, c});
      };
      Tensor weight = view(flat_).detach().requires_grad_(true);
      weight.mutable_grad() = view(gradient_);
      weights_[name] = weight;
    }
  }

 private:
  template <class Task>
  static void in_chunks(std::span<const std::int64_t> rows, const Task& task) {
    constexpr std::size_t at_once = 4096;
    for (std::size_t first = 0; first < rows.size(); first += at_once)
      task(rows.subspan(first, std::min(at_once, rows.size() - first)));
  }

  /// These rows, gathered on the device, to which a table goes once for each of its versions.
  Tensor on_device(const DfeBatch& batch, std::span<const std::int64_t> rows) {
    const FloatRowMatrix& table = batch.frames;
    if (table.data() != source_ || table.rows() != frames_.size(0) || batch.version != version_) {
      frames_ = Tensor();  // before the next is made: there is room for one only when frames are streamed
      Tensor host = torch::empty({table.rows(), table.cols()}, torch::kFloat32);
      std::memcpy(host.data_ptr<float>(), table.data(),
                  static_cast<std::size_t>(table.size()) * sizeof(float));
      frames_ = host.to(device_);
      source_ = table.data();
      version_ = batch.version;
    }
    Tensor index = torch::empty({static_cast<std::int64_t>(rows.size())}, torch::kInt64);
    std::memcpy(index.data_ptr<std::int64_t>(), rows.data(), rows.size_bytes());
    return frames_.index_select(0, index.to(device_));
  }

  const Tensor& weight(const std::string& name) const { return weights_.at(name); }
  Tensor linear(const Tensor& x, const std::string& name) const {
    return at::linear(x, weight(name + ".weight"), weight(name + ".bias"));
  }
  Tensor dropped(const Tensor& x, bool train) const { return at::dropout(x, options_.dropout, train); }
  Tensor norm(const Tensor& x, const std::string& name) const {
    return at::layer_norm(x, {x.size(-1)}, weight(name + ".weight"), weight(name + ".bias"), 1e-5);
  }

  Tensor encode(const Tensor& x, bool train) const {
    const DfeShape& shape = layout_.shape();
    if (shape.encoder == DfeEncoder::mlp) {
      Tensor h = x;
      for (int i = 0; i < shape.layers; ++i) h = at::relu(linear(h, "mlp." + std::to_string(i)));
      return linear(h, "latent");
    }
    const std::int64_t n = x.size(0), count = shape.encoder_tokens(), heads = shape.heads,
                       size = shape.width / heads;
    const Tensor padded = at::constant_pad_nd(x.view({n, shape.history + 1, shape.inputs}),
                                              {0, shape.tokens() * shape.token_width - shape.inputs});
    Tensor h = linear(padded.view({n, count, shape.token_width}), "embed") + weight("positions");
    for (int i = 0; i < shape.layers; ++i) {
      const std::string layer = "layer." + std::to_string(i) + ".";
      const Tensor qkv =
          linear(h, layer + "attention.qkv").view({n, count, 3, heads, size}).permute({2, 0, 3, 1, 4});
      const Tensor scores =
          at::matmul(qkv[0], qkv[1].transpose(-2, -1)) / std::sqrt(static_cast<double>(size));
      const Tensor attended = at::matmul(dropped(at::softmax(scores, -1), train), qkv[2])
                                  .transpose(1, 2)
                                  .reshape({n, count, shape.width});
      h = norm(h + dropped(linear(attended, layer + "attention.out"), train), layer + "norm1");
      const Tensor hidden = dropped(at::relu(linear(h, layer + "feed1")), train);
      h = norm(h + dropped(linear(hidden, layer + "feed2"), train), layer + "norm2");
    }
    return linear(h.mean(1), "latent");
  }

  /// Of a norm of 0 libtorch gives the gradient 0.
  Tensor sparsity_of(const Tensor& output) const {
    if (!displacement_.defined()) return output.abs().sum();
    const std::int64_t points = displacement_.size(0) / 3;
    const Tensor moved = at::matmul(output, displacement_.t()).view({output.size(0), points, 3});
    return at::norm(moved, 2, {-1}).sum() / static_cast<double>(points);
  }

  Terms forward(const Tensor& x, bool train) const {
    const DfeShape& shape = layout_.shape();
    const Tensor& codebook = weight("codebook");
    const Tensor z0 = encode(x, train);
    Tensor residual = z0, quantized = torch::zeros_like(z0),
           use = torch::zeros({shape.codes}, codebook.options());
    Tensor commitment = torch::zeros({}, z0.options()), fit = torch::zeros({}, z0.options());
    for (int i = 0; i < shape.stages; ++i) {
      const Tensor distance =
          codebook.detach().square().sum(1) - 2 * at::matmul(residual.detach(), codebook.detach().t());
      // As a product: the gradient of a gather sums in no fixed order on a graphics card.
      const Tensor chosen = at::one_hot(distance.argmin(1), shape.codes).to(torch::kFloat32);
      const Tensor code = at::matmul(chosen, codebook);
      commitment = commitment + (residual - code.detach()).square().sum();
      fit = fit + (residual.detach() - code).square().sum();
      residual = residual - code.detach();
      quantized = quantized + code.detach();
      use = use + chosen.sum(0).detach();
    }
    Tensor output = z0 + (quantized - z0).detach();
    Tensor decoder_sparsity = torch::zeros({}, z0.options());
    for (int i = 0; i < shape.decoder_layers; ++i) {
      const std::string name = "decoder." + std::to_string(i);
      if (i > 0) output = at::relu(output);
      output = linear(output, name);
      decoder_sparsity = decoder_sparsity + weight(name + ".weight").abs().sum();
    }
    const Tensor gram = at::matmul(codebook, codebook.t());
    const double pairs = static_cast<double>(shape.codes) * (shape.codes - 1);
    const Tensor orthogonality = (gram - at::diag(at::diagonal(gram))).square().sum() / pairs;
    const Tensor reconstruction = (x.narrow(1, 0, shape.inputs) - output).square().sum(),
                 sparsity = sparsity_of(output);
    const auto n = static_cast<double>(x.size(0));
    Terms terms;
    terms.loss = (reconstruction + options_.commitment * commitment + options_.codebook_weight * fit +
                  options_.sparsity * sparsity) /
                     n +
                 options_.orthogonality * orthogonality + options_.decoder_sparsity * decoder_sparsity;
    terms.values = at::stack({reconstruction, commitment, sparsity, n * orthogonality, n * decoder_sparsity})
                       .detach()
                       .to(torch::kFloat64);
    terms.use = use;
    return terms;
  }

  static DfeLosses losses_of(const Terms& terms, std::int64_t frames) {
    const Tensor values = terms.values.cpu();
    const double* at = values.data_ptr<double>();
    DfeLosses losses{frames, at[0], at[1], at[2], at[3], at[4], {}};
    for (const float uses : vector_of(terms.use)) losses.code_use.push_back(std::llround(uses));
    return losses;
  }

  DfeLayout layout_;
  DfeOptions options_;
  torch::Device device_;
  Tensor displacement_;  ///< of DfeTask::displacement; undefined without
  Tensor flat_, gradient_, first_, second_;
  std::map<std::string, Tensor> weights_;
  std::int64_t steps_ = 0;
  const float* source_ = nullptr;
  std::uint64_t version_ = 0;
  Tensor frames_;
};

}  // namespace

bool torch_has_cuda() {
  return torch::cuda::is_available();
}

std::unique_ptr<DfeBackend> make_torch_backend(const DfeTask& task, int threads) {
  return std::make_unique<TorchBackend>(task, threads);
}

}  // namespace facelex
