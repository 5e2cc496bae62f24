#include "facelex/nn/learn_dfe.hpp"

#include <algorithm>
#include <cmath>

#include "dfe_inputs.hpp"
#include "facelex/coding/dfe_system.hpp"
#include "facelex/core/error.hpp"
#include "facelex/nn/dfe_layout.hpp"

namespace facelex {
namespace {

Eigen::RowVectorXd mean_of(const RowMatrix& values, const std::vector<std::int64_t>& rows) {
  Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(values.cols());
  for (const auto row : rows) sum += values.row(row);
  return sum / static_cast<double>(rows.size());
}

Eigen::RowVectorXd variance_of(const RowMatrix& values, const std::vector<std::int64_t>& rows,
                               const Eigen::RowVectorXd& mean) {
  Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(values.cols());
  for (const auto row : rows) sum += (values.row(row) - mean).cwiseAbs2();
  return sum / static_cast<double>(rows.size());
}

/// Mean over the frames, and the share of variance explained in the space that the network learnt in.
Json summary_of(const DfeLosses& losses, const FloatRowMatrix& values, const std::vector<std::int64_t>& rows,
                const Eigen::RowVectorXd& mean, const DfeOptions& options) {
  double variance = 0;
  for (const auto row : rows) variance += (values.row(row).cast<double>() - mean).squaredNorm();
  return {{"frames", losses.frames},
          {"loss", losses.total(options)},
          {"reconstruction", losses.reconstruction / static_cast<double>(losses.frames)},
          {"variance_explained", 1 - losses.reconstruction / variance},
          {"codes_used", codes_in_use(losses)},
          {"perplexity", perplexity(losses)}};
}

}  // namespace

LearnResult learn_dfe(const std::vector<TrainingInput>& inputs, const DfeOptions& options,
                      const std::map<std::string, std::string>& subjects, const DfeTrainingFiles& files,
                      const DfeBackendMaker& make_backend, const Work& work) {
  options.check();
  const TrainingData data = read_training_data(
      inputs,
      [&](const Recording& header, const std::string& file) {
        return dfe_columns(header, file, options.fit_part, options.columns);
      },
      options.training, work);
  SignalKind kind = data.kind;
  if (kind == SignalKind::landmarks) {  // of the table, not of what --columns names
    std::vector<std::string> names;
    for (const Column& column : data.columns) names.push_back(column.name);
    kind = kind_from_columns(names);
  }
  LearnResult learnt;
  learnt.warnings = data.warnings();
  DfeFrames frames;
  DfeSplit split = split_for_validation(data.sources, subjects, options.validation,
                                        static_cast<std::uint64_t>(options.training.seed));
  frames.training = std::move(split.training);
  frames.validation = std::move(split.validation);
  const auto count = static_cast<std::int64_t>(frames.training.size());
  if (count < options.shape.codes)
    throw data_error({},
                     std::to_string(count) + " frames to learn from are fewer than the " +
                         std::to_string(options.shape.codes) + " --codes",
                     "learn from more recordings, or ask for fewer codes");
  if (options.validation > 0 && split.held_out.empty())
    learnt.warnings.push_back("there is one recording or subject only: validated on its last " +
                              std::to_string(frames.validation.size()) + " frames");

  DfeShape shape = options.shape;
  shape.inputs = static_cast<int>(data.columns.size());
  const Eigen::RowVectorXd mean = mean_of(data.values, frames.training);
  const Eigen::RowVectorXd variance = variance_of(data.values, frames.training, mean);
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
  frames.values =
      ((data.values.cast<float>().rowwise() - shift.row(0)).array().rowwise() / scale.row(0).array());
  const Eigen::RowVectorXd learnt_mean = options.standardize ? Eigen::RowVectorXd::Zero(shape.inputs) : mean;

  const std::unique_ptr<DfeBackend> backend = make_backend(shape, options);
  DfeTraining training = train_dfe(frames, options, *backend, shape, files, work);
  DfeState state = backend->state();
  state.weights = training.weights;
  backend->set_state(std::move(state));
  Json summary = data.summary();
  const Json of_training = summary_of(backend->evaluate(frames.values, frames.training), frames.values,
                                      frames.training, learnt_mean, options);
  for (const auto& [name, value] : of_training.items())
    if (name != "frames") summary[name] = value;
  summary["training_frames"] = count;
  summary["epochs"] = training.epoch;
  if (options.revive_after > 0) summary["revived"] = training.revived;
  if (!frames.validation.empty()) {
    summary["validation"] = summary_of(backend->evaluate(frames.values, frames.validation), frames.values,
                                       frames.validation, learnt_mean, options);
    summary["validation"]["held_out"] = split.held_out;
  }
  if (const int used = of_training["codes_used"].get<int>(); used < shape.codes)
    learnt.warnings.push_back(std::to_string(shape.codes - used) + " of " + std::to_string(shape.codes) +
                              " codes are never used: more --epochs, or fewer --codes");
  learnt.system = std::make_unique<DiscreteFacialEncoding>(
      DfeLayout(shape).network(training.weights, shift, scale), data.columns, kind, options.configuration(),
      std::move(summary));
  return learnt;
}

}  // namespace facelex
