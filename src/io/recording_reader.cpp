#include <algorithm>
#include <map>

#include "facelex/core/error.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/io/sidecar.hpp"
#include "io/tables/reader.hpp"

namespace facelex {
namespace {

constexpr Eigen::Index max_columns_without_names = 100000;

std::vector<std::string> numbered_names(Eigen::Index width) {
  std::vector<std::string> names;
  for (Eigen::Index i = 0; i < width; ++i) names.push_back("value_" + std::to_string(i));
  return names;
}

/// Kind, units and descriptions that the sidecar knows; a CSV file's own names of columns stand.
void take_from_sidecar(Recording& header, const Sidecar& sidecar, bool has_names, const std::string& file) {
  header.kind = sidecar.result.kind;
  const auto& known = sidecar.result.columns;
  if (!has_names) {
    if (known.size() != header.columns.size())
      throw data_error({file, 0, {}},
                       std::to_string(header.columns.size()) + " columns, but " +
                           sidecar_path(file).string() + " describes " + std::to_string(known.size()),
                       "the two do not belong together");
    header.columns = known;
    return;
  }
  std::map<std::string_view, const Column*> by_name;
  for (const auto& column : known) by_name[column.name] = &column;
  for (auto& column : header.columns)
    if (const auto found = by_name.find(column.name); found != by_name.end()) column = *found->second;
}

}  // namespace

struct RecordingReader::State {
  std::unique_ptr<TableReader> table;
  Recording header;

  State(const std::filesystem::path& file, std::string name) {
    table = file.extension() == ".npy" ? open_npy_table(file) : open_csv_table(file);
    header.name = name.empty() ? file.stem().string() : std::move(name);
    const bool has_names = !table->signals().empty();
    if (!has_names && table->width() > max_columns_without_names)
      throw data_error({file.string(), 0, {}}, std::to_string(table->width()) +
                                                   " columns, but a table of frames has at most " +
                                                   std::to_string(max_columns_without_names));
    const auto names = has_names ? table->signals() : numbered_names(table->width());
    for (const auto& column : names) header.columns.push_back({column, {}, {}});
    header.kind = kind_from_columns(names);
    header.values.resize(0, table->width());
    if (const auto sidecar = read_sidecar(file))
      take_from_sidecar(header, *sidecar, has_names, file.string());
  }
};

RecordingReader::RecordingReader(const std::filesystem::path& file, std::string name)
    : state_(std::make_unique<State>(file, std::move(name))) {}
RecordingReader::~RecordingReader() = default;
RecordingReader::RecordingReader(RecordingReader&&) noexcept = default;
RecordingReader& RecordingReader::operator=(RecordingReader&&) noexcept = default;

const Recording& RecordingReader::header() const {
  return state_->header;
}

bool RecordingReader::read(Recording& block, Eigen::Index max_rows) {
  const Recording& header = state_->header;
  block.name = header.name;
  block.kind = header.kind;
  if (block.columns != header.columns) block.columns = header.columns;
  return state_->table->read(block, max_rows);
}

Recording read_recording(const std::filesystem::path& file, std::string name) {
  RecordingReader reader(file, std::move(name));
  Recording whole = reader.header(), block;
  Eigen::Index rows = 0;
  while (reader.read(block)) {
    const Eigen::Index needed = rows + block.values.rows();
    if (needed > whole.values.rows())
      whole.values.conservativeResize(std::max(needed, 2 * whole.values.rows()), Eigen::NoChange);
    whole.values.middleRows(rows, block.values.rows()) = block.values;
    whole.frames.insert(whole.frames.end(), block.frames.begin(), block.frames.end());
    rows = needed;
  }
  whole.values.conservativeResize(rows, Eigen::NoChange);
  return whole;
}

const std::vector<Column>& frame_columns() {
  static const std::vector<Column> columns = {
      {"frame", "number of the frame in its video, from 1", ""},
      {"face_id", "track of the face, from 0; empty where there is none", ""},
      {"timestamp", "presentation time from the container; empty where there is none", "s"},
      {"confidence", "how sure it is that the face was found, 0 to 1", ""},
      {"success", "1 where the signals of the row hold, else 0", ""},
  };
  return columns;
}

}  // namespace facelex
