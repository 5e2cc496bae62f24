#include <algorithm>
#include <cmath>

#include "facelex/core/text.hpp"
#include "facelex/dfe/train/train.hpp"

namespace facelex {

int codes_in_use(const DfeLosses& losses) {
  return static_cast<int>(
      std::count_if(losses.code_use.begin(), losses.code_use.end(), [](auto uses) { return uses > 0; }));
}

double perplexity(const DfeLosses& losses) {
  double all = 0, entropy = 0;
  for (const auto uses : losses.code_use) all += static_cast<double>(uses);
  for (const auto uses : losses.code_use) {
    if (uses == 0) continue;
    const double share = static_cast<double>(uses) / all;
    entropy -= share * std::log2(share);
  }
  return std::exp2(entropy);
}

std::string curve_text(const std::vector<DfeEpoch>& curve, const DfeOptions& options) {
  std::string text = "epoch";
  for (const char* which : {"", "validation_"})
    for (const char* name : {"loss", "reconstruction", "quantization", "sparsity", "orthogonality",
                             "decoder_sparsity", "codes_used", "perplexity"})
      text.append(",").append(which).append(name);
  text += '\n';
  const auto append = [&](const DfeLosses& losses) {
    if (losses.frames == 0) {
      text += ",,,,,,,,";
      return;
    }
    const auto frames = static_cast<double>(losses.frames);
    for (const double value :
         {losses.total(options), losses.reconstruction / frames, losses.quantization / frames,
          losses.sparsity / frames, losses.orthogonality / frames, losses.decoder_sparsity / frames,
          static_cast<double>(codes_in_use(losses)), perplexity(losses)}) {
      text += ',';
      text += number_text(value);
    }
  };
  for (std::size_t i = 0; i < curve.size(); ++i) {
    text += std::to_string(i + 1);
    append(curve[i].training);
    append(curve[i].validation);
    text += '\n';
  }
  return text;
}

}  // namespace facelex
