#include "search_log.hpp"

#include <cerrno>
#include <fstream>
#include <utility>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/atomic_file.hpp"
#include "facelex/io/sidecar.hpp"
#include "facelex/io/tables/csv.hpp"

namespace facelex {
namespace {

constexpr const char* log_header = "part,units,alpha,alpha_a,alpha_b,variance_explained,iterations,converged";

std::string log_line(const SearchCell& cell, const SearchOutcome& outcome) {
  std::string line = cell.part;
  for (const std::string& field :
       {std::to_string(cell.units), cell.alpha, cell.alpha_a, cell.alpha_b,
        number_text(outcome.variance_explained), std::to_string(outcome.iterations)})
    line.append(",").append(field);
  line.append(outcome.converged ? ",1\n" : ",0\n");
  return line;
}

bool is_there(const std::filesystem::path& file) {
  std::error_code none;
  return std::filesystem::exists(file, none);
}

}  // namespace

SearchLog::SearchLog(std::filesystem::path file, const Json& identity) : file_(std::move(file)) {
  if (file_.empty()) return;
  const auto identity_file = sidecar_path(file_);
  const bool has_cells = is_there(file_);
  if (!has_cells) {
    create(identity);
    return;
  }
  Json known;
  if (is_there(identity_file)) known = read_json(identity_file);
  if (canonical_text(known) != canonical_text(identity)) {
    std::string differs;
    for (const auto& [field, value] : identity.items())
      if (!known.is_object() || known.value(field, Json()) != value)
        differs += (differs.empty() ? "" : ", ") + field;
    throw usage_error(file_.string() + " holds the search of other data or options (" + differs + " differ)",
                      "remove it to begin anew (" + field("force") + " does), or name another output");
  }
  read();
}

void SearchLog::create(const Json& identity) const {
  write_file_atomically(sidecar_path(file_), identity.dump(1) + '\n');
  std::string header = log_header;
  header += '\n';
  write_file_atomically(file_, header);
}

void SearchLog::read() {
  std::string whole;
  bool cut = false;
  {
    CsvLines lines(file_);
    std::string_view line;
    while (lines.next(line)) {
      if (!lines.complete()) {
        cut = true;
        break;
      }
      whole.append(line) += '\n';
      if (lines.number() == 1) {
        if (line != log_header)
          throw data_error(lines.place(), "is not a table of a search", "remove it to begin anew");
        continue;
      }
      const auto fields = csv_fields(line, lines.place());
      const auto units = fields.size() == 8 ? parse_integer(fields[1]) : std::nullopt;
      const auto variance = fields.size() == 8 ? parse_double(fields[5]) : std::nullopt;
      const auto iterations = fields.size() == 8 ? parse_integer(fields[6]) : std::nullopt;
      if (!units || !variance || !iterations)
        throw data_error(lines.place(), "is not a cell of a search", "remove the file to begin anew");
      cells_[{fields[0], static_cast<int>(*units), fields[2], fields[3], fields[4]}] = {
          *variance, static_cast<int>(*iterations), fields[7] == "1"};
    }
  }
  if (cut) write_file_atomically(file_, whole);
}

std::optional<SearchOutcome> SearchLog::find(const SearchCell& cell) const {
  const auto at = cells_.find(cell);
  return at == cells_.end() ? std::nullopt : std::optional(at->second);
}

void SearchLog::add(const SearchCell& cell, const SearchOutcome& outcome) {
  cells_[cell] = outcome;
  if (file_.empty()) return;
  std::ofstream file(file_, std::ios::binary | std::ios::app);
  file << log_line(cell, outcome);
  file.flush();
  if (!file) throw system_error(file_.string(), "write", errno);
}

}  // namespace facelex
