// Time of a step of training the residual-VQ network (paper 002), ours and libtorch's, alternating in one
// run: bench_dfe_train [threads [batch [steps]]].
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "facelex/core/random.hpp"
#include "facelex/dfe/train/backend.hpp"
#ifdef FACELEX_WITH_TORCH
#include "facelex/dfe/train/torch.hpp"
#endif

int main(int argc, char** argv) {
  using namespace facelex;
  const auto argument = [&](int i, int standard) { return argc > i ? std::atoi(argv[i]) : standard; };
  const int threads = argument(1, 2), batch = argument(2, 512), steps = argument(3, 6);
  Random random(1);
  FloatRowMatrix frames(batch, DfeShape{}.inputs);
  for (auto& value : frames.reshaped()) value = static_cast<float>(random.normal());
  std::vector<std::int64_t> rows(static_cast<std::size_t>(batch));
  std::iota(rows.begin(), rows.end(), 0);

  for (const auto encoder : {DfeEncoder::transformer, DfeEncoder::mlp}) {
    DfeOptions options;
    options.shape.encoder = encoder;
    options.device = DfeDevice::cpu;
    std::vector<std::pair<std::string, std::unique_ptr<DfeBackend>>> backends;
    backends.emplace_back("facelex", make_cpu_backend({options.shape, options}, threads));
#ifdef FACELEX_WITH_TORCH
    backends.emplace_back("libtorch", make_torch_backend({options.shape, options}, threads));
#endif
    std::vector<std::vector<double>> seconds(backends.size());
    std::vector<double> processor(backends.size());
    for (int i = 0; i <= steps; ++i)
      for (std::size_t b = 0; b < backends.size(); ++b) {
        const std::clock_t cpu = std::clock();
        const auto begin = std::chrono::steady_clock::now();
        backends[b].second->step({frames, rows});
        const auto end = std::chrono::steady_clock::now();
        if (i > 0) processor[b] += static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC / steps;
        if (i > 0) seconds[b].push_back(std::chrono::duration<double>(end - begin).count());
      }
    for (std::size_t b = 0; b < backends.size(); ++b) {
      std::sort(seconds[b].begin(), seconds[b].end());
      const double median = seconds[b][seconds[b].size() / 2];
      std::printf(
          "%s, %s, %d threads, batch %d: best %.4f s, median %.4f s, %.4f s of processor; %.2f and %.2f × "
          "ours\n",
          encoder == DfeEncoder::mlp ? "mlp" : "transformer", backends[b].first.c_str(), threads, batch,
          seconds[b].front(), median, processor[b], median / seconds[0][seconds[0].size() / 2],
          processor[b] / processor[0]);
    }
  }
}
