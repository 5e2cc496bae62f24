#include "comparison_sums.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "facelex/coding/frame_history.hpp"
#include "facelex/compare/variance_explained.hpp"
#include "facelex/core/error.hpp"
#include "facelex/io/recording_file.hpp"
#include "signal_rows.hpp"

namespace facelex {
namespace {

/// Of a system's input columns those that all systems of its kind of signal take.
std::vector<Eigen::Index> shared_columns(const CodingSystem& system,
                                         const std::vector<ComparedSystem>& systems) {
  const auto& columns = system.input_columns();
  std::vector<Eigen::Index> shared, all;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    bool everywhere = true;
    for (const auto& other : systems) {
      if (other.imported() || other.system->input_kind() != system.input_kind()) continue;
      const auto& theirs = other.system->input_columns();
      everywhere = everywhere && std::any_of(theirs.begin(), theirs.end(), [&](const Column& column) {
                     return column.name == columns[i].name;
                   });
    }
    all.push_back(static_cast<Eigen::Index>(i));
    if (everywhere) shared.push_back(static_cast<Eigen::Index>(i));
  }
  return shared.empty() ? all : shared;
}

SystemView view_of(const CodingSystem& system) {
  SystemView view;
  view.signal = system.input_kind();
  view.units = system.units();
  view.has_coefficients = system.code_kind() == SignalKind::coefficients;
  view.own_movements = unit_movements(system);
  view.size = Eigen::VectorXd::Ones(static_cast<Eigen::Index>(view.units.size()));
  if (view.own_movements) {
    view.size = view.own_movements->movements.rowwise().norm();
    view.signed_codes = has_signed_codes(system, *view.own_movements);
  }
  return view;
}

std::vector<Column> named_columns(const Recording& header, const std::vector<Eigen::Index>& columns) {
  std::vector<Column> named;
  named.reserve(columns.size());
  for (const auto column : columns) named.push_back(header.columns[static_cast<std::size_t>(column)]);
  return named;
}

/// The truth's values in the rows of `frames` that it has, and which rows these are.
struct TruthRows {
  std::vector<Eigen::Index> rows;
  RowMatrix values;
  std::vector<std::string> units;
};
TruthRows read_truth(const std::filesystem::path& file, const Recording& recording,
                     const std::vector<Eigen::Index>& rows) {
  const Recording truth = read_recording(file);
  TruthRows found;
  std::vector<Eigen::Index> columns;
  for (std::size_t i = 0; i < truth.columns.size(); ++i)
    if (truth.columns[i].name.starts_with("e_")) {
      columns.push_back(static_cast<Eigen::Index>(i));
      found.units.push_back(truth.columns[i].name.substr(2));
    }
  if (columns.empty())
    throw data_error({file.string(), 0, {}}, "holds no true activations (columns e_…)",
                     "give the folder truth that facelex simulate writes");
  std::unordered_map<std::int64_t, Eigen::Index> row_of;
  for (std::size_t t = 0; t < truth.frames.size(); ++t)
    if (!row_of.emplace(truth.frames[t].number, static_cast<Eigen::Index>(t)).second)
      throw data_error({file.string(), 0, {}}, "holds several faces", "the truth is of one");
  std::vector<Eigen::Index> in_truth;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto at = row_of.find(recording.frames[static_cast<std::size_t>(rows[i])].number);
    if (at == row_of.end() || !truth.values.row(at->second)(columns).allFinite()) continue;
    found.rows.push_back(static_cast<Eigen::Index>(i));
    in_truth.push_back(at->second);
  }
  found.values = truth.values(in_truth, columns);
  return found;
}

/// The columns of all rows with the frames before each.
RowMatrix with_history(const Recording& recording, const std::vector<Eigen::Index>& columns, int frames) {
  FrameHistory history(frames, static_cast<Eigen::Index>(columns.size()));
  return history.widened(recording.frames, recording.values(Eigen::all, columns));
}

}  // namespace

std::vector<SystemView> views_of(const std::vector<ComparedSystem>& systems,
                                 const std::vector<ComparedRecording>& recordings) {
  std::size_t first = 0;
  while (first < systems.size() && systems[first].imported()) ++first;
  if (first == systems.size())
    throw usage_error(
        "all systems are imported, but what they tell is judged by the signals of one that "
        "is not",
        "give one with " + field("systems") + ", such as that of facelex learn pca");
  std::vector<SystemView> views;
  for (std::size_t s = 0; s < systems.size(); ++s) {
    SystemView view;
    if (systems[s].imported()) {
      const Recording header = RecordingReader(recordings.front().files[s]).header();
      view.units = named_columns(header, taken_columns(header, systems[s]));
      view.size = Eigen::VectorXd::Ones(static_cast<Eigen::Index>(view.units.size()));
      view.target = first;
      view.signal = systems[first].system->input_kind();
    } else {
      view = view_of(*systems[s].system);
      view.target = s;
    }
    view.judged = shared_columns(*systems[view.target].system, systems);
    if (view.own_movements)
      view.movements = UnitMovements{view.own_movements->movements(Eigen::all, view.judged),
                                     view.own_movements->rest(view.judged)};
    views.push_back(std::move(view));
  }
  return views;
}

SystemSums& SystemSums::operator+=(const SystemSums& other) {
  decoded.error += other.decoded.error;
  decoded.squares += other.decoded.squares;
  moments += other.moments;
  use += other.use;
  if (active_residual.size() == 0) {
    active_residual = other.active_residual;
  } else if (other.active_residual.size() > 0) {
    active_residual += other.active_residual;
  }
  truth += other.truth;
  return *this;
}

RecordingSums sums_of(const ComparedRecording& recording, const std::vector<ComparedSystem>& systems,
                      const std::vector<SystemView>& views, const ComparisonOptions& options,
                      const Work& work) {
  std::map<std::filesystem::path, Recording> read;
  std::vector<const Recording*> of_system;
  std::vector<std::vector<Eigen::Index>> columns;
  for (std::size_t s = 0; s < systems.size(); ++s) {
    const auto& file = recording.files[s];
    work.check_stop();
    auto found = read.find(file);
    if (found == read.end()) found = read.emplace(file, read_recording(file)).first;
    of_system.push_back(&found->second);
    columns.push_back(taken_columns(found->second, systems[s]));
    if (systems[s].imported()) {
      const auto own = named_columns(found->second, columns[s]);
      if (!std::equal(own.begin(), own.end(), views[s].units.begin(), views[s].units.end(),
                      [](const Column& a, const Column& b) { return a.name == b.name; }))
        throw data_error({file.string(), 0, {}},
                         "its units are not those of the first file of " + systems[s].name,
                         "import all of them with the same " + field("columns"));
    }
  }
  const CommonRows rows(of_system, columns, options.every);
  RecordingSums sums;
  sums.frames = rows.count();
  TruthRows truth;
  if (!recording.truth.empty()) {
    truth = read_truth(recording.truth, *of_system.front(), rows.of(0));
    sums.truth_units = truth.units;
  }
  const auto& active_counts = options.active_units;
  const Eigen::Index max_active =
      active_counts.empty() ? 0 : *std::max_element(active_counts.begin(), active_counts.end());
  Work alone = work;
  alone.threads = 1;
  alone.progress = nullptr;
  for (std::size_t s = 0; s < systems.size(); ++s) {
    const SystemView& view = views[s];
    SystemSums one;
    const RowMatrix target = of_system[view.target]->values(rows.of(view.target), columns[view.target]);
    const RowMatrix judged = target(Eigen::all, view.judged);
    RowMatrix codes;
    one.decoded.squares = judged.squaredNorm();
    if (systems[s].imported()) {
      codes = of_system[s]->values(rows.of(s), columns[s]);
    } else {
      const CodingSystem& system = *systems[s].system;
      codes = system
                  .encode(system.history() > 0 ? with_history(*of_system[s], columns[s], system.history())(
                                                     rows.of(s), Eigen::all)
                                               : target,
                          {}, alone)
                  .codes;
      const RowMatrix decoded = system.decode(codes);
      one.decoded.error = (judged - decoded(Eigen::all, view.judged)).squaredNorm();
    }
    if (view.has_coefficients) {
      one.moments = CodeMoments(codes, judged);
      one.use = CodeUse(codes, view.size);
      if (view.movements)
        one.active_residual =
            residual_by_active_units(judged.rowwise() - view.movements->rest, view.movements->movements,
                                     std::min(max_active, codes.cols()), !view.signed_codes, alone);
      if (!truth.rows.empty()) one.truth = CodeCorrelation(codes(truth.rows, Eigen::all), truth.values);
    }
    sums.systems.push_back(std::move(one));
  }
  return sums;
}

}  // namespace facelex
