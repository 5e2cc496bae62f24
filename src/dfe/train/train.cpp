#include "facelex/dfe/train/train.hpp"

#include <algorithm>
#include <cmath>

#include "checkpoint.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/random.hpp"
#include "facelex/core/text.hpp"
#include "facelex/dfe/train/layout.hpp"
#include "facelex/io/atomic_file.hpp"
#include "random.hpp"
#include "start.hpp"

namespace facelex {
namespace {

Json identity_of(DfeFrameSource& frames, const DfeTask& task) {
  Json identity = task.configuration();
  identity["inputs"] = task.shape.inputs;
  identity["keeps-best"] = task.options.patience > 0;
  identity.update(frames.identity());
  return identity;
}

class DfeTrainer {
 public:
  DfeTrainer(DfeFrameSource& frames, const DfeTask& task, DfeBackend& backend, const DfeTrainingFiles& files,
             const Work& work)
      : frames_(frames),
        options_(task.options),
        backend_(backend),
        layout_(task.shape),
        files_(files),
        work_(work),
        random_(static_cast<std::uint64_t>(options_.training.seed)),
        steps_((frames.training() + options_.batch - 1) / options_.batch) {
    if (!files.checkpoint.empty()) identity_ = identity_of(frames, task);
  }

  DfeTraining train() {
    begin();
    while (progress_.epoch() < options_.epochs && !patience_is_over()) {
      while (progress_.step < steps_) {
        if (work_.stopped()) stop();
        const DfeLosses losses = backend_.step(frames_.step(progress_.epoch(), progress_.step));
        require_sane(losses);
        progress_.running.add(losses);
        ++progress_.step;
        work_.report(steps_ * progress_.epoch() + progress_.step, steps_ * options_.epochs);
      }
      end_epoch();
    }
    return result();
  }

 private:
  void begin() {
    const auto codes = static_cast<std::size_t>(layout_.shape().codes);
    std::error_code none;
    if (!files_.checkpoint.empty() && std::filesystem::exists(files_.checkpoint, none)) {
      progress_ = read_checkpoint(files_.checkpoint, identity_);
      if (progress_.state.weights.size() != layout_.size() || progress_.idle.size() != codes)
        throw data_error({files_.checkpoint.string(), 0, {}}, "its sizes do not fit the network",
                         "begin anew with " + field("force"));
      backend_.set_state(std::move(progress_.state));
      return;
    }
    progress_.idle.assign(codes, 0);
    if (options_.kmeans_start) start_from_clusters();
  }

  void require_sane(const DfeLosses& losses) {
    const double loss = losses.total(options_);
    constexpr double exploded = 1000;
    if (progress_.epoch() == 0 && progress_.step == 0) progress_.first_loss = loss;
    if (std::isfinite(loss) && loss <= exploded * std::max(progress_.first_loss, 1e-30)) return;
    std::error_code none;
    const bool kept = !files_.checkpoint.empty() && std::filesystem::exists(files_.checkpoint, none);
    throw data_error({files_.name, 0, {}},
                     "training diverges: the loss is " +
                         (std::isfinite(loss) ? shortest(loss) : "not a number") + " in epoch " +
                         std::to_string(progress_.epoch() + 1) + ", step " +
                         std::to_string(progress_.step + 1) + ", after " + shortest(progress_.first_loss) +
                         " in the first" +
                         (kept ? "; the last good checkpoint is kept in " + files_.checkpoint.string() : ""),
                     "lower " + field("learning-rate") + ", or " + field("standardize") +
                         " inputs of large values, and begin anew with " + field("force"));
  }

  static std::string shortest(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
  }

  void end_epoch() {
    DfeEpoch epoch;
    epoch.training = std::move(progress_.running);
    progress_.running = {};
    progress_.step = 0;
    if (frames_.validation() > 0) {
      frames_.each_validation([&](const DfeBatch& part) { epoch.validation.add(backend_.evaluate(part)); });
      const double loss = epoch.validation.total(options_);
      if (!std::isfinite(loss)) require_sane(epoch.validation);
      if (options_.patience > 0 && (progress_.best.empty() || loss < progress_.best_loss)) {
        progress_.best = backend_.state().weights;
        progress_.best_loss = loss;
        progress_.best_epoch = progress_.epoch() + 1;
      }
    }
    progress_.curve.push_back(std::move(epoch));
    const bool last = progress_.epoch() == options_.epochs || patience_is_over();
    // Not after the last epoch, nor before its weights are kept: a model has no code that was never learnt.
    if (!last && options_.revive_after > 0) revive(progress_.curve.back().training);
    if (!last && options_.checkpoint_every > 0 && progress_.epoch() % options_.checkpoint_every == 0) save();
  }

  bool patience_is_over() const {
    return options_.patience > 0 && !progress_.best.empty() &&
           progress_.epoch() - progress_.best_epoch >= options_.patience;
  }

  void save() {
    if (!files_.curve.empty()) write_file_atomically(files_.curve, curve_text(progress_.curve, options_));
    if (files_.checkpoint.empty()) return;
    progress_.state = backend_.state();
    write_checkpoint(files_.checkpoint, progress_, identity_);
  }

  [[noreturn]] void stop() {
    save();
    throw Error(ErrorKind::interrupted,
                "stopped by the user in epoch " + std::to_string(progress_.epoch() + 1) + " of " +
                    std::to_string(options_.epochs) +
                    (files_.checkpoint.empty() ? "" : "; the same command goes on from there"));
  }

  /// The codes as cluster centres, stage by stage, of the points that the untrained encoder gives.
  void start_from_clusters() {
    constexpr std::int64_t enough = 20000;
    FloatRowMatrix points(std::min(enough, frames_.training()), layout_.shape().latent);
    Eigen::Index count = 0;
    frames_.each_drawn(enough, random_.stream(cluster_frames), [&](const DfeBatch& part) {
      const auto size = static_cast<Eigen::Index>(part.rows.size());
      points.middleRows(count, size) = backend_.latent(part);
      count += size;
    });
    const FloatRowMatrix codes = start_codes(points, layout_.shape().codes, layout_.shape().stages,
                                             static_cast<std::uint64_t>(options_.training.seed), work_);
    DfeState state = backend_.state();
    for (Eigen::Index k = 0; k < codes.rows(); ++k) code_of(state.weights, k) = codes.row(k);
    backend_.set_state(std::move(state));
  }

  /// Puts each code that was not used for --revive-after epochs where a frame's residual lies, at a stage
  /// drawn at random, with fresh moments.
  void revive(const DfeLosses& losses) {
    DfeState state;
    for (std::size_t k = 0; k < progress_.idle.size(); ++k) {
      progress_.idle[k] = losses.code_use[k] > 0 ? 0 : progress_.idle[k] + 1;
      if (progress_.idle[k] < options_.revive_after) continue;
      progress_.idle[k] = 0;
      ++progress_.revived;
      if (state.weights.empty()) state = backend_.state();
      Random random = random_.stream(revival)
                          .stream(static_cast<std::uint64_t>(progress_.epoch()))
                          .stream(static_cast<std::uint64_t>(k));
      const auto index = random.below(static_cast<std::uint64_t>(frames_.training()));
      Eigen::RowVectorXf residual = backend_.latent(frames_.frame(static_cast<std::int64_t>(index))).row(0);
      const auto stages = random.below(static_cast<std::uint64_t>(layout_.shape().stages));
      const DfeParameter& at = layout_.parameter("codebook");
      const Eigen::Map<const FloatRowMatrix> codes(state.weights.data() + at.offset, at.rows, at.cols);
      for (std::uint64_t i = 0; i < stages; ++i) {
        Eigen::Index nearest = 0;
        (codes.rowwise() - residual).rowwise().squaredNorm().minCoeff(&nearest);
        residual -= codes.row(nearest);
      }
      const auto code = static_cast<Eigen::Index>(k);
      code_of(state.weights, code) = residual;
      code_of(state.first_moment, code).setZero();
      code_of(state.second_moment, code).setZero();
    }
    if (!state.weights.empty()) backend_.set_state(std::move(state));
  }

  Eigen::Map<Eigen::RowVectorXf> code_of(std::vector<float>& flat, Eigen::Index code) const {
    const DfeParameter& at = layout_.parameter("codebook");
    return {flat.data() + at.offset + static_cast<std::size_t>(code * at.cols), at.cols};
  }

  DfeTraining result() {
    DfeTraining training;
    const bool keeps_best = options_.patience > 0 && !progress_.best.empty();
    training.weights = keeps_best ? progress_.best : backend_.state().weights;
    training.epoch = keeps_best ? progress_.best_epoch : progress_.epoch();
    training.ended_early = progress_.epoch() < options_.epochs;
    training.revived = progress_.revived;
    if (!std::all_of(training.weights.begin(), training.weights.end(),
                     [](float weight) { return std::isfinite(weight); }))
      require_sane({.frames = 1, .reconstruction = std::nan(""), .code_use = {}});
    if (!files_.curve.empty()) write_file_atomically(files_.curve, curve_text(progress_.curve, options_));
    training.curve = std::move(progress_.curve);
    return training;
  }

  DfeFrameSource& frames_;
  const DfeOptions& options_;
  DfeBackend& backend_;
  DfeLayout layout_;
  const DfeTrainingFiles& files_;
  const Work& work_;
  Random random_;
  std::int64_t steps_;  ///< of an epoch
  Json identity_;
  DfeProgress progress_;
};

}  // namespace

DfeTraining train_dfe(DfeFrameSource& frames, const DfeTask& task, DfeBackend& backend,
                      const DfeTrainingFiles& files, const Work& work) {
  return DfeTrainer(frames, task, backend, files, work).train();
}

}  // namespace facelex
