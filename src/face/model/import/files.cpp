// The files that a model of another program consists of.
#include <algorithm>
#include <string>
#include <vector>

#include "facelex/face/model/import/model.hpp"
#include "parts.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;

/// Whether an importer looks beside its file for one of this name.
bool is_companion(const std::string& name) {
  for (const char* known :
       {obj_landmarks_name, surrey_landmarks_name, bfm_deviations_name, bfm_kept_name, ict_indices_name})
    if (name == known) return true;
  return name.starts_with(surrey_expression_begin);
}

bool is_shape(const fs::path& file) {
  return is_obj(file) || file.filename().string().starts_with(surrey_shape_begin);
}

void add_parts(std::vector<fs::path>& parts, const fs::path& folder, bool with_shapes) {
  std::error_code error;
  std::vector<fs::path> found;
  for (fs::directory_iterator entries(folder, error); !error && entries != fs::directory_iterator();
       entries.increment(error))
    if (std::error_code none;
        fs::is_regular_file(entries->path(), none) &&
        (is_companion(entries->path().filename().string()) || (with_shapes && is_shape(entries->path()))))
      found.push_back(entries->path());
  std::sort(found.begin(), found.end());
  parts.insert(parts.end(), found.begin(), found.end());
}

}  // namespace

std::vector<NamedFile> files_of_model(const fs::path& path, const ModelImportOptions& options) {
  std::vector<fs::path> parts;
  if (std::error_code error; fs::is_directory(path, error)) {
    add_parts(parts, path, true);
  } else {
    parts.push_back(path);
    add_parts(parts, fs::absolute(path).parent_path(), false);
  }
  if (!options.expression.empty()) {
    parts.emplace_back(options.expression);
    add_parts(parts, fs::absolute(options.expression).parent_path(), false);
  }
  if (!options.landmarks.empty()) parts.emplace_back(options.landmarks);
  std::vector<NamedFile> files;
  for (const fs::path& part : parts) files.push_back({part, part.filename().string()});
  return files;
}

}  // namespace facelex
