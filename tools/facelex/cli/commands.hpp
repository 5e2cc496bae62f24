#pragma once

#include <memory>

#include "command.hpp"

namespace facelex::cli {

/// One function for each command, defined in commands/<command>.cpp.
std::unique_ptr<Command> make_extract_command(CLI::App& parent);
std::unique_ptr<Command> make_standardize_command(CLI::App& parent);
std::unique_ptr<Command> make_fit_command(CLI::App& parent);
/// Below `facelex learn`: one for each coding system that can be learnt.
std::vector<std::unique_ptr<Command>> make_learn_commands(CLI::App& learn);
/// Below `facelex learn` too.
std::unique_ptr<Command> make_learn_frontalization_command(CLI::App& learn);
std::unique_ptr<Command> make_encode_command(CLI::App& parent);
std::unique_ptr<Command> make_decode_command(CLI::App& parent);
std::unique_ptr<Command> make_import_codes_command(CLI::App& parent);
std::unique_ptr<Command> make_compare_command(CLI::App& parent);
std::unique_ptr<Command> make_simulate_command(CLI::App& parent);
std::unique_ptr<Command> make_run_command(CLI::App& parent);
std::unique_ptr<Command> make_status_command(CLI::App& parent);
/// Below `facelex model`: import, info, export.
std::vector<std::unique_ptr<Command>> make_model_commands(CLI::App& model);
std::unique_ptr<Command> make_build_face_command(CLI::App& model);
/// Needs OpenCV.
std::unique_ptr<Command> make_picture_command(CLI::App& model);
std::unique_ptr<Command> make_model_info_command(CLI::App& model);
std::unique_ptr<Command> make_build_facs_command(CLI::App& model);
std::unique_ptr<Command> make_power_command(CLI::App& parent);
/// Below `facelex features`: wcc, bow, summary.
std::vector<std::unique_ptr<Command>> make_features_commands(CLI::App& features);
std::unique_ptr<Command> make_features_events_command(CLI::App& features);
/// Below `facelex measure`.
std::unique_ptr<Command> make_measure_variance_command(CLI::App& measure);
std::unique_ptr<Command> make_measure_interpretability_command(CLI::App& measure);
/// diversity, retrieval, reconstruction.
std::vector<std::unique_ptr<Command>> make_measure_codes_commands(CLI::App& measure);
std::unique_ptr<Command> make_measure_orthogonality_command(CLI::App& measure);
/// Below `facelex evaluate`: classify, regress.
std::vector<std::unique_ptr<Command>> make_evaluate_commands(CLI::App& evaluate);
std::unique_ptr<Command> make_evaluate_groups_command(CLI::App& evaluate_app);

/// Writes a page of Markdown for every command, from the same declarations as --help.
void write_command_pages(const CLI::App& program, const std::string& folder);

}  // namespace facelex::cli
