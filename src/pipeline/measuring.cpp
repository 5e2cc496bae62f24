#include "facelex/pipeline/measuring.hpp"

#include <algorithm>

#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/pipeline/sidecar_text.hpp"

namespace facelex {
std::vector<MeasuredSystem> load_measured(const std::vector<std::string>& files) {
  std::vector<MeasuredSystem> systems;
  for (const std::string& file : files) {
    MeasuredSystem one{std::filesystem::path(file).stem().string(), load_system(file), {}, false};
    for (const MeasuredSystem& other : systems)
      if (other.name == one.name)
        throw usage_error("two models are called " + in_quotes(one.name),
                          "rename one: tables tell them apart "
                          "by the names of their files");
    auto units = unit_movements(*one.loaded.system);
    if (!units)
      throw usage_error(
          file + ": a model of kind " + std::string(one.loaded.system->kind()) + " has no units that add up",
          "give linear systems: facial-basis, dfecs, pca …");
    one.both_signs = has_signed_codes(*one.loaded.system, *units);
    one.units = std::move(*units);
    systems.push_back(std::move(one));
  }
  return systems;
}

std::vector<Column> shared_columns(const std::vector<MeasuredSystem>& systems) {
  std::vector<Column> shared;
  for (const Column& column : systems.front().loaded.system->input_columns()) {
    const bool everywhere = std::all_of(systems.begin(), systems.end(), [&](const MeasuredSystem& one) {
      const auto& columns = one.loaded.system->input_columns();
      return std::any_of(columns.begin(), columns.end(),
                         [&](const Column& other) { return other.name == column.name; });
    });
    if (everywhere) shared.push_back(column);
  }
  if (shared.empty())
    throw usage_error("the systems take different signals and cannot be measured together",
                      "give systems of one kind of signal");
  return shared;
}

TrainingData read_measured(const std::vector<NamedFile>& items, const std::vector<Column>& columns,
                           SignalKind kind, const TrainingOptions& options, const Work& work, int history) {
  require_usable(items);
  const auto choose = [&](const Recording& header, const std::string& file) {
    std::vector<Eigen::Index> chosen;
    for (const Column& column : columns) {
      chosen.push_back(header.column(column.name));
      if (chosen.back() < 0)
        throw data_error({file, 1, {}},
                         "no column " + column.name + "; it holds " + std::string(kind_name(header.kind)) +
                             ", the systems take " + std::string(kind_name(kind)),
                         "give recordings like those that the systems were learnt from");
    }
    return chosen;
  };
  return read_training_data(items, choose, options, work, 0, history);
}

Provenance measurement_of(const std::string& stage, const std::vector<MeasuredSystem>& systems,
                          const OptionList& list) {
  Provenance made = provenance_of(stage, list);
  Sha256 digest;
  for (const MeasuredSystem& one : systems) {
    made.command += " --model " + one.loaded.file;
    digest.update(one.loaded.digest);
  }
  made.identity.models = digest.hex();
  return made;
}

}  // namespace facelex
