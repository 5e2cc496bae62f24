#include "facelex/provenance/manifest.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <set>
#include <string_view>

#include "facelex/core/error.hpp"
#include "facelex/core/path_text.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/atomic_file.hpp"
#include "facelex/io/tables/csv.hpp"

namespace facelex {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view manifest_header =
    "path,name,state,message,frames,with_face,share,seconds,frames_per_second,finished";
constexpr std::array states = {ItemState::pending, ItemState::ok, ItemState::partial, ItemState::failed,
                               ItemState::skipped};

/// Rounded, so that the table is pleasant to read: 3 decimals.
std::string rounded(double value) {
  return std::isfinite(value) ? number_text(std::round(value * 1000) / 1000) : "";
}

std::string row_text(const ManifestRow& row) {
  const auto frames = static_cast<double>(row.frames);
  const bool counted = row.frames > 0;
  const std::array<std::string, 10> fields = {
      row.path,
      row.name,
      state_name(row.state),
      row.message,
      std::to_string(row.frames),
      std::to_string(row.with_face),
      counted ? rounded(static_cast<double>(row.with_face) / frames) : "",
      rounded(row.seconds),
      counted && row.seconds > 0 && row.state != ItemState::skipped ? rounded(frames / row.seconds) : "",
      row.finished};
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) line += ',';
    line += csv_field(fields[i]);
  }
  return line;
}

}  // namespace

bool is_manifest_name(const std::string& name) {
  return name == "manifest.csv" ||
         (name.starts_with("manifest.") && name.ends_with(".csv") && name.find("-of-") != std::string::npos);
}

const char* state_name(ItemState state) {
  switch (state) {
    case ItemState::pending:
      return "pending";
    case ItemState::ok:
      return "ok";
    case ItemState::partial:
      return "partial";
    case ItemState::failed:
      return "failed";
    case ItemState::skipped:
      return "skipped";
  }
  return "";
}

namespace {

/// The rows of a manifest; none when there is none, or it is not ours, or damaged: this run writes a good
/// one.
std::vector<ManifestRow> known_rows(const fs::path& file) {
  std::error_code error;
  if (!fs::exists(file, error)) return {};
  try {
    return read_manifest(file);
  } catch (const Error&) {
    return {};
  }
}

}  // namespace

Manifest::Manifest(fs::path file) : file_(std::move(file)) {
  for (auto& row : known_rows(file_)) {
    const std::string name = row.name;
    earlier_.insert_or_assign(name, std::move(row));
  }
}

const ManifestRow* Manifest::earlier(const std::string& name) const {
  const auto row = earlier_.find(name);
  return row == earlier_.end() ? nullptr : &row->second;
}

void Manifest::write() const {
  std::set<std::string> names;
  for (const auto& row : rows_) names.insert(row.name);
  std::vector<const ManifestRow*> all;
  for (const auto& row : rows_) all.push_back(&row);
  // Read anew: another process may have written its own inputs' rows since.
  const std::vector<ManifestRow> others = known_rows(file_);
  for (const auto& row : others)
    if (!names.contains(row.name)) all.push_back(&row);
  std::stable_sort(all.begin(), all.end(),
                   [](const auto* a, const auto* b) { return natural_less(a->name, b->name); });
  std::string text(manifest_header);
  text += '\n';
  for (const auto* row : all) text += row_text(*row) + '\n';
  write_file_atomically(file_, text);
}

bool is_manifest(const fs::path& file) {
  try {
    CsvLines lines(file);
    std::string_view line;
    return lines.next(line) && line == manifest_header;
  } catch (const Error&) {
    return false;
  }
}

std::vector<ManifestRow> read_manifest(const fs::path& file) {
  CsvLines lines(file);
  std::string_view line;
  if (!lines.next(line) || line != manifest_header)
    throw data_error({file.string(), 1, {}}, "not a manifest of facelex");
  std::vector<ManifestRow> rows;
  while (lines.next(line)) {
    const auto r = csv_fields(line, lines.place());
    const auto state = std::find_if(states.begin(), states.end(), [&](ItemState s) {
      return r.size() == 10 && lines.complete() && r[2] == state_name(s);
    });
    if (state == states.end()) throw data_error(lines.place(), "not a row of a manifest of facelex");
    rows.push_back({r[0], r[1], *state, r[3], parse_integer(r[4]).value_or(0),
                    parse_integer(r[5]).value_or(0), parse_double(r[7]).value_or(0), r[9]});
  }
  return rows;
}

std::map<fs::path, std::vector<ManifestRow>> merged_manifests(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error))
    throw usage_error(path_in_quotes(folder.string()) + " is not a folder");
  std::vector<fs::path> files;
  for (fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error),
       end;
       !error && entry != end; entry.increment(error)) {
    if (is_manifest_name(entry->path().filename().string()) && entry->is_regular_file() &&
        is_manifest(entry->path()))
      files.push_back(entry->path());
  }
  std::sort(files.begin(), files.end());
  const auto natural = [](const std::string& a, const std::string& b) { return natural_less(a, b); };
  std::map<fs::path, std::map<std::string, ManifestRow, decltype(natural)>> merged;
  for (const auto& file : files) {
    auto& rows = merged.try_emplace(file.parent_path().lexically_relative(folder), natural).first->second;
    for (auto& row : read_manifest(file)) {
      const auto [known, is_new] = rows.try_emplace(row.name, row);
      const bool supersedes = known->second.state == ItemState::pending ||
                              (row.state != ItemState::pending && row.finished >= known->second.finished);
      if (!is_new && supersedes) known->second = std::move(row);
    }
  }
  std::map<fs::path, std::vector<ManifestRow>> result;
  for (auto& [subfolder, rows] : merged)
    for (auto& [name, row] : rows) result[subfolder].push_back(std::move(row));
  return result;
}

void add_stage(std::vector<ManifestRow>& rows, const std::vector<ManifestRow>& later,
               const std::string& stage) {
  std::map<std::string_view, const ManifestRow*> by_name;
  for (const ManifestRow& row : later) by_name.emplace(row.name, &row);
  for (ManifestRow& row : rows) {
    const auto found = by_name.find(row.name);
    if (found == by_name.end()) continue;
    const ManifestRow& one = *found->second;
    row.seconds += one.seconds;
    row.finished = one.finished;
    if (one.state == ItemState::failed || one.state == ItemState::pending) {
      row.state = one.state;
      row.message = stage + ": " + one.message;
    } else if (row.state == ItemState::skipped) {
      row.state = one.state;
    }
  }
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace facelex
