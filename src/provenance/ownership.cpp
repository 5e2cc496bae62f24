#include "facelex/provenance/ownership.hpp"

#include <algorithm>
#include <fstream>
#include <string>
#include <system_error>

#include "facelex/core/error.hpp"
#include "facelex/core/json.hpp"
#include "facelex/core/path_text.hpp"
#include "facelex/io/models/model_file.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;

/// Damaged otherwise or of a newer facelex, a sidecar is facelex's all the same.
bool holds_sidecar(const fs::path& json_file) {
  std::error_code error;
  if (!fs::is_regular_file(json_file, error)) return false;
  try {
    const Json json = read_json(json_file);
    return json.is_object() && json.value("format", Json()) == "facelex sidecar";
  } catch (const Error&) {
    return false;
  }
}

bool holds_model(const fs::path& file) {
  if (file.extension() != ".safetensors") return false;
  try {
    read_model(file);
    return true;
  } catch (const Error&) {
    return false;
  }
}

bool is_same_file(const fs::path& a, const fs::path& b) {
  std::error_code error;
  if (fs::equivalent(a, b, error)) return true;
  if (a.filename() != b.filename()) return false;
  const fs::path one = fs::weakly_canonical(a, error), other = fs::weakly_canonical(b, error);
  return !error && one == other;
}

bool is_nobodys(const fs::path& file) {
  std::error_code error;
  return !fs::exists(fs::symlink_status(file, error)) ||
         (fs::is_regular_file(file, error) && fs::is_empty(file, error));
}

Error not_ours(const fs::path& file) {
  return usage_error(path_in_quotes(file.string()) + " is there already and facelex did not write it",
                     "give another " + field("output") + ", or " + field("force") + " to replace it");
}

}  // namespace

bool is_ours(const fs::path& file) {
  if (is_nobodys(file)) return true;
  if (file.extension() == ".json") return holds_sidecar(file);
  return holds_sidecar(sidecar_path(file)) || holds_model(file);
}

bool takes_place_of(const fs::path& output, const fs::path& source) {
  return is_same_file(output, source) || is_same_file(sidecar_path(output), source) ||
         (!other_table(source).empty() && is_same_file(sidecar_path(output), sidecar_path(source)));
}

fs::path other_table(const fs::path& file) {
  const bool is_csv = file.extension() == ".csv";
  if (!is_csv && file.extension() != ".npy") return {};
  return fs::path(file).replace_extension(is_csv ? ".npy" : ".csv");
}

bool leads_out_of(const fs::path& path, const fs::path& folder) {
  std::error_code error;
  const fs::path inner = fs::weakly_canonical(path, error), outer = fs::weakly_canonical(folder, error);
  if (error) return false;  // what is wrong with it is said when it is opened
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first != outer.end();
}

void require_replaceable(const fs::path& output, const std::vector<NamedFile>& sources, bool force) {
  for (const NamedFile& source : sources)
    if (takes_place_of(output, source.file))
      throw usage_error(path_in_quotes(output.string()) +
                            " or its sidecar would take the place of the input " +
                            path_in_quotes(source.file.string()) + " or of its sidecar",
                        "give another " + field("output"));
  if (force) return;
  for (const fs::path& file : {output, sidecar_path(output)})
    if (!is_ours(file)) throw not_ours(file);
}

bool begins_with(const fs::path& file, std::string_view text) {
  std::ifstream in(file, std::ios::binary);
  std::string line;
  return std::getline(in, line) && line.starts_with(text);
}

void require_ours(const fs::path& output, bool ours, bool force) {
  if (!ours && !force && !is_nobodys(output)) throw not_ours(output);
}

}  // namespace facelex
