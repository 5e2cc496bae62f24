#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "facelex/face/model/morphable_model.hpp"
#include "facelex/io/named_file.hpp"
#include "facelex/provenance/identity.hpp"

namespace facelex {

/// Throws Error (usage), which names the option, unless the output is named .csv and is not a folder.
void check_table_path(const std::filesystem::path& output, const std::string& option = "output");

/// Throws Error (usage) unless the output is named .safetensors.
void check_model_path(const std::filesystem::path& output);

/// Throws Error (usage) when the output is named like a table, or is a file, where several files go to a
/// folder.
void check_folder_path(const std::filesystem::path& output);

/// Checks that `file` can be written before the work begins whose result it is to hold: it is made, with its
/// folder, and removed again. Throws Error (environment).
void check_writable(const std::filesystem::path& file);

/// Before the work of a single file with a sidecar: require_replaceable, then check_writable; what killed
/// runs left of it is removed. Throws Error (usage), unless `force`, also when another command wrote it: a
/// file of codes is not a place for a table of features, though a folder that is the input does not count its
/// output.
void prepare_output(const std::filesystem::path& file, const Provenance& made,
                    const std::vector<NamedFile>& sources, bool force);

/// Writes a face model and its sidecar. Returns what it is, for the user: "Surrey Face Model 3448: 3448
/// vertices, 6 expression modes, 63 identity modes".
std::string write_face_model(const std::filesystem::path& file, const MorphableModel& model,
                             const Provenance& made);

/// Writes a file that has no sidecar. Throws Error (usage), unless `force`, when another file is there: only
/// its bytes say that it is the same work done before.
void write_plain_output(const std::filesystem::path& file, std::string_view content, bool force);

}  // namespace facelex
