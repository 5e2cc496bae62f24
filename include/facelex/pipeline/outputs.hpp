#pragma once

#include <filesystem>
#include <string>

namespace facelex {

/// Throws Error (usage), which names the option, unless the output is named .csv and is no folder.
void check_table_path(const std::filesystem::path& output, const std::string& option = "output");

/// Throws Error (usage) when the output is named like a table, or is a file, where several files go to a
/// folder.
void check_folder_path(const std::filesystem::path& output);

/// Whether `file` can be written is known before the work that it is to hold: it is made, with its folder,
/// and removed again. Throws Error (environment).
void check_writable(const std::filesystem::path& file);

}  // namespace facelex
