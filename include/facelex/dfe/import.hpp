#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "facelex/core/options.hpp"
#include "facelex/dfe/system.hpp"

namespace facelex {

/// What a PyTorch checkpoint of Discrete Facial Encoding does not say of itself.
struct DfeImportOptions {
  /// JSON object that says where a part lies in the state dict: {"embed": "net.proj", "layers":
  /// "net.encoder.layers", …}; empty: the usual names, else the only weights of fitting sizes.
  std::string names;
  int heads = 4;                     ///< of attention; divides the width
  int stages = 4;                    ///< of the quantiser, where the state dict has one codebook for all
  std::vector<std::string> ignore;   ///< tensors that are not part of it, by name or beginning with *
  std::vector<std::string> columns;  ///< D names of the inputs; empty: e_0 … as a fit with FLAME has them

  void describe(OptionList& options);
  void check() const;
};

/// A checkpoint of the paper's network (002, 3.2) as PyTorch's nn.Linear, nn.TransformerEncoder (post-norm,
/// ReLU) and the ResidualVQ of vector-quantize-pytorch with one codebook for all stages keep it:
///   embed       Linear d → M of each token; positions (1×T×M or T×M), if there are any
///   layers      i.self_attn.in_proj_weight …, i.linear1, i.linear2, i.norm1, i.norm2
///   latent      Linear M → Z of the mean over the tokens
///   codebook    …layers.i._codebook.embed (1×K×Z), equal for all stages; or K×Z
///   decoder     Linear Z → D
/// Inputs are neither centred nor scaled. Throws Error (data) that names file and tensor: what TorchCheckpoint
/// throws, a part that is missing or that several tensors may be, sizes that do not fit each other, codebooks
/// that differ between stages, projections around the quantiser, a norm after the last layer, and tensors that
/// nothing uses, for then the network computes something else. Throws Error (usage) for bad options.
std::unique_ptr<DiscreteFacialEncoding> import_dfe(const std::filesystem::path& file,
                                                   const DfeImportOptions& options);

}  // namespace facelex
