#include "facelex/batch/inputs.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "facelex/batch/list_file.hpp"
#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/path_text.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/sidecar.hpp"
#include "facelex/provenance/manifest.hpp"
#include "facelex/provenance/ownership.hpp"
#include "output_name.hpp"

namespace facelex {

namespace fs = std::filesystem;

void InputOptions::describe(OptionList& options) {
  options.text(
      "list", list,
      "File with one input path per line (perhaps a tab and its name; either in quotation marks where "
      "it holds a tab or a line's end), or - for standard input; added to the inputs named");
  options.text("list0", list0,
               "The same with paths as they are, each ended by a NUL byte (find -print0), without names");
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

/// An array with gaps (1,5,9) does not say which part a task is: some inputs would silently stay undone.
void check_slurm(const Shard& shard) {
  const auto tasks = environment_integer("SLURM_ARRAY_TASK_COUNT");
  if (tasks && *tasks != shard.count)
    throw usage_error(field("shard") + " auto: the Slurm array has " + std::to_string(*tasks) +
                          " tasks but numbers for " + std::to_string(shard.count) + " (it has gaps)",
                      "give " + field("shard") + " i/n, or " + field("shard") + " none to do all inputs");
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

  /// `name` is that of the output, where the list gives it; else it comes from the path.
  void add(const fs::path& given, bool from_list, const std::string& name = {}) {
    if (given.empty())
      throw usage_error("an input is empty", "name files or folders; is a shell variable unset?");
    const std::size_t before = found_.size();
    std::error_code error;
    const auto status = fs::status(given, error);
    if (!fs::exists(status)) {
      const bool absent = !error || error == std::errc::no_such_file_or_directory;
      found(given, plain(given).parent_path(), absent ? "no such file or folder" : error.message());
    } else if (fs::is_directory(status) && !(kind_.is_folder && kind_.is_folder(given))) {
      divisible_ = true;
      walk(given, plain(given));
    } else {
      found(given, plain(given).parent_path());
    }
    divisible_ |= from_list;
    if (!name.empty() && found_.size() == before + 1) found_.back().name = name;
  }

  /// The items with their names, in natural order, each path once for each name that a list gives it.
  std::vector<NamedFile> items() {
    const auto key = [](const Found& found) { return std::tie(found.path, found.name); };
    std::sort(found_.begin(), found_.end(), [&](const Found& a, const Found& b) { return key(a) < key(b); });
    const auto same = [&](const Found& a, const Found& b) { return key(a) == key(b); };
    found_.erase(std::unique(found_.begin(), found_.end(), same), found_.end());
    say_other_tables();
    std::vector<std::string> names = names_below([](const Found& found) { return found.base; });
    if (!all_different(names)) names = names_below([this](const Found&) { return common_; });
    std::map<std::string, int> uses;
    for (const auto& name : names) ++uses[name];
    std::vector<NamedFile> items;
    for (std::size_t i = 0; i < found_.size(); ++i) {
      if (uses[names[i]] > 1 && found_[i].name.empty()) names[i] += found_[i].path.extension().string();
      items.push_back({found_[i].given, plain_name(names[i]), found_[i].problem});
      if (std::string problem = problem_of_name(items.back().name); !problem.empty())
        items.back().problem = problem + " (" + path_in_quotes(names[i]) + ")";
    }
    std::sort(items.begin(), items.end(),
              [](const auto& a, const auto& b) { return natural_less(a.name, b.name); });
    refuse_equal_names(items);
    return items;
  }

  std::size_t others() const { return others_; }
  bool divisible() const { return divisible_; }

 private:
  struct Found {
    fs::path given, path;  ///< as named; absolute
    fs::path base;         ///< the folder named on the command line, or the file's own
    std::string problem;
    std::string name = {};  ///< as the list gives it
  };

  void found(const fs::path& given, const fs::path& base, std::string problem = {}) {
    common_ = found_.empty() ? base : common_folder(common_, base);
    found_.push_back({given, plain(given), base, std::move(problem)});
  }

  /// Two outputs of one name would be one file, whose sidecar and row are true of one input alone.
  static void refuse_equal_names(const std::vector<NamedFile>& items) {
    std::map<std::string, const NamedFile*> known;
    for (const NamedFile& item : items) {
      const auto [first, is_new] = known.try_emplace(name_key(item.name), &item);
      if (!is_new)
        throw usage_error("the outputs of " + path_in_quotes(first->second->file.string()) + " and " +
                              path_in_quotes(item.file.string()) + " would have one name, " +
                              path_in_quotes(item.name),
                          "give each its own (" + field("list") + ": path, tab, name)");
    }
  }

  /// x.csv and x.npy beside x.json of facelex, which describes one of the two: the other is the same
  /// recording written before or after, and must not count as one more.
  void say_other_tables() {
    for (Found& found : found_) {
      const fs::path other = other_table(found.path);
      const auto is_other = [&](const Found& one) { return one.path == other; };
      if (!found.problem.empty() || other.empty() || std::none_of(found_.begin(), found_.end(), is_other))
        continue;
      const auto sidecar = read_sidecar(found.path);
      if (!sidecar || sidecar->result.output_digest == sha256_of_file(found.path)) continue;
      found.problem = path_in_quotes(sidecar_path(found.path).string()) + " does not describe it, and " +
                      path_in_quotes(other.filename().string()) + " beside it has the same name";
    }
  }

  template <class Base>
  std::vector<std::string> names_below(Base base) const {
    std::vector<std::string> names;
    for (const Found& found : found_) {
      if (!found.name.empty()) {
        names.push_back(found.name);
        continue;
      }
      const fs::path below = found.path.lexically_relative(base(found));
      names.push_back(below.parent_path() / (is_folder(found.path) ? below.filename() : below.stem()));
    }
    return names;
  }

  static bool is_folder(const fs::path& path) {
    std::error_code error;
    return fs::is_directory(path, error);
  }

  /// Whether no two items of different folders or stems share a name (an extension apart is settled later).
  bool all_different(const std::vector<std::string>& names) const {
    std::map<std::string, fs::path> stems;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const fs::path stem = fs::path(found_[i].path).replace_extension();
      if (stems.try_emplace(names[i], stem).first->second != stem) return false;
    }
    return true;
  }

  void walk(const fs::path& folder, const fs::path& base) {
    std::error_code error;
    // Linked folders are walked too, each once: a link may lead back up.
    if (!walked_.insert(fs::weakly_canonical(folder, error)).second) return;
    fs::directory_iterator entries(folder, error);
    if (error) {
      found(folder, base, "cannot list the folder: " + error.message());
      return;
    }
    for (const auto& entry : entries) {
      const fs::path& path = entry.path();
      const std::string name = path.filename().string();
      const bool output = !output_.empty() && !is_below(base, output_) && is_below(plain(path), output_);
      if (name.starts_with('.') || output) continue;
      if (entry.is_directory(error)) {
        if (kind_.is_folder && kind_.is_folder(path))
          found(path, base);
        else
          walk(path, base);
      } else if (entry.is_regular_file(error)) {
        if (!is_manifest_name(name) && kind_.is_file(path))
          found(path, base);
        else
          ++others_;
      } else if (entry.is_symlink(error) && kind_.is_file(path)) {
        found(path, base, "the link leads nowhere");
      }
    }
  }

  const InputKind& kind_;
  std::set<fs::path> walked_;
  fs::path output_, common_;
  std::vector<Found> found_;
  std::size_t others_ = 0;
  bool divisible_ = false;
};

void add_list(Collector& collector, const std::string& list, bool ended_by_nul) {
  const std::string option = ended_by_nul ? "list0" : "list";
  std::ifstream file;
  if (list != "-") {
    file.open(list, std::ios::binary);
    if (!file || fs::is_directory(list))
      throw option_error(
          option, "cannot open " + path_in_quotes(list),
          ended_by_nul ? "give a file of paths that NUL bytes end" : "give a file with one path per line");
  }
  std::istream& in = list == "-" ? std::cin : file;
  for (const ListedPath& one : ended_by_nul ? read_list0(in) : read_list(in, option + ": " + list))
    collector.add(fs::path(one.path), true, one.name);
}

}  // namespace

Shard parse_shard(const std::string& text) {
  if (text == "none") return {};
  if (text == "auto") return shard_from_slurm();
  const auto slash = text.find('/');
  const auto index = slash == std::string::npos ? std::nullopt : parse_integer(text.substr(0, slash));
  const auto count = slash == std::string::npos ? std::nullopt : parse_integer(text.substr(slash + 1));
  if (!index || !count || *index < 1 || *count < *index || *count > 1000000)
    throw option_error("shard", in_quotes(text) + " is not i/n with 1 ≤ i ≤ n, auto or none");
  return {static_cast<int>(*index), static_cast<int>(*count), false};
}

Inputs find_undivided_inputs(const std::vector<std::string>& arguments, const InputOptions& options,
                             const InputKind& kind, const fs::path& output) {
  Inputs inputs;
  inputs.shard = parse_shard(options.shard);
  Collector collector(kind, output.empty() ? fs::path() : plain(output));
  for (const auto& argument : arguments) collector.add(argument, false);
  if (!options.list.empty()) add_list(collector, options.list, false);
  if (!options.list0.empty()) add_list(collector, options.list0, true);
  if (inputs.shard.from_slurm && !collector.divisible()) inputs.shard = {};
  if (inputs.shard.from_slurm) check_slurm(inputs.shard);
  inputs.others = collector.others();
  inputs.items = collector.items();
  inputs.items_in_all = inputs.items.size();
  if (inputs.items.empty()) {
    if (arguments.empty() && !options.has_list())
      throw usage_error("no input", "name files or folders, or give " + field("list") + " FILE");
    throw usage_error(
        "no " + kind.noun + " among the inputs (" + std::to_string(inputs.others) + " other files seen)",
        "check the folder");
  }
  return inputs;
}

Inputs divided(Inputs all) {
  std::vector<NamedFile> items;
  for (std::size_t i = 0; i < all.items.size(); ++i)
    if (all.shard.takes(i)) items.push_back(std::move(all.items[i]));
  all.items = std::move(items);
  return all;
}

Inputs find_inputs(const std::vector<std::string>& arguments, const InputOptions& options,
                   const InputKind& kind, const fs::path& output) {
  return divided(find_undivided_inputs(arguments, options, kind, output));
}

void require_usable(const std::vector<NamedFile>& files) {
  for (const NamedFile& one : files)
    if (!one.problem.empty()) throw data_error({one.file.string(), 0, {}}, one.problem, "check the path");
}

InputKind recording_files(const std::string& noun) {
  return {noun,
          [](const std::filesystem::path& file) {
            const auto extension = file.extension();
            return extension == ".csv" || extension == ".npy";
          },
          {}};
}

}  // namespace facelex
