#pragma once

#include <memory>

#include "cli/command.hpp"

namespace facelex::cli {

/// Below `facelex features`, each in its own file.
std::unique_ptr<Command> make_features_wcc_command(CLI::App& features);
std::unique_ptr<Command> make_features_bow_command(CLI::App& features);
std::unique_ptr<Command> make_features_summary_command(CLI::App& features);
std::unique_ptr<Command> make_features_all_command(CLI::App& features);

}  // namespace facelex::cli
