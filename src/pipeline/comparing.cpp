#include "facelex/pipeline/comparing.hpp"

#include <algorithm>

#include "facelex/compare/comparison_table.hpp"
#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/path_text.hpp"
#include "facelex/io/atomic_file.hpp"
#include "facelex/pipeline/learning.hpp"
#include "facelex/pipeline/stages.hpp"
#include "facelex/provenance/ownership.hpp"

namespace facelex {
namespace {

InputKind comparable_files() {
  return recording_files("recordings (.csv, .npy)");
}

/// Learns with the options that the model keeps; nothing for a kind that is not learnt.
Relearn relearn_of(const CodingSystem& system, const std::string& name) {
  const std::string kind(system.kind());
  const LearnableSystem* const known = find_learnable_system(kind);
  if (!known || known->by_network) return {};
  const Json options = system.to_model().metadata.value("options", Json::object());
  if (options.empty()) return {};
  return [kind, options, name](const std::vector<NamedFile>& inputs, const Work& work) {
    LearnOptions learn;
    learn.describe_system(kind).from_json(options, "the options that " + name + " keeps");
    return learn.learning(kind, {}, true).learn(inputs, work).system;
  };
}

}  // namespace

std::vector<NamedFile> recordings_of_folder(const std::string& folder, const Message& option,
                                            const std::filesystem::path& output) {
  if (std::error_code error; !std::filesystem::is_directory(folder, error))
    throw usage_error(option + ": no such folder: " + path_in_quotes(folder));
  InputOptions plain;
  plain.shard = "none";
  return find_inputs({folder}, plain, comparable_files(), output).items;
}

std::vector<std::vector<NamedFile>> recording_sources(const std::vector<std::string>& arguments,
                                                      const InputOptions& options,
                                                      const std::filesystem::path& output) {
  std::vector<std::vector<NamedFile>> sources;
  std::vector<std::string> files;
  for (const auto& argument : arguments) {
    if (std::error_code error; std::filesystem::is_directory(argument, error))
      sources.push_back(recordings_of_folder(argument, "INPUT", output));
    else
      files.push_back(argument);
  }
  if (!files.empty() || options.has_list() || sources.empty())
    sources.push_back(find_inputs(files, options, comparable_files(), output).items);
  return sources;
}

std::vector<ComparedSystem> compared_systems(const std::vector<std::string>& models,
                                             const std::vector<std::string>& imported) {
  std::vector<ComparedSystem> systems;
  const auto add = [&](ComparedSystem system, const std::string& from) {
    for (const auto& other : systems)
      if (other.name == system.name)
        throw usage_error("two systems are called " + in_quotes(system.name),
                          "rename " + from + ": tables tell them apart by these names");
    systems.push_back(std::move(system));
  };
  for (const auto& file : models) {
    ComparedSystem one;
    one.name = std::filesystem::path(file).stem().string();
    one.system = load_system(file).system;
    one.relearn = relearn_of(*one.system, one.name);
    add(std::move(one), file);
  }
  for (const auto& folder : imported) {
    ComparedSystem one;
    const auto path = std::filesystem::absolute(folder).lexically_normal();
    one.name = (path.has_filename() ? path : path.parent_path()).filename().string();
    one.codes = recordings_of_folder(folder, field("imported"), {});
    add(std::move(one), folder);
  }
  return systems;
}

bool is_compared_already(const std::filesystem::path& folder, const Provenance& made) {
  const auto table = folder / "comparison.csv";
  std::error_code missing;
  for (const char* name : {"comparison.md", "units.csv"})
    if (!std::filesystem::is_regular_file(folder / name, missing)) return false;
  if (!is_complete(table, made)) return false;
  const Json details = read_sidecar(table)->result.details;
  return details.is_object() && details.value("left_out", Json::array({0})) == Json::array();
}

void require_comparison_folder(const std::filesystem::path& folder, bool force) {
  require_replaceable(folder / "comparison.csv", {}, force);
  // They are written before it and have no sidecar; but they name what they are.
  const auto units = folder / "units.csv", report = folder / "comparison.md";
  require_ours(units, begins_with(units, "system,unit,"), force);
  require_ours(report, begins_with(report, "# Comparison of coding systems"), force);
}

void write_comparison(const std::filesystem::path& folder, const Comparison& comparison,
                      const ComparisonOptions& options, const Provenance& made) {
  write_file_atomically(folder / "units.csv", compared_units_csv(comparison));
  write_file_atomically(folder / "comparison.md", comparison_markdown(comparison, options));
  AtomicFile table(folder / "comparison.csv");
  table.write(comparison_csv(comparison, options));
  StageResult result;
  result.output_digest = table.commit();
  for (const auto& row : comparison_rows(comparison, options))
    result.columns.push_back({row.name, row.definition, row.name == "active_units" ? "units" : "1"});
  Json left_out = Json::array();
  for (const LeftOut& one : comparison.left_out)
    left_out.push_back({{"name", one.name}, {"reason", one.reason.text()}});
  result.details = {{"recordings", comparison.recordings},
                    {"subjects", comparison.subjects},
                    {"frames", comparison.frames},
                    {"with_truth", comparison.with_truth},
                    {"left_out", std::move(left_out)}};
  write_sidecar(folder / "comparison.csv", sidecar_of(made, std::move(result)));
}

}  // namespace facelex
