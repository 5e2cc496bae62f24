#include "facelex/dfe/import.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <set>

#include "facelex/core/error.hpp"
#include "facelex/core/json.hpp"
#include "facelex/io/pickle/torch_checkpoint.hpp"

namespace facelex {
namespace {

using Eigen::Index;

/// A part of the network and what it is usually called at the end of its name in a state dict.
struct DfePart {
  const char* name;
  std::vector<const char*> usual;
};
const std::array<DfePart, 6>& dfe_parts() {
  static const std::array<DfePart, 6> parts = {
      {{"embed", {"embed", "token_embed", "input_proj", "input_projection", "proj_in", "in_proj"}},
       {"positions", {"positions", "pos_embed", "pos_embedding", "pos_emb", "position_embedding"}},
       {"layers", {}},
       {"latent", {"latent", "to_latent", "fc_out", "output_proj", "out_proj", "head", "proj_out"}},
       {"codebook", {}},
       {"decoder", {"decoder", "decoder.0", "dec"}}}};
  return parts;
}

std::map<std::string, std::string> names_from_file(const std::string& file) {
  std::map<std::string, std::string> names;
  if (file.empty()) return names;
  const Json map = read_json(file);
  std::vector<std::string> known;
  for (const auto& part : dfe_parts()) known.emplace_back(part.name);
  if (!map.is_object())
    throw data_error({file, 0, {}}, "is not an object of names", R"({"embed": "net.proj", …})");
  for (const auto& [part, name] : map.items()) {
    if (std::find(known.begin(), known.end(), part) == known.end())
      throw data_error({file, 0, part}, "is not a part of the network",
                       "parts are embed, positions, layers, latent, codebook and decoder");
    if (!name.is_string()) throw data_error({file, 0, part}, "is not a name");
    names[part] = name.get<std::string>();
  }
  return names;
}

/// Reads the parts of one checkpoint and remembers which tensors were taken.
class DfeCheckpoint {
 public:
  DfeCheckpoint(const std::filesystem::path& file, const DfeImportOptions& options)
      : file_(file.string()), options_(options), checkpoint_(file), names_(names_from_file(options.names)) {}

  DfeNetwork network() {
    DfeShape& shape = network_.shape;
    shape.heads = options_.heads;
    shape.layers = read_layers();
    shape.feed_forward = static_cast<int>(weight("layer.0.feed1.weight").rows());
    shape.width = static_cast<int>(weight("layer.0.feed1.weight").cols());
    read_codebook();
    shape.codes = static_cast<int>(weight("codebook").rows());
    shape.latent = static_cast<int>(weight("codebook").cols());
    read_linear("latent", "latent", shape.latent, shape.width);
    read_linear("decoder", "decoder.0", -1, shape.latent);
    shape.inputs = static_cast<int>(weight("decoder.0.weight").rows());
    read_linear("embed", "embed", shape.width, -1);
    shape.token_width = static_cast<int>(weight("embed.weight").cols());
    read_positions();
    network_.weights["input.mean"] = FloatRowMatrix::Zero(1, shape.inputs);
    network_.weights["input.scale"] = FloatRowMatrix::Ones(1, shape.inputs);
    require_all_used();
    return std::move(network_);
  }

 private:
  [[noreturn]] void refuse(const std::string& tensor, const std::string& what, const Message& remedy) const {
    throw data_error({file_, 0, tensor}, what, remedy);
  }

  const FloatRowMatrix& weight(const std::string& name) const { return network_.weights.at(name); }

  bool has(const std::string& name) const { return checkpoint_.tensors().contains(name); }

  /// A tensor as a matrix; leading dimensions of 1 are left out, a vector is one row.
  FloatRowMatrix take(const std::string& name) {
    const auto found = checkpoint_.tensors().find(name);
    if (found == checkpoint_.tensors().end())
      refuse(name, "is missing", "say with " + field("names") + " what the parts are called");
    std::vector<std::int64_t> shape = found->second.shape;
    while (shape.size() > 2 && shape.front() == 1) shape.erase(shape.begin());
    while (shape.size() < 2) shape.insert(shape.begin(), 1);
    if (shape.size() > 2)
      refuse(name, "has " + std::to_string(shape.size()) + " dimensions", "expected a matrix");
    const auto numbers = checkpoint_.numbers(name);
    used_.insert(name);
    return Eigen::Map<const FloatRowMatrix>(numbers.data(), shape[0], shape[1]);
  }

  int read_layers() {
    constexpr std::string_view ending = ".0.self_attn.in_proj_weight";
    std::string prefix = names_.contains("layers") ? names_["layers"] : std::string();
    if (prefix.empty()) {
      std::vector<std::string> found;
      for (const auto& [name, tensor] : checkpoint_.tensors())
        if (name.ends_with(ending)) found.push_back(name.substr(0, name.size() - ending.size()));
      if (found.size() != 1)
        refuse(
            {}, std::to_string(found.size()) + " transformers are in it, not one",
            "name the one in " + field("names") + R"( as "layers"; encoders of another kind are not read)");
      prefix = found.front();
    }
    int layers = 0;
    while (has(prefix + "." + std::to_string(layers) + ".self_attn.in_proj_weight")) {
      const std::string from = prefix + "." + std::to_string(layers) + ".";
      const std::string to = "layer." + std::to_string(layers) + ".";
      for (const char* kind : {"weight", "bias"}) {
        const std::string end(kind);
        network_.weights[to + "attention.qkv." + end] = take(from + "self_attn.in_proj_" + end);
        network_.weights[to + "attention.out." + end] = take(from + "self_attn.out_proj." + end);
        network_.weights[to + "feed1." + end] = take(from + "linear1." + end);
        network_.weights[to + "feed2." + end] = take(from + "linear2." + end);
        network_.weights[to + "norm1." + end] = take(from + "norm1." + end);
        network_.weights[to + "norm2." + end] = take(from + "norm2." + end);
      }
      ++layers;
    }
    if (layers == 0)
      refuse(prefix, "holds no layers",
             "expected the layers of a TransformerEncoder: " + prefix + ".0.self_attn …");
    return layers;
  }

  void read_codebook() {
    std::vector<std::string> found;
    if (names_.contains("codebook")) {
      found.push_back(names_["codebook"]);
    } else {
      for (const auto& [name, tensor] : checkpoint_.tensors())
        if (name.ends_with("_codebook.embed") || name.ends_with("codebook.weight") || name == "codebook" ||
            name.ends_with(".codebook"))
          found.push_back(name);
    }
    if (found.empty())
      refuse({}, "holds no codebook", "say with " + field("names") + R"( where it is: "codebook")");
    const FloatRowMatrix codes = take(found.front());
    for (std::size_t i = 1; i < found.size(); ++i)
      if (const FloatRowMatrix other = take(found[i]);
          other.rows() != codes.rows() || other.cols() != codes.cols() || other != codes)
        refuse(found[i], "is another codebook than " + in_quotes(found.front()),
               "stages that share one codebook are read: train with shared_codebook=True");
    network_.weights["codebook"] = codes;
    network_.shape.stages = found.size() > 1 ? static_cast<int>(found.size()) : options_.stages;
  }

  /// A Linear of these sizes (−1: any) by its name, its usual names, or as the only one of them.
  void read_linear(const std::string& part, const std::string& to, Index rows, Index columns) {
    const std::string prefix = linear_named(part, rows, columns);
    const FloatRowMatrix weights = take(prefix + ".weight");
    if ((rows >= 0 && weights.rows() != rows) || (columns >= 0 && weights.cols() != columns))
      refuse(prefix + ".weight",
             "is " + std::to_string(weights.rows()) + " × " + std::to_string(weights.cols()) + ", but " +
                 part + " has to be " + (rows < 0 ? "any" : std::to_string(rows)) + " × " +
                 (columns < 0 ? "any" : std::to_string(columns)),
             "say with " + field("names") + " what it is called");
    network_.weights[to + ".weight"] = weights;
    network_.weights[to + ".bias"] =
        has(prefix + ".bias") ? take(prefix + ".bias") : FloatRowMatrix::Zero(1, weights.rows());
    if (weight(to + ".bias").cols() != weights.rows())
      refuse(prefix + ".bias", "does not fit its weights", "the checkpoint is damaged");
  }

  std::string linear_named(const std::string& part, Index rows, Index columns) {
    if (names_.contains(part)) return names_[part];
    std::vector<std::string> named, fitting;
    for (const auto& [name, tensor] : checkpoint_.tensors()) {
      constexpr std::string_view ending = ".weight";
      if (used_.contains(name) || !name.ends_with(ending) || tensor.shape.size() != 2) continue;
      if ((rows >= 0 && tensor.shape[0] != rows) || (columns >= 0 && tensor.shape[1] != columns)) continue;
      const std::string prefix = name.substr(0, name.size() - ending.size());
      fitting.push_back(prefix);
      if (is_usual(part, prefix)) named.push_back(prefix);
    }
    if (named.size() == 1) return named.front();
    if (named.empty() && fitting.size() == 1) return fitting.front();
    std::string list;
    for (const auto& name : fitting) list += (list.empty() ? "" : ", ") + name;
    refuse(part, fitting.empty() ? "no linear map of fitting sizes is in it" : "may be any of " + list,
           "say with " + field("names") + " which one is \"" + part + "\"");
  }

  static bool is_usual(const std::string& part, const std::string& name) {
    for (const auto& known : dfe_parts())
      if (part == known.name)
        return std::any_of(known.usual.begin(), known.usual.end(), [&](const std::string& usual) {
          return name == usual || name.ends_with("." + usual);
        });
    return false;
  }

  void read_positions() {
    const DfeShape& shape = network_.shape;
    std::string found = names_.contains("positions") ? names_["positions"] : std::string();
    if (found.empty())
      for (const auto& [name, tensor] : checkpoint_.tensors()) {
        const std::string stem = name.ends_with(".weight") ? name.substr(0, name.size() - 7) : name;
        if (!used_.contains(name) && is_usual("positions", stem)) found = name;
      }
    FloatRowMatrix positions = FloatRowMatrix::Zero(shape.tokens(), shape.width);
    if (!found.empty()) {
      positions = take(found);
      if (positions.rows() != shape.tokens() || positions.cols() != shape.width)
        refuse(found,
               "is " + std::to_string(positions.rows()) + " × " + std::to_string(positions.cols()) +
                   ", but there are " + std::to_string(shape.tokens()) + " tokens of width " +
                   std::to_string(shape.width),
               "networks with a token of their own for the whole are not read");
    }
    network_.weights["positions"] = positions;
  }

  /// What training keeps beside the codes is no part of coding.
  static bool is_bookkeeping(const std::string& name) {
    for (const char* ending :
         {"cluster_size", "embed_avg", "initted", "batch_mean", "batch_variance", "codebook_mean",
          "codebook_variance", "codebook_mean_needs_init", "codebook_variance_needs_init", "zero"})
      if (name.ends_with(std::string(".") + ending)) return true;
    return false;
  }

  bool is_ignored(const std::string& name) const {
    return std::any_of(options_.ignore.begin(), options_.ignore.end(), [&](const std::string& given) {
      return given.ends_with('*') ? name.starts_with(given.substr(0, given.size() - 1)) : name == given;
    });
  }

  void require_all_used() const {
    std::vector<std::string> others;
    for (const auto& [name, tensor] : checkpoint_.tensors())
      if (!used_.contains(name) && !is_bookkeeping(name) && !is_ignored(name)) others.push_back(name);
    if (others.empty()) return;
    std::string list;
    for (std::size_t i = 0; i < others.size() && i < 5; ++i) list += (i > 0 ? ", " : "") + others[i];
    refuse(others.front(),
           std::to_string(others.size()) + " tensors have no place in the network (" + list +
               (others.size() > 5 ? " …" : "") + ")",
           "if they have no part in coding, name them in " + field("ignore") +
               " (optimizer*); else the network is another one and its codes would be wrong");
  }

  std::string file_;
  const DfeImportOptions& options_;
  TorchCheckpoint checkpoint_;
  std::map<std::string, std::string> names_;
  std::set<std::string> used_;
  DfeNetwork network_;
};

}  // namespace

void DfeImportOptions::describe(OptionList& options) {
  options.text("names", names,
               "JSON file that says where parts lie in the state dict: {\"embed\": \"net.proj\", \"layers\": "
               "\"net.encoder.layers\", \"positions\", \"latent\", \"codebook\", \"decoder\"}");
  options.integer("heads", heads, Bounds::at_least(1), "Heads of attention: the weights do not tell");
  options.integer("stages", stages, Bounds::at_least(1),
                  "Stages of the quantiser, where the state dict has one codebook for all");
  options.texts("ignore", ignore,
                "Tensors that have no part in coding; an entry that ends in * stands for all that begin so");
  options.texts(
      "columns", columns,
      "Names of the inputs, in the network's order; default: e_0, e_1 …, as a fit with FLAME has them");
}

void DfeImportOptions::check() const {
  check_bounds(*this);
}

std::unique_ptr<DiscreteFacialEncoding> import_dfe(const std::filesystem::path& file,
                                                   const DfeImportOptions& options) {
  options.check();
  DfeNetwork network = DfeCheckpoint(file, options).network();
  check_dfe_network(network, file.string());
  std::vector<Column> inputs;
  const auto count = static_cast<std::size_t>(network.shape.inputs);
  if (!options.columns.empty() && options.columns.size() != count)
    throw option_error(
        "columns", std::to_string(options.columns.size()) + " names for " + std::to_string(count) + " inputs",
        "name each input of the network once");
  for (std::size_t i = 0; i < count; ++i)
    inputs.push_back({options.columns.empty() ? "e_" + std::to_string(i) : options.columns[i],
                      "input " + std::to_string(i + 1) + " of the imported network", ""});
  return std::make_unique<DiscreteFacialEncoding>(std::move(network), std::move(inputs),
                                                  SignalKind::expression, Json::object(),
                                                  Json{{"source", file.filename().string()}});
}

}  // namespace facelex
