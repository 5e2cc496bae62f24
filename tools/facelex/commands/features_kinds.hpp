#pragma once

#include <memory>

#include "cli/command.hpp"
#include "facelex/pipeline/feature_sets.hpp"

namespace facelex::cli {

/// Below `facelex features`: the command of one set.
std::unique_ptr<Command> make_feature_set_command(CLI::App& features, std::unique_ptr<FeatureSet> set);
/// Several sets in one pass.
std::unique_ptr<Command> make_features_all_command(CLI::App& features);

}  // namespace facelex::cli
