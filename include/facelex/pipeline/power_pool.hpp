#pragma once

#include <functional>
#include <optional>

#include "facelex/batch/reporter.hpp"
#include "facelex/batch/runner.hpp"
#include "facelex/pipeline/power_pool_settings.hpp"
#include "facelex/pipeline/stages.hpp"

namespace facelex {

/// How a step of the pool runs as a batch: items, stage, folder.
using StageRunner = std::function<BatchSummary(const Inputs&, const Stage&, const std::filesystem::path&)>;

/// The simulated people that the studies of facelex power are drawn from, as landmarks, fits, codes and
/// features below one folder.
class PowerPool {
 public:
  PowerPoolSettings settings;  ///< to be resolved before make()

  /// Makes what is not there yet. Returns the tables of features; none when an item failed, which
  /// exit_status() says. labels.csv stands beside them.
  std::vector<std::filesystem::path> make(const std::filesystem::path& folder, const StageRunner& run,
                                          bool force, const Work& work, Reporter& reporter);

  int exit_status() const { return status_; }
  /// Of the coding system; after make().
  const std::string& model_digest() const { return settings.system->digest; }

 private:
  std::optional<Inputs> advance(const Inputs& items, const Stage& stage, const std::filesystem::path& folder,
                                const StageRunner& run, Reporter& reporter);
  void learn_basis(const Inputs& fits, const std::filesystem::path& model, bool force, const Work& work,
                   Reporter& reporter);
  std::filesystem::path write_features(FeatureSet& set, const Inputs& codes,
                                       const std::filesystem::path& folder, bool force, const Work& work);

  int status_ = 0;
};

}  // namespace facelex
