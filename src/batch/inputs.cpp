#include "facelex/batch/inputs.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>

#include "facelex/batch/manifest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"

namespace facelex {

namespace fs = std::filesystem;

void InputOptions::describe(OptionList& options) {
  options.text("list", list,
               "File with one input path per line, or - for standard input; added to the inputs named");
  options.text(
      "shard", shard,
      "Do only part i of n of the inputs (i/n, from 1); auto takes Slurm's array task when its variables are "
      "set and the inputs come from a folder or a list; none does all");
}

namespace {

std::optional<int> environment_integer(const char* name) {
  const char* text = std::getenv(name);
  const auto value = text ? parse_integer(text) : std::nullopt;
  if (!value || *value < 0 || *value > 100000000) return {};
  return static_cast<int>(*value);
}

Shard shard_from_slurm() {
  const auto id = environment_integer("SLURM_ARRAY_TASK_ID");
  const auto first = environment_integer("SLURM_ARRAY_TASK_MIN");
  const auto last = environment_integer("SLURM_ARRAY_TASK_MAX");
  const int step = std::max(1, environment_integer("SLURM_ARRAY_TASK_STEP").value_or(1));
  if (!id || !first || !last || *id < *first || *id > *last) return {};
  return {(*id - *first) / step + 1, (*last - *first) / step + 1, true};
}

/// The path made absolute and free of "." and "..", without asking the file system about links.
fs::path plain(const fs::path& path) {
  fs::path result = fs::absolute(path).lexically_normal();
  return result.has_filename() ? result : result.parent_path();
}

bool is_below(const fs::path& path, const fs::path& folder) {
  const auto [end, unused] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return end == folder.end();
}

fs::path common_folder(const fs::path& a, const fs::path& b) {
  fs::path common;
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end() && *i == *j; ++i, ++j) common /= *i;
  return common;
}

class Collector {
 public:
  Collector(const InputKind& kind, fs::path output) : kind_(kind), output_(std::move(output)) {}

  void add(const fs::path& given, bool from_list) {
    std::error_code error;
    const auto status = fs::status(given, error);
    if (!fs::exists(status)) {
      note_base(plain(given).parent_path());
      found_.push_back({given,
                        {},
                        error && error != std::errc::no_such_file_or_directory ? error.message()
                                                                               : "no such file or folder"});
    } else if (fs::is_directory(status) && !(kind_.is_folder && kind_.is_folder(given))) {
      divisible_ = true;
      note_base(plain(given));
      walk(given);
    } else {
      note_base(plain(given).parent_path());
      found_.push_back({given, {}, {}});
    }
    divisible_ |= from_list;
  }

  /// The items with their names, in natural order, each path once.
  std::vector<BatchItem> items() {
    std::map<std::string, int> uses;
    for (auto& item : found_) {
      const fs::path below = plain(item.source).lexically_relative(base_);
      item.name = below.parent_path() / (fs::is_directory(item.source) ? below.filename() : below.stem());
    }
    std::sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) {
      if (a.name != b.name) return natural_less(a.name, b.name);
      return plain(a.source) < plain(b.source);
    });
    const auto same = [](const auto& a, const auto& b) { return plain(a.source) == plain(b.source); };
    found_.erase(std::unique(found_.begin(), found_.end(), same), found_.end());
    for (const auto& item : found_) ++uses[item.name];
    for (auto& item : found_)
      if (uses[item.name] > 1) item.name += plain(item.source).extension().string();
    return std::move(found_);
  }

  std::size_t others() const { return others_; }
  bool divisible() const { return divisible_; }

 private:
  void note_base(const fs::path& folder) { base_ = base_.empty() ? folder : common_folder(base_, folder); }

  void walk(const fs::path& folder) {
    std::error_code error;
    fs::directory_iterator entries(folder, error);
    if (error) {
      found_.push_back({folder, {}, "cannot list the folder: " + error.message()});
      return;
    }
    for (const auto& entry : entries) {
      const fs::path& path = entry.path();
      const std::string name = path.filename().string();
      if (name.starts_with('.') || (!output_.empty() && is_below(plain(path), output_))) continue;
      if (entry.is_directory(error)) {
        if (kind_.is_folder && kind_.is_folder(path))
          found_.push_back({path, {}, {}});
        else if (!entry.is_symlink(error))
          walk(path);
      } else if (entry.is_regular_file(error)) {
        if (!is_manifest_name(name) && kind_.is_file(path))
          found_.push_back({path, {}, {}});
        else
          ++others_;
      }
    }
  }

  const InputKind& kind_;
  fs::path output_, base_;
  std::vector<BatchItem> found_;
  std::size_t others_ = 0;
  bool divisible_ = false;
};

void add_list(Collector& collector, const std::string& list) {
  std::ifstream file;
  if (list != "-") {
    file.open(list);
    if (!file)
      throw usage_error("--list: cannot open " + in_quotes(list), "give a file with one path per line");
  }
  std::istream& in = list == "-" ? std::cin : file;
  for (std::string line; std::getline(in, line);) {
    const auto path = trimmed(line);
    if (!path.empty()) collector.add(fs::path(path), true);
  }
}

}  // namespace

Shard parse_shard(const std::string& text) {
  if (text == "none") return {};
  if (text == "auto") return shard_from_slurm();
  const auto slash = text.find('/');
  const auto index = slash == std::string::npos ? std::nullopt : parse_integer(text.substr(0, slash));
  const auto count = slash == std::string::npos ? std::nullopt : parse_integer(text.substr(slash + 1));
  if (!index || !count || *index < 1 || *count < *index || *count > 1000000)
    throw usage_error("--shard: " + in_quotes(text) + " is not i/n with 1 ≤ i ≤ n, auto or none");
  return {static_cast<int>(*index), static_cast<int>(*count), false};
}

Inputs find_inputs(const std::vector<std::string>& arguments, const InputOptions& options,
                   const InputKind& kind, const fs::path& output) {
  Inputs inputs;
  inputs.shard = parse_shard(options.shard);
  Collector collector(kind, output.empty() ? fs::path() : plain(output));
  for (const auto& argument : arguments) collector.add(argument, false);
  if (!options.list.empty()) add_list(collector, options.list);
  if (inputs.shard.from_slurm && !collector.divisible()) inputs.shard = {};
  inputs.others = collector.others();
  std::vector<BatchItem> all = collector.items();
  inputs.items_in_all = all.size();
  if (all.empty()) {
    if (arguments.empty() && options.list.empty())
      throw usage_error("no input", "name files or folders, or give --list FILE");
    throw usage_error(
        "no " + kind.noun + " among the inputs (" + std::to_string(inputs.others) + " other files seen)",
        "check the folder");
  }
  for (std::size_t i = 0; i < all.size(); ++i)
    if (static_cast<int>(i % static_cast<std::size_t>(inputs.shard.count)) == inputs.shard.index - 1)
      inputs.items.push_back(std::move(all[i]));
  return inputs;
}

}  // namespace facelex
