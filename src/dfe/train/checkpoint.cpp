#include "checkpoint.hpp"

#include <cstring>
#include <utility>

#include "facelex/core/error.hpp"
#include "facelex/io/models/model_file.hpp"

namespace facelex {
namespace {

constexpr const char* checkpoint_kind = "dfe-checkpoint";

Tensor tensor_of(const std::vector<float>& values) {
  Tensor tensor{Tensor::Type::f32, {static_cast<std::int64_t>(values.size())}, {}};
  tensor.bytes.resize(values.size() * sizeof(float));
  if (!values.empty()) std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
  return tensor;
}

std::vector<float> floats(const ModelFile& file, const std::string& name) {
  const auto found = file.tensors.find(name);
  if (found == file.tensors.end() || found->second.type != Tensor::Type::f32)
    throw data_error({file.source, 0, name}, "the checkpoint lacks these numbers",
                     "train anew with " + field("force"));
  std::vector<float> values(found->second.bytes.size() / sizeof(float));
  if (!values.empty()) std::memcpy(values.data(), found->second.bytes.data(), values.size() * sizeof(float));
  return values;
}

Eigen::RowVectorXd row_of(const DfeLosses& losses, std::size_t codes) {
  Eigen::RowVectorXd row = Eigen::RowVectorXd::Zero(static_cast<Eigen::Index>(6 + codes));
  row.head(6) << static_cast<double>(losses.frames), losses.reconstruction, losses.quantization,
      losses.sparsity, losses.orthogonality, losses.decoder_sparsity;
  for (std::size_t i = 0; i < losses.code_use.size(); ++i)
    row[static_cast<Eigen::Index>(6 + i)] = static_cast<double>(losses.code_use[i]);
  return row;
}

DfeLosses losses_of(const RowMatrix& table, Eigen::Index row) {
  DfeLosses losses;
  losses.frames = static_cast<std::int64_t>(table(row, 0));
  losses.reconstruction = table(row, 1);
  losses.quantization = table(row, 2);
  losses.sparsity = table(row, 3);
  losses.orthogonality = table(row, 4);
  losses.decoder_sparsity = table(row, 5);
  for (Eigen::Index i = 6; i < table.cols(); ++i)
    losses.code_use.push_back(static_cast<std::int64_t>(table(row, i)));
  return losses;
}

std::string shown(const Json& object, const std::string& name) {
  return object.contains(name) ? object[name].dump() : "nothing";
}

std::string frames_shown(const Json& identity) {
  return identity.contains("frames_in_memory") ? identity["frames_in_memory"].dump() + " frames"
                                               : "all frames";
}

void require_same(const Json& kept, const Json& wanted, const std::filesystem::path& file) {
  const auto refuse = [&](const std::string& what, const Message& give) {
    throw usage_error(
        file.string() + " is the checkpoint of another training: " + what,
        "give the same " + give + ", write another model, or begin anew with " + field("force"));
  };
  const auto differs = [&](const std::string& name) {
    return !kept.contains(name) || !wanted.contains(name) || kept[name] != wanted[name];
  };
  if ((kept.contains("frames_in_memory") || wanted.contains("frames_in_memory")) &&
      differs("frames_in_memory"))
    refuse("memory holds " + frames_shown(kept) + " there and " + frames_shown(wanted) + " here",
           field("memory"));
  // Before the frames, which are others with other history, and on either side.
  if ((kept.contains("history") || wanted.contains("history")) && differs("history"))
    refuse("history is " + shown(kept, "history") + " there and " + shown(wanted, "history") + " here",
           field("history"));
  for (auto it = wanted.begin(); it != wanted.end(); ++it) {
    if (!differs(it.key())) continue;
    if (it.key() == "frames_sha256") refuse("its recordings differ", "recordings");
    refuse(it.key() + " is " + shown(kept, it.key()) + " there and " + it.value().dump() + " here",
           "options");
  }
}

}  // namespace

void write_checkpoint(const std::filesystem::path& file, const DfeProgress& progress, const Json& identity) {
  ModelFile model;
  model.kind = checkpoint_kind;
  model.metadata = {{"identity", identity},
                    {"steps", progress.state.steps},
                    {"step_of_epoch", progress.step},
                    {"best_epoch", progress.best_epoch},
                    {"best_loss", progress.best_loss},
                    {"first_loss", progress.first_loss},
                    {"revived", progress.revived}};
  model.tensors["weights"] = tensor_of(progress.state.weights);
  model.tensors["first_moment"] = tensor_of(progress.state.first_moment);
  model.tensors["second_moment"] = tensor_of(progress.state.second_moment);
  model.tensors["best"] = tensor_of(progress.best);
  // The codes' use, as exact as a double holds it: 2⁵³ frames.
  const std::size_t codes = progress.idle.size();
  RowMatrix curve(2 * progress.epoch() + 1, static_cast<Eigen::Index>(6 + codes));
  for (int i = 0; i < progress.epoch(); ++i) {
    const DfeEpoch& epoch = progress.curve[static_cast<std::size_t>(i)];
    curve.row(2 * i) = row_of(epoch.training, codes);
    curve.row(2 * i + 1) = row_of(epoch.validation, codes);
  }
  curve.bottomRows(1) = row_of(progress.running, codes);
  model.set("curve", curve);
  model.set("idle", progress.idle);
  write_model(file, model);
}

DfeProgress read_checkpoint(const std::filesystem::path& file, const Json& identity) {
  const ModelFile model = read_model(file);
  if (model.kind != checkpoint_kind)
    throw data_error({file.string(), 0, {}}, "is a model of kind " + model.kind + ", not a checkpoint",
                     "move it away");
  DfeProgress progress;
  try {
    require_same(model.metadata.at("identity"), identity, file);
    progress.state.steps = model.metadata.at("steps").get<std::int64_t>();
    progress.step = model.metadata.at("step_of_epoch").get<std::int64_t>();
    progress.best_epoch = model.metadata.at("best_epoch").get<int>();
    progress.best_loss = model.metadata.at("best_loss").get<double>();
    progress.first_loss = model.metadata.at("first_loss").get<double>();
    progress.revived = model.metadata.at("revived").get<int>();
  } catch (const Json::exception&) {
    throw data_error({file.string(), 0, {}}, "is not a checkpoint of this program",
                     "begin anew with " + field("force"));
  }
  progress.state.weights = floats(model, "weights");
  progress.state.first_moment = floats(model, "first_moment");
  progress.state.second_moment = floats(model, "second_moment");
  progress.best = floats(model, "best");
  progress.idle = model.integers("idle");
  const RowMatrix curve = model.matrix("curve", -1, static_cast<Eigen::Index>(6 + progress.idle.size()));
  for (Eigen::Index i = 0; i + 2 < curve.rows(); i += 2)
    progress.curve.push_back({losses_of(curve, i), losses_of(curve, i + 1)});
  progress.running = losses_of(curve, curve.rows() - 1);
  return progress;
}

}  // namespace facelex
