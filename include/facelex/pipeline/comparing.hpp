#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "facelex/batch/inputs.hpp"
#include "facelex/compare/comparison.hpp"
#include "facelex/provenance/identity.hpp"

namespace facelex {

/// Everything that can be compared: model files, and folders of imported codes, each named after its file or
/// folder.
/// Throws Error (usage) for two of one name, and what load_system throws.
std::vector<ComparedSystem> compared_systems(const std::vector<std::string>& models,
                                             const std::vector<std::string>& imported);

/// The recordings of a folder by names. A path that does not exist is an error (usage) that names `option`.
std::vector<NamedFile> recordings_of_folder(const std::string& folder, const Message& option,
                                            const std::filesystem::path& output);

/// The recordings of a command line: each folder is a source of its own, files and a list are one together.
std::vector<std::vector<NamedFile>> recording_sources(const std::vector<std::string>& arguments,
                                                      const InputOptions& options,
                                                      const std::filesystem::path& output);

/// The folder holds the whole comparison of this provenance: none was left out of it, and no file of it is
/// missing or changed.
bool is_compared_already(const std::filesystem::path& folder, const Provenance& made);

/// Throws Error (usage), unless `force`, when a file of that folder that a comparison writes is there and
/// facelex did not write it.
void require_comparison_folder(const std::filesystem::path& folder, bool force);

/// Writes comparison.csv, comparison.md and units.csv into the folder, and the sidecar of comparison.csv.
void write_comparison(const std::filesystem::path& folder, const Comparison& comparison,
                      const ComparisonOptions& options, const Provenance& made);

}  // namespace facelex
