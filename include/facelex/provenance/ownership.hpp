#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "facelex/io/named_file.hpp"

namespace facelex {

/// Whether facelex wrote this file, by what it holds or by the sidecar beside it: a table or another file
/// whose sidecar (x.json) is one of facelex, such a sidecar itself, or a model. A file that is not there, or
/// empty, is nobody's, and so is anyone's: true.
bool is_ours(const std::filesystem::path& file);

/// Whether `output` or its sidecar would take the place of `source` or of the source's sidecar: x.npy beside
/// its own source x.csv, of which x.json says what its columns are.
bool takes_place_of(const std::filesystem::path& output, const std::filesystem::path& source);

/// x.npy for x.csv and the reverse, which share the sidecar x.json; empty for other files.
std::filesystem::path other_table(const std::filesystem::path& file);

/// Whether a path leads out of `folder`: by links; its text does not (output_name). Neither has to exist.
bool leads_out_of(const std::filesystem::path& path, const std::filesystem::path& folder);

/// Before a single output is written, with its sidecar. Throws Error (usage) when it would take the place of
/// a source or of a source's sidecar, or, unless `force`, of a file that facelex did not write.
void require_replaceable(const std::filesystem::path& output, const std::vector<NamedFile>& sources,
                         bool force);
/// The same for a file that has no sidecar: it is there, not empty, and `ours` does not say that it is
/// facelex's.
void require_ours(const std::filesystem::path& output, bool ours, bool force);

/// Whether the first line of a file begins so.
bool begins_with(const std::filesystem::path& file, std::string_view text);

}  // namespace facelex
