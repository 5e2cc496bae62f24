#include "refusal.hpp"

#include <algorithm>
#include <string>

#include "facelex/core/path_text.hpp"
#include "facelex/provenance/ownership.hpp"

namespace facelex {

namespace fs = std::filesystem;

namespace {

bool has_own_sidecar(const fs::path& output) {
  const fs::path sidecar = sidecar_path(output);
  std::error_code error;
  return fs::exists(sidecar, error) && is_ours(sidecar);
}

}  // namespace

Message refusal_of(const NamedFile& item, const Destination& to) {
  const auto file_of = [&](const std::string& suffix) { return to.folder / (item.name + suffix); };
  const fs::path output = file_of(to.outputs.extension);
  constexpr std::size_t longest_name = 255;  // bytes, of every common file system
  const auto suffixes = to.outputs.suffixes();
  for (const auto& suffix : suffixes) {
    const fs::path file = file_of(suffix);
    const bool long_part = std::any_of(
        file.begin(), file.end(), [&](const fs::path& part) { return part.native().size() > longest_name; });
    std::error_code error;
    static_cast<void>(fs::symlink_status(file, error));
    if (long_part || error == std::errc::filename_too_long)
      return "its output's name is too long; give it a shorter one (" + field("list") + ": path, tab, name)";
  }
  if (leads_out_of(output.parent_path(), to.folder))
    return "its output would lie outside of the output folder, where a link leads; give another " +
           field("output");
  if (takes_place_of(output, item.file))
    return "the output or its sidecar would overwrite this input or its sidecar; give another " +
           field("output");
  if (is_manifest_name(output.filename().string()))
    return "its output would have the manifest's name; rename it";
  std::error_code error;
  if (const fs::path other = other_table(output); !other.empty() && fs::exists(other, error))
    return path_in_quotes(other.string()) + " is there already, and both would have the sidecar " +
           path_in_quotes(sidecar_path(output).filename().string()) + "; remove it, or give another " +
           field("output");
  if (to.force) return {};
  const ManifestRow* earlier = to.manifest.earlier(item.name);
  if (earlier && earlier->path != item.file.string() && fs::exists(output, error) &&
      fs::exists(earlier->path, error) && !fs::equivalent(earlier->path, item.file, error))
    return output.string() + " is the output of another input, " + earlier->path +
           "; name the folder that holds both, give another " + field("output") + ", or " + field("force");
  if ((earlier && earlier->state != ItemState::failed) || has_own_sidecar(output)) return {};
  for (const auto& suffix : suffixes)
    if (const fs::path file = file_of(suffix); !is_ours(file))
      return path_in_quotes(file.string()) + " is there already and facelex did not write it; give another " +
             field("output") + ", or " + field("force") + " to replace it";
  return {};
}

}  // namespace facelex
