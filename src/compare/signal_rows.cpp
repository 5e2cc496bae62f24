#include "signal_rows.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "facelex/coding/encode.hpp"
#include "facelex/core/error.hpp"

namespace facelex {
namespace {

/// Frame number and face, or no face where there is one only.
using RowKey = std::pair<std::int64_t, int>;
struct KeyedRow {
  RowKey key;
  Eigen::Index row = 0;
};

bool has_several_faces(const Recording& recording) {
  std::vector<std::int64_t> numbers;
  numbers.reserve(recording.frames.size());
  for (const Frame& frame : recording.frames) numbers.push_back(frame.number);
  std::sort(numbers.begin(), numbers.end());
  return std::adjacent_find(numbers.begin(), numbers.end()) != numbers.end();
}

std::vector<KeyedRow> whole_rows(const Recording& recording, const std::vector<Eigen::Index>& columns,
                                 bool by_face, int every) {
  std::vector<KeyedRow> rows;
  for (Eigen::Index t = 0; t < recording.rows(); ++t) {
    const Frame& frame = recording.frames[static_cast<std::size_t>(t)];
    if (!frame.success || (frame.number - 1) % every != 0) continue;
    bool whole = true;
    for (const Eigen::Index column : columns) whole = whole && std::isfinite(recording.values(t, column));
    if (whole) rows.push_back({{frame.number, by_face ? frame.face_id : -1}, t});
  }
  std::sort(rows.begin(), rows.end(), [](const KeyedRow& a, const KeyedRow& b) { return a.key < b.key; });
  return rows;
}

}  // namespace

std::vector<Eigen::Index> taken_columns(const Recording& header, const ComparedSystem& system) {
  std::vector<Eigen::Index> columns;
  if (system.imported()) {
    for (std::size_t i = 0; i < header.columns.size(); ++i)
      if (!accompanies_codes(header.columns[i].name)) columns.push_back(static_cast<Eigen::Index>(i));
    return columns;
  }
  std::unordered_map<std::string_view, Eigen::Index> position;
  for (std::size_t i = 0; i < header.columns.size(); ++i)
    position.emplace(header.columns[i].name, static_cast<Eigen::Index>(i));
  for (const Column& column : system.system->input_columns()) {
    const auto found = position.find(column.name);
    if (found == position.end()) return {};
    columns.push_back(found->second);
  }
  return columns;
}

std::string why_not_taken(const Recording& header, const ComparedSystem& system) {
  const std::string holds = "holds " + std::string(kind_name(header.kind));
  if (system.imported())
    return header.kind == SignalKind::coefficients ? ""
                                                   : holds + ", no codes: run facelex import on it first";
  const SignalKind wanted = system.system->input_kind();
  const bool may_be = header.kind == SignalKind::other || wanted == SignalKind::other;
  if (!gives(header.kind, wanted) && !may_be)
    return holds + ", " + system.name + " takes " + std::string(kind_name(wanted));
  if (taken_columns(header, system).empty())
    for (const Column& column : system.system->input_columns())
      if (header.column(column.name) < 0)
        return holds + " without the column " + column.name + " that " + system.name + " takes";
  return {};
}

CommonRows::CommonRows(const std::vector<const Recording*>& recordings,
                       const std::vector<std::vector<Eigen::Index>>& columns, int every) {
  std::vector<bool> several;
  several.reserve(recordings.size());
  for (const Recording* recording : recordings) several.push_back(has_several_faces(*recording));
  const bool by_face = several.front();
  for (const bool one : several)
    if (one != by_face)
      throw data_error({}, "one of its files has several faces in a frame and another has one",
                       "compare files of the same faces");
  std::vector<std::vector<KeyedRow>> whole;
  for (std::size_t r = 0; r < recordings.size(); ++r)
    whole.push_back(whole_rows(*recordings[r], columns[r], by_face, every));
  rows_.resize(recordings.size());
  std::vector<std::size_t> at(recordings.size(), 0);
  for (const KeyedRow& wanted : whole.front()) {
    bool everywhere = true;
    for (std::size_t r = 0; r < whole.size(); ++r) {
      while (at[r] < whole[r].size() && whole[r][at[r]].key < wanted.key) ++at[r];
      everywhere = everywhere && at[r] < whole[r].size() && whole[r][at[r]].key == wanted.key;
    }
    if (!everywhere) continue;
    for (std::size_t r = 0; r < whole.size(); ++r) rows_[r].push_back(whole[r][at[r]].row);
  }
  if (rows_.front().empty())
    throw data_error({}, "its files have no frame with a face and all values in common");
}

}  // namespace facelex
