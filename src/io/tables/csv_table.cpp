#include <cmath>
#include <limits>
#include <unordered_map>

#include "columns.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/tables/csv.hpp"
#include "facelex/io/tables/csv_number.hpp"
#include "io/frame_order.hpp"
#include "reader.hpp"

namespace facelex {
namespace {

using Role = TableColumns::Role;
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

bool is_missing(std::string_view text) {
  return text.empty() || text == "NA" || text == "N/A" || text == "null";
}

class CsvTable final : public TableReader {
 public:
  explicit CsvTable(const std::filesystem::path& file)
      : lines_(file), columns_(read_header()), order_(lines_.place().file) {}

  const std::vector<std::string>& signals() const override { return columns_.signals; }
  Eigen::Index width() const override { return static_cast<Eigen::Index>(columns_.signals.size()); }

  bool read(Recording& block, Eigen::Index max_rows) override {
    const Eigen::Index capacity = rows_of_block(max_rows, width());
    block.frames.clear();
    resize_block(block.values, capacity, width());
    std::string_view line;
    while (static_cast<Eigen::Index>(block.frames.size()) < capacity && next_row(line))
      block.frames.push_back(
          read_row(line, block.values.row(static_cast<Eigen::Index>(block.frames.size())).data()));
    block.values.conservativeResize(static_cast<Eigen::Index>(block.frames.size()), Eigen::NoChange);
    return !block.frames.empty();
  }

 private:
  TableColumns read_header() {
    std::string_view line;
    if (!lines_.next(line) || trimmed(line).empty())
      throw data_error({lines_.place().file, 0, {}}, "is empty",
                       "expected a line of column names and a line per frame");
    if (!lines_.complete())
      throw data_error(lines_.place(), "the file ends within its header line",
                       "it was cut, or it holds no table");
    if (line.find('\r') != std::string_view::npos)
      throw data_error(lines_.place(), "the lines end in a carriage return alone", "save it with LF or CRLF");
    return {csv_fields(line, lines_.place()), lines_.place()};
  }

  /// Empty lines at the end of a file are nobody's fault; within it they are rows without fields.
  bool next_row(std::string_view& line) {
    while (lines_.next(line)) {
      if (columns_.names.size() == 1 || !trimmed(line).empty()) {
        if (blank_line_ > 0)
          throw data_error({lines_.place().file, blank_line_, {}}, "is empty, but rows follow");
        return true;
      }
      if (blank_line_ == 0) blank_line_ = lines_.number();
    }
    return false;
  }

  Frame read_row(std::string_view line, double* values) {
    frame_ =
        Frame{.number = ++row_, .face_id = -1, .timestamp = missing, .confidence = missing, .success = false};
    infinite_ = nullptr;
    const char *c = line.data(), *const end = c + line.size();
    double* value = values;
    const std::size_t count = columns_.names.size();
    for (std::size_t i = 0; i < count; ++i) {
      while (*c == ' ') ++c;
      if (columns_.roles[i] == Role::signal) {
        c = read_signal(c, end, i, *value++);
      } else {
        const char* const field_end = csv_field_end(c, end);
        read_frame_field(i, {c, static_cast<std::size_t>(field_end - c)});
        c = field_end;
      }
      const bool is_last = i + 1 == count;
      if ((c == end) != is_last) refuse_ragged(line);
      ++c;
    }
    complete_frame(values, value);
    order_.add(frame_, lines_.number());
    return frame_;
  }

  /// Reads the field at `c` and returns its end.
  const char* read_signal(const char* c, const char* end, std::size_t column, double& value) {
    if (*c == ',' || c == end) {
      value = missing;
      return c;
    }
    const char* after = read_number(c, end, value);
    if (after && after != end && *after != ',') {
      while (*after == ' ') ++after;
      if (after != end && *after != ',') after = nullptr;
    }
    if (!after) {
      after = csv_field_end(c, end);
      value = number_in({c, static_cast<std::size_t>(after - c)}, column, "a number or an empty field");
    }
    if (std::isinf(value) && !infinite_) infinite_ = &columns_.names[column];
    return after;
  }

  double number_in(std::string_view field, std::size_t column, const char* expected) {
    const std::string text = csv_field_text(field, place(column));
    if (is_missing(text)) return missing;
    const auto number = parse_double(text);
    if (!number) refuse(text, column, expected);
    return *number;
  }

  void read_frame_field(std::size_t column, std::string_view field) {
    const Role role = columns_.roles[column];
    if (role == Role::skipped) return;
    const std::string text = csv_field_text(field, place(column));
    const bool empty = is_missing(text) || text == "nan" || text == "NaN";
    switch (role) {
      case Role::frame: {
        const auto number = parse_integer(text);
        const std::int64_t first = columns_.is_pyfeat ? 0 : 1;
        if (!number || *number < first || *number > (std::int64_t{1} << 53))
          refuse(text, column,
                 first ? "a frame number, a whole number from 1" : "a frame number, a whole number from 0");
        frame_.number = *number + 1 - first;
        break;
      }
      case Role::face_id: {
        const auto id = empty ? -1 : parse_integer(text);
        if (!id || *id < -1 || *id > std::numeric_limits<int>::max())
          refuse(text, column, "the number of a face, from 0, or nothing");
        frame_.face_id = static_cast<int>(*id);
        break;
      }
      case Role::timestamp:
        frame_.timestamp = number_in(field, column, "seconds or nothing");
        if (std::isinf(frame_.timestamp)) refuse(text, column, "seconds or nothing");
        break;
      case Role::confidence: {
        constexpr double rounding = 1e-6;
        const double value = number_in(field, column, "a number of 0 … 1");
        if (value < -rounding || value > 1 + rounding) refuse(text, column, "a number of 0 … 1");
        frame_.confidence = std::isnan(value) ? value : std::min(1.0, std::max(0.0, value));
        break;
      }
      case Role::success:
        if (text == "1" || text == "true" || text == "True" || text == "TRUE") {
          frame_.success = true;
        } else if (!empty && text != "0" && text != "false" && text != "False" && text != "FALSE") {
          const auto value = parse_integer(text);
          if (!value || *value < 0 || *value > 1) refuse(text, column, "0 or 1");
          frame_.success = *value == 1;
        }
        break;
      case Role::identity:
        if (!empty)
          frame_.face_id = identities_.try_emplace(text, static_cast<int>(identities_.size())).first->second;
        break;
      case Role::signal:
      case Role::skipped:
        break;
    }
  }

  void complete_frame(double* values, double* values_end) {
    if (columns_.is_pyfeat) {
      frame_.success = !std::isnan(frame_.confidence);
    } else if (!columns_.has_success) {
      frame_.success = std::any_of(values, values_end, [](double value) { return !std::isnan(value); });
    }
    if (std::isnan(frame_.confidence)) frame_.confidence = frame_.success ? 1 : 0;
    if (!frame_.success) {
      std::fill(values, values_end, missing);
    } else if (infinite_) {
      throw data_error(lines_.place(*infinite_), "the value is infinite",
                       "expected a number or an empty field");
    }
  }

  Place place(std::size_t column) const { return lines_.place(columns_.names[column]); }

  [[noreturn]] void refuse(std::string_view text, std::size_t column, const char* expected) const {
    throw data_error(place(column), in_quotes(text) + " is not " + expected);
  }

  [[noreturn]] void refuse_ragged(std::string_view line) const {
    const std::string count = std::to_string(csv_field_count(line)) + " fields where the header names " +
                              std::to_string(columns_.names.size()) + " columns";
    if (!lines_.complete())
      throw data_error(lines_.place(), "the file ends within this row: " + count,
                       "it was cut; make it again");
    throw data_error(lines_.place(), count);
  }

  CsvLines lines_;
  TableColumns columns_;
  FrameOrder order_;
  std::unordered_map<std::string, int> identities_;  // py-feat's names of faces, in order of appearance
  std::int64_t row_ = 0;
  long long blank_line_ = 0;
  // Of the row being read.
  Frame frame_;
  const std::string* infinite_ = nullptr;  // the first column with an infinite value
};

}  // namespace

std::unique_ptr<TableReader> open_csv_table(const std::filesystem::path& file) {
  return std::make_unique<CsvTable>(file);
}

Eigen::Index rows_of_block(Eigen::Index max_rows, Eigen::Index width) {
  constexpr Eigen::Index max_values = Eigen::Index{1} << 20;
  return std::max<Eigen::Index>(1, std::min(max_rows, max_values / std::max<Eigen::Index>(1, width)));
}

}  // namespace facelex
