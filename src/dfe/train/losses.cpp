#include "facelex/dfe/train/backend.hpp"

#include <algorithm>

namespace facelex {

void DfeLosses::add(const DfeLosses& other) {
  frames += other.frames;
  reconstruction += other.reconstruction;
  quantization += other.quantization;
  sparsity += other.sparsity;
  orthogonality += other.orthogonality;
  decoder_sparsity += other.decoder_sparsity;
  code_use.resize(std::max(code_use.size(), other.code_use.size()));
  for (std::size_t i = 0; i < other.code_use.size(); ++i) code_use[i] += other.code_use[i];
}

double DfeLosses::total(const DfeOptions& options) const {
  return (reconstruction + (options.commitment + options.codebook_weight) * quantization +
          options.sparsity * sparsity + options.orthogonality * orthogonality +
          options.decoder_sparsity * decoder_sparsity) /
         static_cast<double>(frames);
}

}  // namespace facelex
