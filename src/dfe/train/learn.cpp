#include "facelex/dfe/train/learn.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "facelex/core/error.hpp"
#include "facelex/dfe/system.hpp"
#include "facelex/dfe/train/displacement.hpp"
#include "facelex/dfe/train/layout.hpp"
#include "inputs.hpp"
#include "table.hpp"

namespace facelex {
namespace {

/// Losses of the weights that `backend` has, as means over frames, and the share of variance explained in the
/// space that the network learnt in, where the training frames have this mean.
Json summary_of(DfeBackend& backend, DfeFrameSource& frames, bool validation, const Eigen::RowVectorXd& mean,
                const DfeOptions& options) {
  DfeLosses losses;
  double variance = 0;
  const DfeFrameSource::Task add = [&](const DfeBatch& part) {
    losses.add(backend.evaluate(part));
    for (const auto row : part.rows)
      variance += (part.frames.row(row).head(mean.size()).cast<double>() - mean).squaredNorm();
  };
  validation ? frames.each_validation(add) : frames.each_training(add);
  return {{"frames", losses.frames},
          {"loss", losses.total(options)},
          {"reconstruction", losses.reconstruction / static_cast<double>(losses.frames)},
          {"variance_explained", 1 - losses.reconstruction / variance},
          {"codes_used", codes_in_use(losses)},
          {"perplexity", perplexity(losses)}};
}

}  // namespace

LearnResult learn_dfe(const std::vector<NamedFile>& inputs, const DfeOptions& options,
                      const std::map<std::string, std::string>& subjects, const DfeTrainingFiles& files,
                      const DfeBackendMaker& make_backend, const Work& work) {
  options.check();
  TrainingData data = read_training_data(
      inputs,
      [&](const Recording& header, const std::string& file) {
        auto columns = dfe_columns(header, file, options.fit_part, options.columns);
        require_room_for_batch(options,
                               static_cast<Eigen::Index>(columns.size()) * (options.shape.history + 1));
        return columns;
      },
      options.training, work, memory_in_bytes(options.memory), options.shape.history);
  const bool streamed = data.store != nullptr;
  SignalKind kind = data.kind;
  if (kind == SignalKind::landmarks) {  // of the table, not of what --columns names
    std::vector<std::string> names;
    for (const Column& column : data.columns) names.push_back(column.name);
    kind = kind_from_columns(names);
  }
  LearnResult learnt;
  learnt.warnings = data.warnings();
  Json summary = data.summary();
  if (streamed) data.values.resize(0, data.values.cols());  // a sample, which this learning has no need of
  const DfeSplit split = split_for_validation(data.sources, subjects, options.validation,
                                              static_cast<std::uint64_t>(options.training.seed));
  const std::int64_t count = split.count(false), aside = split.count(true);
  if (count < options.shape.codes)
    throw data_error({},
                     std::to_string(count) + " frames to learn from are fewer than the " +
                         std::to_string(options.shape.codes) + " " + field("codes"),
                     "learn from more recordings, or ask for fewer codes");
  if (options.validation > 0 && split.held_out.empty())
    learnt.warnings.push_back("there is one recording or subject only: validated on its last " +
                              std::to_string(aside) + " frames");

  DfeTask task{options.shape, options};
  DfeShape& shape = task.shape;
  shape.inputs = static_cast<int>(data.columns.size());
  const auto [mean, variance] = training_moments(data, split, work);
  if (variance.maxCoeff() <= 0)
    throw data_error({}, "no column changes in the " + std::to_string(count) + " frames to learn from",
                     "learn from other recordings");
  std::string constant;
  for (Eigen::Index i = 0; i < variance.size(); ++i)
    if (variance[i] <= 0)
      constant.append(constant.empty() ? "" : ", ").append(data.columns[static_cast<std::size_t>(i)].name);
  if (!constant.empty()) learnt.warnings.push_back("these columns never change: " + constant);
  FloatRowMatrix shift = FloatRowMatrix::Zero(1, shape.inputs), scale = FloatRowMatrix::Ones(1, shape.inputs);
  if (options.standardize) {
    shift = mean.cast<float>();
    scale = (variance.array() > 0).select(variance.cwiseSqrt(), 1.0).cast<float>();
  }
  if (options.sparsity_on == DfeSparsityOn::displacement)
    task.displacement = std::make_shared<const FloatRowMatrix>(
        displacement_of_outputs(displacement_face(options), data.columns, scale));
  const auto frames = make_frame_source(data, split, shift, scale, options, work);
  const Eigen::RowVectorXd learnt_mean = options.standardize ? Eigen::RowVectorXd::Zero(shape.inputs) : mean;

  const std::unique_ptr<DfeBackend> backend = make_backend(task);
  DfeTraining training = train_dfe(*frames, task, *backend, files, work);
  DfeState state = backend->state();
  state.weights = training.weights;
  backend->set_state(std::move(state));
  const Json of_training = summary_of(*backend, *frames, false, learnt_mean, options);
  for (const auto& [name, value] : of_training.items())
    if (name != "frames") summary[name] = value;
  summary["training_frames"] = count;
  if (streamed) summary["frames_in_memory"] = frames->in_memory();
  summary["epochs"] = training.epoch;
  if (options.revive_after > 0) summary["revived"] = training.revived;
  if (aside > 0) {
    summary["validation"] = summary_of(*backend, *frames, true, learnt_mean, options);
    summary["validation"]["held_out"] = split.held_out;
  }
  if (const int used = of_training["codes_used"].get<int>(); used < shape.codes)
    learnt.warnings.push_back(std::to_string(shape.codes - used) + " of " + std::to_string(shape.codes) +
                              " codes are never used: more " + field("epochs") + ", or fewer " +
                              field("codes"));
  learnt.system =
      std::make_unique<DiscreteFacialEncoding>(DfeLayout(shape).network(training.weights, shift, scale),
                                               data.columns, kind, task.configuration(), std::move(summary));
  return learnt;
}

}  // namespace facelex
