#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "facelex/core/error.hpp"
#include "facelex/io/atomic_file.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/io/tables/csv.hpp"
#include "facelex/io/tables/csv_number.hpp"
#include "facelex/io/tables/npy.hpp"

namespace facelex {
namespace {

void check_columns(const std::filesystem::path& file, const std::vector<Column>& columns) {
  if (columns.empty()) throw data_error({file.string(), 0, {}}, "no columns of signals to write");
  std::set<std::string_view> names;
  for (const auto& column : frame_columns()) names.insert(column.name);
  for (const auto& column : columns) {
    if (column.name.empty()) throw data_error({file.string(), 0, {}}, "a column to write has no name");
    if (!names.insert(column.name).second)
      throw data_error({file.string(), 0, {}},
                       "two columns to write have the name " + in_quotes(column.name));
  }
}

}  // namespace

struct RecordingWriter::State {
  std::vector<Column> columns;
  TableFormat format;
  AtomicFile file;
  std::int64_t rows = 0;
  std::vector<char> line;
  int npy = -1;  // the temporary file, whose header is written last, when the number of rows is known

  State(const std::filesystem::path& path, const std::vector<Column>& signals, TableFormat wanted)
      : columns(signals), format(wanted), file((check(path, signals, wanted), path)) {
    if (format == TableFormat::npy) {
      npy = ::open(file.temporary().c_str(), O_WRONLY | O_CLOEXEC);
      if (npy < 0) throw system_error(file.target().string(), "create", errno);
      put_npy(npy_header(0, width()));
    } else {
      line.resize((columns.size() + 8) * (longest_number + separator().size()));
      write_csv_header();
    }
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (npy >= 0) ::close(npy);
  }

  static void check(const std::filesystem::path& path, const std::vector<Column>& signals,
                    TableFormat format) {
    if ((format == TableFormat::npy) != (path.extension() == ".npy"))
      throw usage_error(path.string() + ": the extension does not fit the format",
                        "a NumPy array is named x.npy, a table x.csv");
    check_columns(path, signals);
  }

  std::int64_t width() const { return static_cast<std::int64_t>(columns.size()); }
  std::string_view separator() const { return format == TableFormat::openface_spaced ? ", " : ","; }

  void write_csv_header() {
    std::string text;
    for (const auto* group : {&frame_columns(), static_cast<const std::vector<Column>*>(&columns)})
      for (const auto& column : *group)
        text.append(text.empty() ? "" : separator()).append(csv_field(column.name));
    file.write(text + "\n");
  }

  void write_csv_row(const Frame& frame, const double* values) {
    const bool spaced = format == TableFormat::openface_spaced;
    char* c = line.data();
    const auto separate = [&] {
      *c++ = ',';
      if (spaced) *c++ = ' ';
    };
    c = std::to_chars(c, c + longest_number, frame.number).ptr;
    separate();
    if (frame.face_id >= 0) c = std::to_chars(c, c + longest_number, frame.face_id).ptr;
    separate();
    c = write_number(c, frame.timestamp);
    separate();
    c = write_number(c, frame.confidence);
    separate();
    *c++ = frame.success ? '1' : '0';
    for (std::int64_t i = 0; i < width(); ++i) {
      separate();
      if (frame.success) c = write_number(c, values[i]);
    }
    *c++ = '\n';
    file.write(line.data(), static_cast<std::size_t>(c - line.data()));
  }

  void put_npy(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto put = ::write(npy, bytes.data(), bytes.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) throw system_error(file.target().string(), "write", errno);
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
  }

  void write_npy(const Recording& block) {
    RowMatrix values = block.values;
    for (Eigen::Index i = 0; i < values.rows(); ++i)
      if (!block.frames[static_cast<std::size_t>(i)].success)
        values.row(i).setConstant(std::numeric_limits<double>::quiet_NaN());
    put_npy({reinterpret_cast<const char*>(values.data()),
             static_cast<std::size_t>(values.size()) * sizeof(double)});
  }

  void check_block(const Recording& block) const {
    const std::string name = file.target().string();
    const bool same = block.columns.size() == columns.size() && block.values.cols() == width() &&
                      std::equal(columns.begin(), columns.end(), block.columns.begin(),
                                 [](const Column& a, const Column& b) { return a.name == b.name; });
    if (!same) throw data_error({name, 0, {}}, "rows to write have other columns than the file");
    if (block.values.rows() != static_cast<Eigen::Index>(block.frames.size()))
      throw data_error({name, 0, {}}, std::to_string(block.values.rows()) + " rows to write for " +
                                          std::to_string(block.frames.size()) + " frames");
    for (std::size_t i = 0; i < block.frames.size(); ++i) {
      const Frame& frame = block.frames[i];
      const auto row = block.values.row(static_cast<Eigen::Index>(i));
      if (std::isinf(frame.timestamp) || std::isinf(frame.confidence) ||
          (frame.success && row.array().isInf().any()))
        throw data_error({name, 0, {}}, "frame " + std::to_string(frame.number) + " has an infinite value" +
                                            infinite_column(row));
    }
  }

  template <class Row>
  std::string infinite_column(const Row& row) const {
    for (Eigen::Index j = 0; j < row.size(); ++j)
      if (std::isinf(row[j])) return " in column " + columns[static_cast<std::size_t>(j)].name;
    return {};
  }
};

RecordingWriter::RecordingWriter(const std::filesystem::path& file, const std::vector<Column>& columns,
                                 TableFormat format)
    : state_(std::make_unique<State>(file, columns, format)) {}
RecordingWriter::~RecordingWriter() = default;
RecordingWriter::RecordingWriter(RecordingWriter&&) noexcept = default;
RecordingWriter& RecordingWriter::operator=(RecordingWriter&&) noexcept = default;

void RecordingWriter::write(const Recording& block) {
  State& s = *state_;
  s.check_block(block);
  s.rows += block.values.rows();
  if (s.format == TableFormat::npy) return s.write_npy(block);
  for (Eigen::Index i = 0; i < block.values.rows(); ++i)
    s.write_csv_row(block.frames[static_cast<std::size_t>(i)], block.values.row(i).data());
}

std::string RecordingWriter::finish() {
  State& s = *state_;
  if (s.format == TableFormat::npy) {
    if (::lseek(s.npy, 0, SEEK_SET) != 0) throw system_error(s.file.target().string(), "write", errno);
    s.put_npy(npy_header(s.rows, s.width()));
    if (::close(std::exchange(s.npy, -1)) != 0) throw system_error(s.file.target().string(), "write", errno);
  }
  return s.file.commit();
}

}  // namespace facelex
