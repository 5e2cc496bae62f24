#pragma once

#include <functional>
#include <optional>

#include "facelex/analysis/power.hpp"
#include "facelex/batch/reporter.hpp"
#include "facelex/batch/runner.hpp"
#include "facelex/face/cohort.hpp"
#include "feature_settings.hpp"
#include "stages.hpp"

namespace facelex::cli {

/// How the pool is made and what is taken of it.
struct PowerPoolOptions {
  int pool = 0;
  long long seed = -1;
  std::string model;
  std::vector<std::string> features;

  void describe(OptionList& options);
};

/// How a step of the pool runs as a batch: items, stage, folder.
using StageRunner = std::function<BatchSummary(const Inputs&, const Stage&, const std::filesystem::path&)>;

/// The simulated people that the studies of facelex power are drawn from, as landmarks, fits, codes and
/// features below one folder.
class PowerPool {
 public:
  PowerPoolOptions options;
  WccSettings wcc;
  SummarySettings summary;
  BowSettings bow;

  /// Reads cohort and model, and throws Error (usage) for what can be known before anything is simulated.
  void prepare(const std::string& cohort_file, const PowerOptions& studies, const FoldOptions& folds);
  /// Makes what is not there yet. Returns the tables of features; none when an item failed, which
  /// exit_status() says. labels.csv stands beside them.
  std::vector<std::filesystem::path> make(const std::filesystem::path& folder, const StageRunner& run,
                                          bool force, const Work& work, Reporter& reporter);

  int exit_status() const { return status_; }
  /// Of the coding system; after make().
  const std::string& model_digest() const { return system_->digest; }

 private:
  void check_features();
  std::optional<Inputs> advance(const Inputs& items, const Stage& stage, const std::filesystem::path& folder,
                                const StageRunner& run, Reporter& reporter);
  void learn(const Inputs& fits, const std::filesystem::path& model, bool force, const Work& work,
             Reporter& reporter);
  std::filesystem::path write_features(const std::string& kind, const Inputs& codes,
                                       const std::filesystem::path& folder, const Work& work);

  std::string file_;
  Cohort cohort_;
  std::optional<LoadedSystem> system_;
  std::vector<std::string> features_;
  int status_ = 0;
};

}  // namespace facelex::cli
